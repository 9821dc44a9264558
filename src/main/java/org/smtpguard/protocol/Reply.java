package org.smtpguard.protocol;

import java.util.List;

/**
 * An SMTP reply (RFC 5321 §4.2): the same code on every line, printable ASCII, lines of at most 512 octets including CRLF
 * (RFC 5321 §4.5.3.1.5). Any text is made to fit: unprintable characters are replaced, longer lines are cut. Immutable.
 */
public final class Reply {
    /** The maximum length of a line in octets, including CRLF. */
    public static final int LINE_LIMIT = 512;

    private static final int CODE_AND_SEPARATOR = 4;
    private static final int CRLF = 2;

    private final int code;
    private final List<String> texts;
    private final boolean closing;

    private Reply(int code, List<String> texts, boolean closing) {
        this.code = code;
        this.texts = texts;
        this.closing = closing;
    }

    /**
     * @param code three digits
     * @param texts the text after the code, one for each line; at least one
     */
    public static Reply of(int code, List<String> texts) {
        return of(code, "", texts);
    }

    /** The same reply with an enhanced status code (RFC 2034 §4) at the start of every line. */
    public static Reply of(int code, EnhancedStatus status, List<String> texts) {
        return of(code, status + " ", texts);
    }

    private static Reply of(int code, String start, List<String> texts) {
        if (code < 200 || code > 599 || texts.isEmpty()) {
            throw new IllegalArgumentException("Not a reply: " + code + " with " + texts.size() + " lines");
        }
        // Hot path in a flood of refusals: with streams instead of a loop, they were most of the cost of rendering a reply.
        String[] lines = new String[texts.size()];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = Printable.cut(start + texts.get(i), LINE_LIMIT - CODE_AND_SEPARATOR - CRLF);
        }
        return new Reply(code, List.of(lines), false);
    }

    /** The same reply, after which the server closes the connection. */
    public Reply thenClose() {
        return new Reply(code, texts, true);
    }

    public int code() {
        return code;
    }

    /** The text after the code on each line. */
    public List<String> texts() {
        return texts;
    }

    public boolean closesConnection() {
        return closing;
    }

    @Override
    public String toString() {
        return code + " " + String.join(" / ", texts);
    }
}
