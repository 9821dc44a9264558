package org.smtpguard.james.guard;

import java.util.Arrays;
import java.util.Optional;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * Makes the end of a message strict: it ends only with CRLF.CRLF (RFC 5321 §4.1.1.4, §2.3.8). A line that ends with a bare LF
 * is passed on with CRLF. A dot after such a line is not at the start of a line, so it is dot-stuffed for James and becomes
 * content.
 *
 * <p>The state is one attachment of the transaction, so each line costs one look-up. It exists from the 354 until James ends
 * the transaction or {@link #forget} is called.
 *
 * <p>Threads: the session's own.
 */
final class Content {
    private static final AttachmentKey<Content> KEY = AttachmentKey.of("smtpguard.content", Content.class);
    private static final byte DOT = '.';
    private static final int END = 3;

    private long octets;
    private boolean afterBareLf;
    private boolean afterLostLine;
    private boolean early;
    private Optional<Response> refusal = Optional.empty();

    private Content() {
    }

    /** Message lines are expected from now on. */
    static Content begin(SMTPSession session) {
        Content content = new Content();
        session.setAttachment(KEY, content, State.Transaction);
        return content;
    }

    /** The message whose lines are expected; empty if commands are expected. */
    static Optional<Content> of(SMTPSession session) {
        return session.getAttachment(KEY, State.Transaction);
    }

    /** Discards the message; the transaction continues. */
    static void forget(SMTPSession session) {
        session.removeAttachment(KEY, State.Transaction);
    }

    /** Counts the octets of a line, as received. */
    void count(int line) {
        octets += line;
    }

    /** The number of octets counted. */
    long octets() {
        return octets;
    }

    /** The line to pass to James; remembers its line end. */
    byte[] strict(byte[] line) {
        boolean wasBareLf = afterBareLf;
        afterBareLf = endsInBareLf(line);
        if (!wasBareLf && !afterBareLf) {
            return line;
        }
        byte[] strict = afterBareLf ? withCrlf(line) : line;
        return strict[0] == DOT && (wasBareLf || strict.length == END) ? stuffed(strict) : strict;
    }

    /** An overlong line was dropped, and its line end is unknown: the message is refused at its end with this reply. */
    void onLostLine(Response refusalAtTheEnd) {
        afterBareLf = false;
        afterLostLine = true;
        refusal = Optional.of(refusalAtTheEnd);
    }

    /** Whether the current line directly follows a lost one: a dot may then not be at the start of a line. Resets the flag. */
    boolean takeAfterLostLine() {
        boolean after = afterLostLine;
        afterLostLine = false;
        return after;
    }

    /** The refusal at the end of the message if a line was lost. */
    Optional<Response> refusal() {
        return refusal;
    }

    /** The message was sent before the 354, and will be refused. */
    void markEarly() {
        early = true;
    }

    boolean isEarly() {
        return early;
    }

    /** Whether the line, as {@link #strict} made it, ends the message. */
    static boolean isEnd(byte[] line) {
        return line.length == END && line[0] == DOT && line[1] == '\r' && line[2] == '\n';
    }

    static boolean endsInBareLf(byte[] line) {
        int last = line.length - 1;
        return last >= 0 && line[last] == '\n' && (last == 0 || line[last - 1] != '\r');
    }

    private static byte[] withCrlf(byte[] line) {
        byte[] longer = Arrays.copyOf(line, line.length + 1);
        longer[line.length - 1] = '\r';
        longer[line.length] = '\n';
        return longer;
    }

    private static byte[] stuffed(byte[] line) {
        byte[] longer = new byte[line.length + 1];
        longer[0] = DOT;
        System.arraycopy(line, 0, longer, 1, line.length);
        return longer;
    }
}
