package org.smtpguard.james.guard;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.channel.DeferredResponse;
import org.smtpguard.james.channel.LinePolicy;
import org.smtpguard.james.channel.ReceivedLine;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Mode;

/** The guard's policy for lines sent before a reply, and for overlong lines. */
final class EarlyLines implements LinePolicy {
    private static final Set<Verb> ALWAYS_IN_ORDER = EnumSet.of(Verb.QUIT, Verb.RSET);
    private static final CommandLine UNREAD = CommandLine.of(Verb.OTHER, Optional.empty());

    private final PortGuard guard;
    private final Logbook logbook;

    EarlyLines(PortGuard guard, Logbook logbook) {
        this.guard = guard;
        this.logbook = logbook;
    }

    @Override
    public Optional<Response> early(SMTPSession session, ReceivedLine line) {
        CommandLine command = line.command();
        Notes notes = Notes.of(session);
        boolean isAfterRefusedAuth = notes.takeAuthRefused();
        Optional<Response> refusal = guard.judge(session, Fault.PIPELINED, command);
        if (refusal.isEmpty() && isAfterRefusedAuth) {
            notes.authRefused();
        }
        refusal.ifPresent(any -> logbook.command(session, command, line.octets().map(octets -> octets.length).orElse(Logbook.UNREAD)));
        return refusal;
    }

    /**
     * QUIT and RSET without an argument depend on no reply before them (RFC 5321 §4.1.1.5, §4.1.1.10). If the rule is not
     * enforced, James receives all lines.
     */
    @Override
    public boolean isAlwaysInOrder(CommandLine command) {
        return guard.mode(DiagnosisId.SEQ_PIPELINING) == Mode.ENFORCE && ALWAYS_IN_ORDER.contains(command.verb())
            && command.argument().isEmpty() && !command.endsInBareLf() && command.controlCharacter().isEmpty();
    }

    /** James' own reply; counted as an error, unless the line belongs to a message. */
    @Override
    public Response tooLong(SMTPSession session) {
        Response response = session.newLineTooLongResponse();
        Notes.of(session).takeAuthRefused();
        Optional<Content> content = Content.of(session);
        if (guard.mode() != Mode.OFF && content.isEmpty()) {
            logbook.command(session, UNREAD, Logbook.UNREAD);
        }
        if (!guard.isEnforcing()) {
            return response;
        }
        if (content.isPresent()) {
            // The message is incomplete, so it is refused at its end.
            content.get().onLostLine(response);
            return new DeferredResponse();
        }
        return guard.refusedByJames(session, UNREAD, response);
    }
}
