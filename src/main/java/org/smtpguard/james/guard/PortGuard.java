package org.smtpguard.james.guard;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Diagnostician;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.diagnosis.HelpDesk;
import org.smtpguard.james.Authentication;
import org.smtpguard.james.channel.RefusalResponse;
import org.smtpguard.james.channel.Responses;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Reply;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Mode;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.sequence.Verdict;

/**
 * The guard of one port: judges a command of a session and words the refusal. The one place where a state, a verdict and
 * a diagnosis become a reply and an entry of the logbook. Runs on the sessions' own threads.
 */
public final class PortGuard {
    private final GuardSettings settings;
    private final Sessions sessions;
    private final SequenceTable table;
    private final Diagnostician diagnostician;
    private final HelpDesk helpDesk;
    private final Logbook logbook;
    private final Function<DiagnosisId, Mode> modes;
    private final Function<DiagnosisId, Mode> modesWithoutGreeting;
    private final boolean ownsAuth;

    /** @param ownsAuth whether AUTH is answered by {@link Authentication}, and not by James */
    PortGuard(GuardSettings settings, Sessions sessions, boolean ownsAuth, SequenceTable table, DiagnosisCatalogue catalogue,
              Logbook logbook) {
        this.settings = settings;
        this.sessions = sessions;
        this.table = table;
        this.diagnostician = new Diagnostician(table);
        this.helpDesk = new HelpDesk(table, catalogue);
        this.logbook = logbook;
        this.ownsAuth = ownsAuth;
        this.modes = settings::mode;
        this.modesWithoutGreeting = settings::modeWithoutGreeting;
    }

    public Sessions sessions() {
        return sessions;
    }

    public Logbook logbook() {
        return logbook;
    }

    public Mode mode(DiagnosisId id) {
        return settings.mode(id);
    }

    /** The handler's own mode. */
    public Mode mode() {
        return settings.mode();
    }

    /** Whether the guard answers at all, rather than observe. */
    boolean isEnforcing() {
        return settings.mode() == Mode.ENFORCE;
    }

    Duration greetingWait() {
        return settings.greetingWait();
    }

    /** The reply to a command that is out of order; empty if it may pass. Leaves sender, recipients, greeting, login as they are. */
    public Optional<Response> judge(SMTPSession session, CommandLine command, SessionState state) {
        Function<DiagnosisId, Mode> ofPort = session.getConfiguration().useHeloEhloEnforcement() ? modes : modesWithoutGreeting;
        Verdict verdict = table.judge(state, command, command.verb() == Verb.AUTH && ownsAuth ? ofAuth(ofPort) : ofPort);
        verdict.observed().forEach(rule -> logbook.observed(session, diagnostician.of(rule, command, state), command));
        return verdict.refusedBy().map(rule -> {
            SessionState told = afterwards(session, rule.id(), state);
            return refuse(session, diagnostician.of(rule, command, told), command);
        });
    }

    private static Function<DiagnosisId, Mode> ofAuth(Function<DiagnosisId, Mode> ofPort) {
        return id -> id.appliesAlwaysToAuth() ? Mode.ENFORCE : ofPort.apply(id);
    }

    /** The reply to a command with that fault; empty if the operator only wants to watch, or not even that. */
    public Optional<Response> judge(SMTPSession session, Fault fault, CommandLine command) {
        return judge(session, fault, "", command);
    }

    /** @param detail what exactly is wrong; empty if the fault says it all */
    public Optional<Response> judge(SMTPSession session, Fault fault, String detail, CommandLine command) {
        switch (settings.mode(fault.id())) {
            case ENFORCE:
                return Optional.of(refuse(session, fault, detail, command));
            case OBSERVE:
                logbook.observed(session, diagnostician.of(fault, detail, command, sessions.state(session)), command);
                return Optional.empty();
            default:
                return Optional.empty();
        }
    }

    /** The reply to a command with that fault. */
    public Response refuse(SMTPSession session, Fault fault, CommandLine command) {
        return refuse(session, fault, "", command);
    }

    public Response refuse(SMTPSession session, Fault fault, String detail, CommandLine command) {
        SessionState told = afterwards(session, fault.id(), sessions.state(session));
        return refuse(session, diagnostician.of(fault, detail, command, told), command);
    }

    /** The reply to an AUTH with that fault which is a failed log-in, whatever the fault says of it: another backend may be unavailable. */
    public Response refuseLogin(SMTPSession session, Fault fault, CommandLine command) {
        SessionState told = afterwards(session, fault.id(), sessions.state(session));
        return refuse(session, diagnostician.of(fault, command, told), command, this::isPassedByFailedLogin);
    }

