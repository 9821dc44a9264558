package org.smtpguard.james.guard;

import java.util.Arrays;
import java.util.Optional;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * The lines of a message on their way to James. The message ends at CRLF.CRLF and nowhere else (RFC 5321 §4.1.1.4, §2.3.8):
 * a line that ends in LF alone becomes one that ends in CRLF, and a dot behind such a line is no dot at the start of a
 * line, so it is stuffed again for James, which will take it for content.
 *
 * <p>All that is known of a message on its way is one attachment of its transaction, so that a line costs one look-up: there
 * from the reply that asks for it until James ends the transaction, or the message is forgotten.
 */
final class Content {
    private static final AttachmentKey<Content> KEY = AttachmentKey.of("smtpguard.content", Content.class);
    private static final byte DOT = '.';
    private static final int END = 3;

    private long octets;
    private boolean afterBareLf;
    private boolean behindLostLine;
    private boolean early;
    private Optional<Response> refusal = Optional.empty();

    private Content() {
    }

    /** The lines of a message are awaited from now on. */
    static Content begin(SMTPSession session) {
        Content content = new Content();
        session.setAttachment(KEY, content, State.Transaction);
        return content;
    }

    /** The message whose lines are awaited; empty if commands are. */
    static Optional<Content> of(SMTPSession session) {
        return session.getAttachment(KEY, State.Transaction);
    }

    /** The message that was on its way is none, and its transaction goes on. */
    static void forget(SMTPSession session) {
        session.removeAttachment(KEY, State.Transaction);
    }

    /** Counts the octets of a line, as they were sent. */
    void count(int line) {
        octets += line;
    }

    /** How many octets were counted. */
    long octets() {
        return octets;
    }

    /** The line as James is to read it; remembers how it ended. */
    byte[] strict(byte[] line) {
        boolean wasBareLf = afterBareLf;
        afterBareLf = endsInBareLf(line);
        if (!wasBareLf && !afterBareLf) {
            return line;
        }
        byte[] strict = afterBareLf ? withCrlf(line) : line;
        return strict[0] == DOT && (wasBareLf || strict.length == END) ? stuffed(strict) : strict;
    }

    /** A line was dropped on its way, and how it ended is not known: the message will be refused at its end, in that way. */
    void lostLine(Response refusalAtTheEnd) {
        afterBareLf = false;
        behindLostLine = true;
        refusal = Optional.of(refusalAtTheEnd);
    }

    /** Whether the line at hand stands right behind one that was lost: a dot there need not be one at the start of a line. */
    boolean isBehindLostLine() {
        boolean behind = behindLostLine;
        behindLostLine = false;
        return behind;
    }

    /** How the message will be refused at its end for a line that was lost. */
    Optional<Response> refusal() {
        return refusal;
    }

    /** It was sent before it was asked for, and will be refused. */
    void cameEarly() {
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
