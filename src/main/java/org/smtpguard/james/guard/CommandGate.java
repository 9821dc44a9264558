package org.smtpguard.james.guard;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.channel.RefusalResponse;
import org.smtpguard.james.channel.Responses;
import org.smtpguard.james.event.AuthOutcome;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Mode;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SessionState;

/**
 * Handles the command lines of a guarded port: a command out of order is refused; all others go to James' dispatcher. Its
 * refusals about the order of commands or AUTH are replaced by the guard's.
 *
 * <p>Threads: the sessions' own.
 */
public final class CommandGate {
    /** A client has to wait for the reply to these (RFC 2920 §3.1, RFC 4954 §4, RFC 3207 §4); HELO offers no pipelining. */
    private static final Set<Verb> LAST_OF_THEIR_GROUP = EnumSet.of(Verb.EHLO, Verb.HELO, Verb.AUTH, Verb.STARTTLS, Verb.DATA);
    private static final Set<Verb> GREETINGS = EnumSet.of(Verb.EHLO, Verb.HELO);
    /** These depend on earlier commands of the group; all others do not. */
    private static final Set<Verb> DEPENDENT = EnumSet.of(Verb.RCPT, Verb.DATA);
    private static final Set<String> CLIENT_ERRORS = Set.of(SMTPRetCode.SYNTAX_ERROR_ARGUMENTS, SMTPRetCode.BAD_SEQUENCE,
        SMTPRetCode.PARAMETER_NOT_IMPLEMENTED);
    /** The first digit of a permanent negative reply (RFC 5321 §4.2.1). */
    private static final char PERMANENT = '5';
    private static final String RCPT_PREFIX = "TO:";
    /** Including CRLF. */
    private static final int CANCELLATION_LENGTH = 3;

    private final GuardedPort port;
    private final PortGuard guard;
    private final Logbook logbook;
    private final LineHandler<SMTPSession> dispatcher;
    private final boolean ownsAuth;

    /**
     * @param dispatcher James' own handler of command lines
     * @param ownsAuth whether the guard handles AUTH, not James
     */
    public CommandGate(GuardedPort port, LineHandler<SMTPSession> dispatcher, boolean ownsAuth) {
        this.port = port;
        this.guard = port.guard();
        this.logbook = guard.logbook();
        this.dispatcher = dispatcher;
        this.ownsAuth = ownsAuth;
    }

    /** @return the reply, which may be deferred */
    public Response onLine(SMTPSession session, byte[] line) {
        CommandLine command = CommandLine.parse(line);
        if (guard.mode() == Mode.OFF) {
            return MailPermission.check(port, session, command, () -> dispatcher.onLine(session, line));
        }
        logbook.command(session, command, line.length);
        return logbook.reply(session, answer(session, line, command));
    }

