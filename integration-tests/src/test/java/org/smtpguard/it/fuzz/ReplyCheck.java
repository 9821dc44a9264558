package org.smtpguard.it.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Reads what a server sends, octet by octet, and finds what is no SMTP reply (RFC 5321 §4.2, §4.5.3.1.5).
 */
public final class ReplyCheck {
    private static final int LONGEST_LINE = 512;
    private static final int CODE_LENGTH = 3;
    private static final Pattern WITH_CODE = Pattern.compile("[2-5][0-9][0-9]([ -].*)?");

    private final StringBuilder line = new StringBuilder();
    private String codeOfOpenReply;
    private int lastCode;
    private int replies;

    /** Takes the next octet; throws when the reply that it belongs to is malformed. */
    public void read(int octet) throws MalformedReply {
        line.append((char) octet);
        if (octet == '\n') {
            endOfLine(line.toString());
            line.setLength(0);
        } else if (line.length() > LONGEST_LINE) {
            throw new MalformedReply("longer than 512 octets", line.toString());
        }
    }

    /** The connection has ended. */
    public void end() throws MalformedReply {
        if (line.length() > 0 || codeOfOpenReply != null) {
            throw new MalformedReply("cut off", line.toString());
        }
    }

    public int replies() {
        return replies;
    }

    /** Of the last reply that is complete. */
    int lastCode() {
        return lastCode;
    }

    boolean isBetweenReplies() {
        return line.length() == 0 && codeOfOpenReply == null;
    }

    private void endOfLine(String text) throws MalformedReply {
        if (text.length() > LONGEST_LINE) {
            throw new MalformedReply("longer than 512 octets", text);
        }
        if (!text.endsWith("\r\n")) {
            throw new MalformedReply("not ended by CRLF", text);
        }
        String content = text.substring(0, text.length() - 2);
        if (!content.chars().allMatch(octet -> octet >= ' ' && octet <= '~')) {
            throw new MalformedReply("not printable ASCII", text);
        }
        if (!WITH_CODE.matcher(content).matches()) {
            throw new MalformedReply("without a code", text);
        }
        String code = content.substring(0, CODE_LENGTH);
        if (codeOfOpenReply != null && !codeOfOpenReply.equals(code)) {
            throw new MalformedReply("of two codes (" + codeOfOpenReply + ")", text);
        }
        boolean goesOn = content.length() > CODE_LENGTH && content.charAt(CODE_LENGTH) == '-';
        codeOfOpenReply = goesOn ? code : null;
        if (!goesOn) {
            replies++;
            lastCode = Integer.parseInt(code);
        }
    }

    /** A reply that RFC 5321 does not know. */
    public static final class MalformedReply extends Exception {
        private static final long serialVersionUID = 1;

        MalformedReply(String what, String line) {
            super("a line of a reply is " + what + ": " + visible(line.getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    /** The octets, so that they can be seen. */
    static String visible(byte[] octets) {
        StringBuilder visible = new StringBuilder();
        for (byte octet : octets) {
            int value = octet & 0xff;
            if (value == '\r') {
                visible.append("\\r");
            } else if (value == '\n') {
                visible.append("\\n");
            } else if (value >= ' ' && value <= '~') {
                visible.append((char) value);
            } else {
                visible.append("\\x").append(Character.forDigit(value >> 4, 16)).append(Character.forDigit(value & 0xf, 16));
            }
        }
        return visible.toString();
    }
}
