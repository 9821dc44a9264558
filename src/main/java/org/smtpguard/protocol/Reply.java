package org.smtpguard.protocol;

import java.util.List;

/**
 * A reply as RFC 5321 §4.2 wants it: one code on every line, printable ASCII, no line longer than 512 octets with its
 * CRLF (§4.5.3.1.5). Whatever text it is made of, the reply keeps to that; longer lines are cut.
 */
public final class Reply {
    /** The longest line, in octets, with CRLF. */
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
     * @param texts what stands behind the code, a text for each line, at least one
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
        // A loop, since floods of refusals come through here, and two streams were most of what it takes to render one.
        String[] lines = new String[texts.size()];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = Printable.cut(start + texts.get(i), LINE_LIMIT - CODE_AND_SEPARATOR - CRLF);
        }
        return new Reply(code, List.of(lines), false);
    }

    /** This reply, after which the server closes the connection. */
    public Reply thenClose() {
        return new Reply(code, texts, true);
    }

    public int code() {
        return code;
    }

    /** What stands behind the code on each line. */
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