    private Response answer(SMTPSession session, byte[] line, CommandLine command) {
        boolean isAfterRefusedAuth = Notes.of(session).takeAuthRefused();
        if (command.endsInBareLf()) {
            Optional<Response> refusal = guard.judge(session, Fault.BARE_LF, command);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        if (command.controlCharacter().isPresent()) {
            // James would copy it: a bare CR in the argument of EHLO would start a new header line in a message.
            Optional<Response> refusal = guard.judge(session, Fault.CONTROL_CHARACTER, command.controlCharacter().get(), command);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        if (isAfterRefusedAuth && isCancellation(line)) {
            Optional<Response> refusal = guard.nothingToCancel(session, command);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        return LAST_OF_THEIR_GROUP.contains(command.verb()) && guard.mode(DiagnosisId.SEQ_PIPELINING) != Mode.OFF
            ? port.replies().settle(session, following -> lastOfGroup(session, line, command, following))
            : inOrder(session, line, command);
    }

    /** The line that cancels an exchange (RFC 4954 §4). */
    private static boolean isCancellation(byte[] line) {
        return line.length == CANCELLATION_LENGTH && line[0] == '*';
    }

    /** @param following the number of octets sent after the line without waiting for its reply */
    private Response lastOfGroup(SMTPSession session, byte[] line, CommandLine command, int following) {
        if (command.verb() == Verb.STARTTLS && following > 0) {
            // Clear text must not be treated as if received under TLS (RFC 3207 §4.2).
            Optional<Response> refusal = guard.judge(session, Fault.FOLLOWED_TOO_EARLY, command);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        Response response = inOrder(session, line, command);
        if (following > 0 && SMTPRetCode.DATA_READY.equals(response.getRetCode())) {
            if (guard.mode(DiagnosisId.SEQ_PIPELINING) == Mode.ENFORCE) {
                Content.of(session).ifPresent(Content::markEarly);
            } else {
                guard.judge(session, Fault.PIPELINED_CONTENT, command);
            }
        }
        return response;
    }

    private Response inOrder(SMTPSession session, byte[] line, CommandLine command) {
        SessionState state = guard.sessions().state(session);
        // The guard's AUTH handler judges AUTH itself, since it exists in every mode of the guard.
        Optional<Response> refusal = command.verb() == Verb.AUTH && ownsAuth ? Optional.empty() : guard.judge(session, command, state);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (command.verb() == Verb.HELP && guard.isEnforcing()) {
            return guard.help(session, command, state);
        }
        return MailPermission.check(port, session, command, () -> execute(session, line, command, state));
    }

    private Response execute(SMTPSession session, byte[] line, CommandLine command, SessionState state) {
        Runnable restore = GREETINGS.contains(command.verb()) && guard.isEnforcing() ? guard.sessions().snapshot(session) : () -> { };
        if (command.verb() == Verb.AUTH) {
            // Reset: the flag may be left over from a multi-line exchange, whose end James does not show to the guard.
            Notes.of(session).takeFailedLoginReported();
        }
        Response response = Responses.written(dispatcher.onLine(session, line));
        if (isRefusal(response)) {
            restore.run();
        }
        return answered(session, command, state, response);
    }

    private static boolean isRefusal(Response response) {
        // James closes a connection with a response without a code.
        String code = response.getRetCode();
        return code != null && !code.isEmpty() && code.charAt(0) >= '4';
    }

    /** Notes what James' session does not keep, and replaces James' reply if the guard words it. */
    private Response answered(SMTPSession session, CommandLine command, SessionState before, Response response) {
        boolean accepted = !isRefusal(response);
        Notes notes = Notes.of(session);
        if (!DEPENDENT.contains(command.verb()) && (accepted || command.verb() == Verb.MAIL)) {
            // A refused MAIL is a new error with its own consequences.
            notes.onGroupEnd();
        }
        if (!accepted && (command.verb() == Verb.MAIL || command.verb() == Verb.RCPT)) {
            notes.onGroupFailure();
        }
        if (accepted && GREETINGS.contains(command.verb())) {
            notes.greeted(session.isTLSStarted());
        }
        if (SMTPRetCode.DATA_READY.equals(response.getRetCode())) {
            Content.begin(session);
        }
        boolean recipientRefused = !accepted && command.verb() == Verb.RCPT && before.isInTransaction();
        if (recipientRefused) {
            noteRefusedRecipient(session, command, before, response.getLines().get(0).toString());
        }
        Response reply = accepted || response.isEndSession() ? response : refused(session, command, response);
        if (recipientRefused && reply instanceof RefusalResponse) {
            // The reply already lists this recipient as refused; its text then becomes the recorded reason.
            noteRefusedRecipient(session, command, before, ((RefusalResponse) reply).diagnosis().asReason());
        }
        if (recipientRefused && response.getRetCode().charAt(0) == PERMANENT) {
            reply = guard.recipientRefused(session, command, reply);
        }
        return guard.isEnforcing() ? Responses.fit(reply) : reply;
    }

    private void noteRefusedRecipient(SMTPSession session, CommandLine command, SessionState before, String reason) {
        guard.sessions().refusedRecipients(session, before.refusedRecipients().and(RefusedRecipient.of(recipient(command), reason)));
    }

    /** Replaces James' refusals about the order of commands or AUTH by the guard's; all others are unchanged. */
    private Response refused(SMTPSession session, CommandLine command, Response response) {
        if (SMTPRetCode.SYNTAX_ERROR_COMMAND_UNRECOGNIZED.equals(response.getRetCode())) {
            return guard.judge(session, Fault.UNKNOWN_COMMAND, command).orElse(response);
        }
        if (command.verb() == Verb.MAIL) {
            Optional<String> sender = Notes.of(session).takeSenderRefusal();
            if (sender.isPresent()) {
                return guard.refuse(session, Fault.SENDER_REFUSED, sender.get(), command);
            }
        }
        if (!guard.isEnforcing() || (command.verb() == Verb.AUTH && ownsAuth)) {
            return response;
        }
        if (SMTPRetCode.AUTH_REQUIRED.equals(response.getRetCode())) {
            return guard.refuse(session, Fault.AUTHENTICATION_REQUIRED, command);
        }
        if (command.verb() == Verb.AUTH && SMTPRetCode.AUTH_FAILED.equals(response.getRetCode())) {
            if (!Notes.of(session).takeFailedLoginReported()) {
                logbook.failed(origin(session, command), AuthOutcome.REFUSED, "", CredentialResult.refused());
            }
            return guard.refuse(session, Fault.CREDENTIALS_REFUSED, command);
        }
        if (command.verb() == Verb.AUTH && Notes.of(session).takeFailedLoginReported()) {
            // One backend has refused, but the outage of another determines the reply.
            return guard.refuseLogin(session, Fault.BACKEND_UNAVAILABLE, command);
        }
        if (command.verb() == Verb.AUTH && SMTPRetCode.PARAMETER_NOT_IMPLEMENTED.equals(response.getRetCode())) {
            return guard.refuse(session, Fault.MECHANISM_UNKNOWN, command);
        }
        if (CLIENT_ERRORS.contains(response.getRetCode())) {
            return guard.refusedByJames(session, command, response);
        }
        return command.verb() == Verb.RCPT || response.getRetCode().charAt(0) != PERMANENT ? response
            : guard.otherwiseRefusedByJames(session, command, response);
    }

    /** The origin of an AUTH that James has handled. */
    private static Origin origin(SMTPSession session, CommandLine command) {
        String mechanism = command.argument().orElse("").trim().split(" ", 2)[0].toUpperCase(Locale.ROOT);
        return Origin.of(mechanism, Optional.of(Logbook.client(session)), Optional.of(session.getSessionID()), session.isTLSStarted());
    }

    private static String recipient(CommandLine command) {
        String argument = command.argument().orElse("").trim();
        boolean prefixed = argument.regionMatches(true, 0, RCPT_PREFIX, 0, RCPT_PREFIX.length());
        return prefixed ? argument.substring(RCPT_PREFIX.length()).trim() : argument;
    }
}
