package org.smtpguard.james;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import com.google.inject.Inject;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.lifecycle.api.LifecycleUtil;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.DisconnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.DataLineFilter;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.smtpguard.credential.ConfigurationFault;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Mode;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.transcript.TranscriptSettings;
import org.smtpguard.sequence.SessionState;

/**
 * The door of a port: every command line goes in through it and every reply to one comes out, and the lines of a message
 * pass it too. It stands in the chain before James' {@code CommandDispatcher} and wraps it; a line that is out of order
 * never gets there.
 *
 * <p>Runs on the session's own thread, and waits for nobody.
 */
public final class SequenceGuard implements LineHandler<SMTPSession>, DataLineFilter, ConnectHandler<SMTPSession>,
    DisconnectHandler<SMTPSession>, ExtensibleHandler {
    /** Nothing may come behind these before their reply (RFC 2920 §3.1, RFC 4954 §4, RFC 3207 §4); HELO offers no pipelining. */
    private static final Set<Verb> LAST_OF_THEIR_GROUP = EnumSet.of(Verb.EHLO, Verb.HELO, Verb.AUTH, Verb.STARTTLS, Verb.DATA);
    private static final Set<Verb> GREETINGS = EnumSet.of(Verb.EHLO, Verb.HELO);
    /** RCPT and DATA depend on what stands before them in the group; everything else begins anew. */
    private static final Set<Verb> DEPENDENT = EnumSet.of(Verb.RCPT, Verb.DATA);
    private static final Set<String> CLIENT_ERRORS = Set.of(SMTPRetCode.SYNTAX_ERROR_ARGUMENTS, SMTPRetCode.BAD_SEQUENCE,
        SMTPRetCode.PARAMETER_NOT_IMPLEMENTED);
    /** The first digit of a reply that will not change (RFC 5321 §4.2.1). */
    private static final char PERMANENT = '5';
    private static final String RCPT_PREFIX = "TO:";
    /** With its CRLF. */
    private static final int CANCELLATION_LENGTH = 3;

    private final SequenceTable table;
    private final DiagnosisCatalogue catalogue;
    private final Logbook logbook;
    private GuardSettings settings = GuardSettings.defaults();
    private LineHandler<SMTPSession> dispatcher;
    private boolean answersAuth;
    private PortGuard guard;

    @Inject
    public SequenceGuard(SequenceTable table, DiagnosisCatalogue catalogue, Logbook logbook) {
        this.table = table;
        this.catalogue = catalogue;
        this.logbook = logbook;
    }

    @Override
    public void init(Configuration config) throws ConfigurationException {
        try {
            settings = GuardSettings.parse(Element.handler(config, SequenceGuard.class));
            settings.transcripts().ifPresent(this::configure);
        } catch (ConfigurationFault e) {
            throw new ConfigurationException(e.getMessage(), e);
        }
    }

    private void configure(TranscriptSettings wanted) {
        TranscriptSettings held = logbook.transcripts().configure(wanted);
        if (!held.equals(wanted)) {
            throw new ConfigurationFault("<transcripts> in <handler class=\"" + SequenceGuard.class.getName() + "\"> says " + wanted
                + ", and that of another port " + held + "; all ports share one store: say the same, or say it once.");
        }
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(LineHandler.class, CommandHandler.class, ConnectHandler.class);
    }

    @Override
    public void wireExtensions(Class<?> marker, List<?> handlers) throws WiringException {
        if (marker == LineHandler.class) {
            wireDispatcher(handlers);
        } else if (marker == CommandHandler.class) {
            wireCommands(handlers);
        } else {
            wireGreeting(handlers);
        }
    }

    @SuppressWarnings("unchecked")
    private void wireDispatcher(List<?> lineHandlers) throws WiringException {
        if (lineHandlers.get(0) != this) {
            throw new WiringException("<handler class=\"" + SequenceGuard.class.getName() + "\"> stands in a <handlerchain> behind another"
                + " handler of lines (" + lineHandlers.get(0).getClass().getName() + "); move it to the top, and leave one.");
        }
        dispatcher = (LineHandler<SMTPSession>) lineHandlers.get(1);
    }

    private void wireCommands(List<?> commandHandlers) throws WiringException {
        if (only(Authentication.class, commandHandlers).count() > 1) {
            throw new WiringException("<handler class=\"" + Authentication.class.getName() + "\"> stands twice in a <handlerchain>;"
                + " leave one, with all its backends.");
        }
        Optional<Authentication> authentication = only(Authentication.class, commandHandlers).findFirst();
        answersAuth = authentication.isPresent();
        OfferedAuth auth = authentication.map(OfferedAuth::by)
            .or(() -> commandHandlers.stream().<CommandHandler<?>>map(CommandHandler.class::cast).filter(OfferedAuth::isAuth).findFirst()
                .map(OfferedAuth::by))
            .orElseGet(OfferedAuth::none);
        guard = new PortGuard(settings, new Sessions(auth), answersAuth, table, catalogue, logbook);
        authentication.ifPresent(handler -> handler.guardedBy(guard));
    }

    private void wireGreeting(List<?> connectHandlers) throws WiringException {
        Optional<GuardGreeting> greeting = only(GuardGreeting.class, connectHandlers).findFirst();
        if (greeting.isEmpty() && !settings.greetingWait().isZero()) {
            throw new WiringException("<greeting> in <handler class=\"" + SequenceGuard.class.getName() + "\"> needs"
                + " <handlerchain coreHandlersPackage=\"" + GuardHandlers.class.getName() + "\">.");
        }
        greeting.ifPresent(handler -> handler.guardedBy(guard));
    }

    private static <T> Stream<T> only(Class<T> type, List<?> handlers) {
        return handlers.stream().filter(type::isInstance).map(type::cast);
    }

    /**
     * Switches off James' own watch over what is sent behind STARTTLS where ours does it: James' hangs up on a client whose
     * STARTTLS was refused, at the line after.
     */
    @Override
    public Response onConnect(SMTPSession session) {
        if (settings.mode(DiagnosisId.SEQ_PIPELINING) == Mode.ENFORCE) {
            session.stopDetectingCommandInjection();
        }
        if (settings.mode(DiagnosisId.SEQ_PIPELINING) != Mode.OFF) {
            SessionThread.of(session).countReads();
        }
        if (settings.mode() != Mode.OFF) {
            guard.waitingRoom().answerLongLines(session);
            SessionThread.of(session).tellBatches();
            SessionThread.of(session).cutLinesOfThoseAfter();
        }
        return new Later();
    }

    @Override
    public void onDisconnect(SMTPSession session) {
        guard.waitingRoom().abandon(session);
        logbook.end(session);
    }

    @Override
    public Response onLine(SMTPSession session, byte[] line) {
        if (settings.mode() == Mode.OFF) {
            return dispatcher.onLine(session, line);
        }
        CommandLine command = CommandLine.parse(line);
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
            // James would copy it: a bare CR in the name that EHLO gives begins a line of its own in the header of a message.
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
        return LAST_OF_THEIR_GROUP.contains(command.verb()) && settings.mode(DiagnosisId.SEQ_PIPELINING) != Mode.OFF
            ? guard.waitingRoom().settle(session, behind -> lastOfItsGroup(session, line, command, behind))
            : inOrder(session, line, command);
    }

    /** The line that cancels an exchange (RFC 4954 §4). */
    private static boolean isCancellation(byte[] line) {
        return line.length == CANCELLATION_LENGTH && line[0] == '*';
    }

    /** @param behind how many octets were sent behind the line without waiting for its reply */
    private Response lastOfItsGroup(SMTPSession session, byte[] line, CommandLine command, int behind) {
        if (command.verb() == Verb.STARTTLS && behind > 0) {
            // Whatever came in clear text must not be taken for something that came under TLS (RFC 3207 §4.2).
            Optional<Response> refusal = guard.judge(session, Fault.PIPELINED_BEHIND, command);
            if (refusal.isPresent()) {
                return refusal.get();
            }
        }
        Response response = inOrder(session, line, command);
        if (behind > 0 && SMTPRetCode.DATA_READY.equals(response.getRetCode())) {
            if (settings.mode(DiagnosisId.SEQ_PIPELINING) == Mode.ENFORCE) {
                Content.of(session).ifPresent(Content::cameEarly);
            } else {
                guard.judge(session, Fault.PIPELINED_CONTENT, command);
            }
        }
        return response;
    }

    private Response inOrder(SMTPSession session, byte[] line, CommandLine command) {
        SessionState state = guard.sessions().state(session);
        // AUTH is judged by our own handler of it, which is there whatever the mode of the guard is.
        Optional<Response> refusal = command.verb() == Verb.AUTH && answersAuth ? Optional.empty() : guard.judge(session, command, state);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (command.verb() == Verb.HELP && guard.isEnforcing()) {
            return guard.help(session, command, state);
        }
        Runnable giveBack = GREETINGS.contains(command.verb()) && guard.isEnforcing() ? guard.sessions().remembering(session) : () -> { };
        if (command.verb() == Verb.AUTH) {
            // Of an exchange in several lines, whose end James does not show to the guard.
            Notes.of(session).takeFailedLoginReported();
        }
        Response response = Responses.written(dispatcher.onLine(session, line));
        if (isRefusal(response)) {
            giveBack.run();
        }
        return answered(session, command, state, response);
    }

    private static boolean isRefusal(Response response) {
        // James' own way to hang up is a response without a code.
        String code = response.getRetCode();
        return code != null && !code.isEmpty() && code.charAt(0) >= '4';
    }

    /** Notes what James' session does not tell, and words James' reply where it belongs to us. */
    private Response answered(SMTPSession session, CommandLine command, SessionState before, Response response) {
        boolean accepted = !isRefusal(response);
        Notes notes = Notes.of(session);
        if (!DEPENDENT.contains(command.verb()) && (accepted || command.verb() == Verb.MAIL)) {
            // A refused MAIL is an error of its own, and has consequences of its own.
            notes.groupIsOver();
        }
        if (!accepted && (command.verb() == Verb.MAIL || command.verb() == Verb.RCPT)) {
            notes.groupFailed();
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
            // The reply is worded with this recipient among the refused ones, and then is the reason that the client knows.
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

    /** James' refusals that are about the order of commands, or about AUTH, in our words; all others as they are. */
    private Response refused(SMTPSession session, CommandLine command, Response response) {
        if (SMTPRetCode.SYNTAX_ERROR_COMMAND_UNRECOGNIZED.equals(response.getRetCode())) {
            return guard.judge(session, Fault.UNKNOWN_COMMAND, command).orElse(response);
        }
        if (!guard.isEnforcing() || command.verb() == Verb.AUTH && answersAuth) {
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
            // A backend has said no, and another's outage makes the reply.
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

    /** A line of a message. */
    @Override
    public Response onLine(SMTPSession session, byte[] line, LineHandler<SMTPSession> next) {
        if (settings.mode() == Mode.OFF) {
            return next.onLine(session, line);
        }
        // A handler of others may have ended the transaction, and yet take lines.
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
        byte[] strict = settings.mode(DiagnosisId.SEQ_BARE_LF) == Mode.ENFORCE ? content.strict(line) : line;
        if (!content.isEarly() && content.refusal().isEmpty()) {
            return next.onLine(session, strict);
        }
        boolean inDoubt = content.isBehindLostLine();
        if (!Content.isEnd(strict)) {
            return null;
        }
        forgetContent(session);
        Response reply = content.isEarly() ? guard.refuse(session, Fault.PIPELINED_CONTENT, CommandLine.of(Verb.DATA, Optional.empty()))
            : content.refusal().get();
        if (!content.isEarly()) {
            // As any message that is refused at its end (RFC 5321 §4.1.1.4).
            session.resetState();
        }
        // What comes behind a dot that may be content may be content, too: it must not be taken for commands.
        return inDoubt ? Responses.thenClose(reply) : reply;
    }

    /** As if DATA had never been: the transaction stays open, James' place for the message is given back. */
    private void forgetContent(SMTPSession session) {
        session.popLineHandler();
        Content.forget(session);
        ExtendedSMTPSession extended = (ExtendedSMTPSession) session;
        LifecycleUtil.dispose(extended.getMimeMessageWriter());
        extended.setMimeMessageInputStreamSource(null);
    }

    /** Of an AUTH that James has judged, by a mechanism that it knows. */
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