    /**
     * The reply to a {@code *} directly after a refused AUTH, where no exchange is open to be cancelled: Go's net/smtp sends it so.
     * Forgiven; there is one at most for each refused AUTH. Empty if James is to answer.
     */
    Optional<Response> nothingToCancel(SMTPSession session, CommandLine command) {
        if (settings.mode(DiagnosisId.AUTH_CANCELLED) != Mode.ENFORCE) {
            return judge(session, Fault.NOTHING_TO_CANCEL, command);
        }
        Diagnosis diagnosis = diagnostician.of(Fault.NOTHING_TO_CANCEL, command, sessions.state(session));
        return Optional.of(refuse(session, diagnosis, command,
            counted -> Notes.of(counted).forgive() ? Optional.empty() : isPassedByError(counted)));
    }

    /** What James' own refusal of a command becomes: itself, or the end of the session if it was an error too many. */
    Response refusedByJames(SMTPSession session, CommandLine command, Response response) {
        noteRefusedAuth(session, command);
        return isPassedByError(session).flatMap(limit -> judge(session, limit, command)).orElse(response);
    }

    /** What James' permanent refusal of a recipient becomes: itself, or the end of the session if it was one too many (RFC 5321 §7.3). */
    Response recipientRefused(SMTPSession session, CommandLine command, Response response) {
        return settings.limits().isPassedByRefusedRecipients(Notes.of(session).countRefusedRecipient())
            ? judge(session, Fault.TOO_MANY_REFUSED_RECIPIENTS, command).orElse(response) : response;
    }

    /** What another refusal by James becomes: itself, or the end of the session if there were too many. */
    Response otherwiseRefusedByJames(SMTPSession session, CommandLine command, Response response) {
        return Notes.of(session).forgive() ? response : refusedByJames(session, command, response);
    }

    /** The answer to HELP. */
    Response help(SMTPSession session, CommandLine command, SessionState state) {
        return Responses.of(helpDesk.answer(command.argument(), state, sessions.mechanisms(session)));
    }

    /** A client that tried to authenticate and could not will be shown the way there, not past it. */
    private SessionState afterwards(SMTPSession session, DiagnosisId id, SessionState state) {
        SessionState after = Diagnostician.afterwards(id, state);
        if (after.isAuthenticationNeeded()) {
            Notes.of(session).needsAuthentication();
        }
        return after;
    }

    private Response refuse(SMTPSession session, Diagnosis diagnosis, CommandLine command) {
        return refuse(session, diagnosis, command, counted -> passedBy(counted, diagnosis.id()));
    }

    /** @param count counts what is refused, and tells which limit is passed by it: then that is the one refusal, told and logged */
    private Response refuse(SMTPSession session, Diagnosis diagnosis, CommandLine command, Function<SMTPSession, Optional<Fault>> count) {
        Optional<Response> end = count.apply(session).flatMap(limit -> judge(session, limit, command));
        if (end.isPresent()) {
            return end.get();
        }
        noteRefusedAuth(session, command);
        logbook.refused(session, diagnosis, command);
        Reply reply = settings.renderer().render(diagnosis, session.getSessionID());
        return new RefusalResponse(diagnosis.closesConnection() ? reply.thenClose() : reply, diagnosis);
    }

    private static void noteRefusedAuth(SMTPSession session, CommandLine command) {
        if (command.verb() == Verb.AUTH) {
            Notes.of(session).authRefused();
        }
    }

    /** The limit that a refusal passes, if it does. */
    private Optional<Fault> passedBy(SMTPSession session, DiagnosisId id) {
        Notes notes = Notes.of(session);
        switch (id.counts()) {
            case ENDS_SESSION:
                return Optional.empty();
            case FAILED_LOGIN:
                return isPassedByFailedLogin(session);
            case FORGIVEN:
                return notes.forgive() ? Optional.empty() : isPassedByError(session);
            case CONSEQUENCE:
                boolean consequence = notes.isConsequence();
                notes.groupFailed();
                return consequence ? Optional.empty() : isPassedByError(session);
            default:
                return isPassedByError(session);
        }
    }

    private Optional<Fault> isPassedByFailedLogin(SMTPSession session) {
        return Optional.of(Fault.TOO_MANY_AUTH_FAILURES)
            .filter(limit -> settings.limits().isPassedByAuthFailures(Notes.of(session).countAuthFailure()));
    }

    private Optional<Fault> isPassedByError(SMTPSession session) {
        return Optional.of(Fault.TOO_MANY_ERRORS).filter(limit -> settings.limits().isPassedByErrors(Notes.of(session).countError()));
    }
}
