package org.smtpguard.james.guard;

import java.util.Optional;

import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.channel.Responses;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Mode;

/**
 * Handles the lines of messages on a guarded port, with a strict end of message ({@link Content}).
 *
 * <p>Threads: the sessions' own.
 */
public final class ContentGate {
    private final PortGuard guard;
    private final Logbook logbook;

    public ContentGate(PortGuard guard) {
        this.guard = guard;
        this.logbook = guard.logbook();
    }

    /**
     * @param next James' own handler of the line
     * @return the reply if the line ends the message; null if more lines are expected
     */
    public Response onLine(SMTPSession session, byte[] line, LineHandler<SMTPSession> next) {
        if (guard.mode() == Mode.OFF) {
            return next.onLine(session, line);
        }
        // Another handler may have ended the transaction but still accept lines.
        Content content = Content.of(session).orElseGet(() -> Content.begin(session));
        content.count(line.length);
        Response response = ofContent(session, content, line, next);
        if (response == null) {
            return null;
        }
        logbook.content(session, content.octets());
        return logbook.reply(session, response);
    }

    private Response ofContent(SMTPSession session, Content content, byte[] line, LineHandler<SMTPSession> next) {
        byte[] strict = guard.mode(DiagnosisId.SEQ_BARE_LF) == Mode.ENFORCE ? content.strict(line) : line;
        if (!content.isEarly() && content.refusal().isEmpty()) {
            return next.onLine(session, strict);
        }
        boolean inDoubt = content.takeAfterLostLine();
        if (!Content.isEnd(strict)) {
            return null;
        }
        forgetContent(session);
        Response reply = content.isEarly() ? guard.refuse(session, Fault.PIPELINED_CONTENT, CommandLine.of(Verb.DATA, Optional.empty()))
            : content.refusal().get();
        if (!content.isEarly()) {
            // As for any message refused at its end (RFC 5321 §4.1.1.4).
            session.resetState();
        }
        // If the dot may be content, later lines may be content as well and must not be executed as commands.
        return inDoubt ? Responses.thenClose(reply) : reply;
    }

    /** Undoes DATA: the transaction stays open, and James' resources for the message are released. */
    private void forgetContent(SMTPSession session) {
        session.popLineHandler();
        Content.forget(session);
        ExtendedSMTPSession extended = (ExtendedSMTPSession) session;
        LifecycleUtil.dispose(extended.getMimeMessageWriter());
        extended.setMimeMessageInputStreamSource(null);
    }
}
