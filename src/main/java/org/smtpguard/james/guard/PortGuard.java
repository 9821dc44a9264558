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
 * The guard of one port: judges the commands of sessions, and turns each refusal into a diagnosis, a reply and a log entry.
 *
 * <p>Threads: the sessions' own.
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

    /** @param ownsAuth whether {@link Authentication} handles AUTH, not James */
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

    /** Whether the handler's mode is {@code enforce}. */
    boolean isEnforcing() {
        return settings.mode() == Mode.ENFORCE;
    }

    Duration greetingWait() {
        return settings.greetingWait();
    }

    /** The refusal of a command that is out of order; empty if it is allowed. Does not change the session's SMTP state. */
    public Optional<Response> judge(SMTPSession session, CommandLine command, SessionState state) {
        Function<DiagnosisId, Mode> ofPort = session.getConfiguration().useHeloEhloEnforcement() ? modes : modesWithoutGreeting;
        Verdict verdict = table.judge(state, command, command.verb() == Verb.AUTH && ownsAuth ? ofAuth(ofPort) : ofPort);
        verdict.observed().forEach(rule -> logbook.observed(session, diagnostician.of(rule, command, state), command));
        return verdict.refusedBy().map(rule -> {
            SessionState after = afterwards(session, rule.id(), state);
            return refuse(session, diagnostician.of(rule, command, after), command);
        });
    }

    private static Function<DiagnosisId, Mode> ofAuth(Function<DiagnosisId, Mode> ofPort) {
        return id -> id.appliesAlwaysToAuth() ? Mode.ENFORCE : ofPort.apply(id);
    }

    /** The refusal of a command with this fault; empty if the rule's mode is {@code observe} or {@code off}. */
    public Optional<Response> judge(SMTPSession session, Fault fault, CommandLine command) {
        return judge(session, fault, "", command);
    }

    /** @param detail what exactly is wrong; empty if the fault is specific enough */
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

    /** The refusal of a command with this fault. */
    public Response refuse(SMTPSession session, Fault fault, CommandLine command) {
        return refuse(session, fault, "", command);
    }

    public Response refuse(SMTPSession session, Fault fault, String detail, CommandLine command) {
        SessionState after = afterwards(session, fault.id(), sessions.state(session));
        return refuse(session, diagnostician.of(fault, detail, command, after), command);
    }

    /** The refusal of an AUTH that counts as a failed log-in, even if the fault is the outage of another backend. */
    public Response refuseLogin(SMTPSession session, Fault fault, CommandLine command) {
        SessionState after = afterwards(session, fault.id(), sessions.state(session));
        return refuse(session, diagnostician.of(fault, command, after), command, this::countFailedLogin);
    }

    /**
     * The reply to a {@code *} directly after a refused AUTH, when no exchange is open: Go's net/smtp sends it. Forgiven; at
     * most one per refused AUTH. Empty if James is to answer.
     */
    Optional<Response> nothingToCancel(SMTPSession session, CommandLine command) {
        if (settings.mode(DiagnosisId.AUTH_CANCELLED) != Mode.ENFORCE) {
            return judge(session, Fault.NOTHING_TO_CANCEL, command);
        }
        Diagnosis diagnosis = diagnostician.of(Fault.NOTHING_TO_CANCEL, command, sessions.state(session));
        return Optional.of(refuse(session, diagnosis, command,
            counted -> Notes.of(counted).forgive() ? Optional.empty() : countError(counted)));
    }

    /** Counts James' own refusal of a command; returns it, or the refusal that ends the session if the limit is reached. */
    Response refusedByJames(SMTPSession session, CommandLine command, Response response) {
        noteRefusedAuth(session, command);
        return countError(session).flatMap(limit -> judge(session, limit, command)).orElse(response);
    }

    /**
     * Counts James' permanent refusal of a recipient; returns it, or the refusal that ends the session if the limit is reached
     * (RFC 5321 §7.3).
     */
    Response recipientRefused(SMTPSession session, CommandLine command, Response response) {
        return settings.limits().isRefusedRecipientLimitReached(Notes.of(session).countRefusedRecipient())
            ? judge(session, Fault.TOO_MANY_REFUSED_RECIPIENTS, command).orElse(response) : response;
    }

    /** Handles any other refusal by James: it is forgiven up to a limit, then counted as an error. */
    Response otherwiseRefusedByJames(SMTPSession session, CommandLine command, Response response) {
        return Notes.of(session).forgive() ? response : refusedByJames(session, command, response);
    }

    /** The answer to HELP. */
    Response help(SMTPSession session, CommandLine command, SessionState state) {
        return Responses.of(helpDesk.answer(command.argument(), state, sessions.mechanisms(session)));
    }

    /** After a failed AUTH, {@code Next:} leads to AUTH and not past it. */
    private SessionState afterwards(SMTPSession session, DiagnosisId id, SessionState state) {
        SessionState after = Diagnostician.afterwards(id, state);
        if (after.isAuthenticationNeeded()) {
            Notes.of(session).requireAuthentication();
        }
        return after;
    }

    private Response refuse(SMTPSession session, Diagnosis diagnosis, CommandLine command) {
        return refuse(session, diagnosis, command, counted -> count(counted, diagnosis.id()));
    }

    /** @param count counts the refusal and returns the limit that it reaches, which then replaces it in reply and log */
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

    /** Counts a refusal; returns the limit that it reaches, if any. */
    private Optional<Fault> count(SMTPSession session, DiagnosisId id) {
        Notes notes = Notes.of(session);
        switch (id.counts()) {
            case ENDS_SESSION:
                return Optional.empty();
            case FAILED_LOGIN:
                return countFailedLogin(session);
            case FORGIVEN:
                return notes.forgive() ? Optional.empty() : countError(session);
            case CONSEQUENCE:
                boolean consequence = notes.takeConsequence();
                notes.onGroupFailure();
                return consequence ? Optional.empty() : countError(session);
            default:
                return countError(session);
        }
    }

    private Optional<Fault> countFailedLogin(SMTPSession session) {
        return Optional.of(Fault.TOO_MANY_AUTH_FAILURES)
            .filter(limit -> settings.limits().isAuthFailureLimitReached(Notes.of(session).countAuthFailure()));
    }

    private Optional<Fault> countError(SMTPSession session) {
        return Optional.of(Fault.TOO_MANY_ERRORS).filter(limit -> settings.limits().isErrorLimitReached(Notes.of(session).countError()));
    }
}
