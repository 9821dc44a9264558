package org.smtpguard.james;

import java.util.Arrays;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * The lines of a message on their way to James. The message ends at CRLF.CRLF and nowhere else (RFC 5321 §4.1.1.4, §2.3.8):
 * a line that ends in LF alone becomes one that ends in CRLF, and a dot behind such a line is no dot at the start of a
 * line, so it is stuffed again for James, which will take it for content.
 */
final class Content {
    private static final AttachmentKey<Boolean> AFTER_BARE_LF = AttachmentKey.of("smtpguard.content.afterBareLf", Boolean.class);
    private static final AttachmentKey<Boolean> BEHIND_LOST_LINE = AttachmentKey.of("smtpguard.content.behindLostLine", Boolean.class);
    private static final byte DOT = '.';
    private static final int END = 3;

    private Content() {
    }

    /** The line as James is to read it; remembers how it ended, until the transaction does. */
    static byte[] strict(SMTPSession session, byte[] line) {
        boolean afterBareLf = session.getAttachment(AFTER_BARE_LF, State.Transaction).orElse(false);
        boolean bareLf = endsInBareLf(line);
        if (afterBareLf || bareLf) {
            session.setAttachment(AFTER_BARE_LF, bareLf, State.Transaction);
            byte[] strict = bareLf ? withCrlf(line) : line;
            return strict[0] == DOT && (afterBareLf || strict.length == END) ? stuffed(strict) : strict;
        }
        return line;
    }

    /** Notes that a line was dropped on its way, and how it ended is not known. */
    static void lost(SMTPSession session) {
        session.removeAttachment(AFTER_BARE_LF, State.Transaction);
        session.setAttachment(BEHIND_LOST_LINE, true, State.Transaction);
    }

    /** Whether the line at hand stands right behind one that was lost: a dot there need not be one at the start of a line. */
    static boolean isBehindLostLine(SMTPSession session) {
        return session.removeAttachment(BEHIND_LOST_LINE, State.Transaction).isPresent();
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
