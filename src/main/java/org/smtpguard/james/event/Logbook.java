package org.smtpguard.james.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSession;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BlockListener;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.FailedLogin;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.credential.Origin;
import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.james.channel.DeferredResponse;
import org.smtpguard.james.channel.RefusalResponse;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sasl.SaslStep;
import org.smtpguard.transcript.LogIn;
import org.smtpguard.transcript.Recording;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/**
 * Records the events of all sessions in the log, the metrics and the transcripts. {@link Recording} redacts confidential parts
 * of lines.
 *
 * <p>Threads: the sessions' own; {@link #failed} may be called from any thread. A session's recording is kept in its
 * {@link Notes}. It starts with the first command on a port whose guard is not off; without one, nothing is recorded.
 */
@Singleton
public final class Logbook implements BlockListener {
    /** The length of a line that was too long to be read, since it is unknown. */
    public static final int UNREAD = 0;

    private static final Logger BLOCK = LoggerFactory.getLogger("org.smtpguard.BLOCK");
    /** James' own logger and wording, which CrowdSec scenarios match. */
    private static final String AUTHENTICATION_NAME = "org.apache.james.protocols.smtp.AUTHENTICATION";
    private static final Logger AUTHENTICATION = LoggerFactory.getLogger(AUTHENTICATION_NAME);
    /** Shown as the mechanism of a log-in that only James knows more about. */
    private static final String BY_JAMES = "James";
    /** Logged as the mechanism of a log-in check in WebAdmin. */
    private static final String WEBADMIN = "WEBADMIN";
    private static final int NAME_LIMIT = 120;
    private static final int REASON_LIMIT = 200;

    private final GuardMetrics metrics;
    private final Transcripts transcripts;
    private final Violations violations;
    private final FailedLogins failedLogins = new FailedLogins();
    /** WARN, since James' sample logback.xml shows no lower level of loggers other than its own. */
    private final EventLogger refusals = new EventLogger("org.smtpguard.REFUSAL", Level.WARN, Level.INFO);
    /** INFO as in James, whose sample shows this level of its own loggers. */
    private final EventLogger endedLogins = new EventLogger(AUTHENTICATION_NAME, Level.INFO, Level.DEBUG);
    private final EventLogger blocks = new EventLogger("org.smtpguard.BLOCK", Level.WARN, Level.INFO);

    @Inject
    public Logbook(GuardMetrics metrics, Transcripts transcripts, Violations violations) {
        this.metrics = metrics;
        this.transcripts = transcripts;
        this.violations = violations;
        metrics.transcripts(transcripts::octets, () -> (long) transcripts.sessions());
    }

    public GuardMetrics metrics() {
        return metrics;
    }

    public Transcripts transcripts() {
        return transcripts;
    }

    /** The client's IP address; with the PROXY protocol, not the proxy's address. */
    public static String client(SMTPSession session) {
        return session.getRemoteAddress().getAddress().getHostAddress();
    }

    /**
     * A command has been received.
     *
     * @param octets the length of its line, or {@link #UNREAD}
     */
    public void command(SMTPSession session, CommandLine command, int octets) {
        if (transcripts.isOn()) {
            Recording recording = recording(session).orElseGet(() -> begin(session));
            if (session.isTLSStarted() && !recording.isUnderTls()) {
                recording.tls(session.getSSLSession().map(SSLSession::getProtocol).orElse("TLS"));
            }
            if (session.getUsername() != null && !recording.isLoggedIn()) {
                recording.logIn(new LogIn(AuthOutcome.ACCEPTED.word(), BY_JAMES, session.getUsername().asString(), Optional.empty(), ""));
            }
            recording.command(command, octets);
        }
    }

    /**
     * A response in an AUTH exchange has been received.
     *
     * @param line with its delimiter; {@link #UNREAD} octets if it was not read
     */
    public void response(SMTPSession session, byte[] line) {
        recording(session).ifPresent(recording -> recording.response(line));
    }

    /** A message has been received completely. */
    public void content(SMTPSession session, long octets) {
        recording(session).ifPresent(recording -> recording.content(octets));
    }

    /** @return the response, unchanged; a deferred one is not recorded yet */
    public Response reply(SMTPSession session, Response response) {
        if (!(response instanceof DeferredResponse)) {
            recording(session).ifPresent(recording -> record(recording, response));
        }
        return response;
    }

    /** A command was refused. */
    public void refused(SMTPSession session, Diagnosis diagnosis, CommandLine command) {
        metrics.refused(diagnosis.id());
        violations.count(diagnosis.id(), command.verb(), transcripts.shown(client(session)), false);
        refusals.logFor(client(session), "{} {} refused {} client={} session={}", diagnosis.code(), diagnosis.id(), loggable(command),
            client(session), session.getSessionID());
    }

    /** A command would have been refused if its rule were enforced. */
    public void observed(SMTPSession session, Diagnosis diagnosis, CommandLine command) {
        metrics.observed(diagnosis.id());
        violations.count(diagnosis.id(), command.verb(), transcripts.shown(client(session)), true);
        recording(session).ifPresent(recording -> recording.observed(refusal(diagnosis), diagnosis.summary()));
        refusals.logFor(client(session), "observed {} would refuse {} client={} session={}", diagnosis.id(), loggable(command),
            client(session), session.getSessionID());
    }

    /** The publisher of failed log-ins. */
    public FailedLogins failedLogins() {
        return failedLogins;
    }

    /**
     * An AUTH has succeeded.
     *
     * @param step the last of its exchange
     */
    public void authenticated(Origin origin, SaslStep step) {
        CredentialResult result = step.result();
        String backend = result.backend().orElse(GuardMetrics.NO_BACKEND);
        metrics.authenticated(origin.mechanism(), backend, AuthOutcome.ACCEPTED);
        transcribe(origin, AuthOutcome.ACCEPTED, step.username(), result.backend(),
            result.scope().map(scope -> "app password " + scope.id() + " (" + scope.label() + ")").orElse(""));
        String user = Printable.cut(step.username(), NAME_LIMIT);
        AUTHENTICATION.info("AUTH method {} succeeded for {} by {} client={} session={}{}", origin.mechanism(), user, backend,
            client(origin), session(origin), result.scope().map(Logbook::appPassword).orElse(""));
        if (!result.username().equals(step.username())) {
            AUTHENTICATION.info("{} was authorized to connect as {}", Printable.cut(result.username(), NAME_LIMIT), user);
        }
    }

    /** Without the quotation marks that end the label in the line. */
    private static String appPassword(LoginScope scope) {
        return " appPassword=" + scope.id() + " label=\"" + Printable.cut(scope.label(), NAME_LIMIT).replace('"', '\'') + "\"";
    }

    /**
     * An AUTH has ended without a log-in, and the client receives a reply.
     *
     * @param user the user name that the client has sent
     * @param result the result of the backends
     * @return whether it counts as a failed log-in, even if the reply reports an outage
     */
    public boolean ended(Origin origin, AuthOutcome outcome, String user, CredentialResult result) {
        boolean isFailed = failed(origin, outcome, user, result);
        if (!outcome.isFailedLogin()) {
            ended(origin, outcome, user, result.backend(), result.reason());
        }
        return isFailed;
    }

    /**
     * An AUTH has ended without a log-in, and the client may have disconnected. Recorded if it is a failed log-in.
     *
     * @return whether it counts as a failed log-in
     */
    public boolean failed(Origin origin, AuthOutcome outcome, String user, CredentialResult result) {
        if (outcome.isFailedLogin()) {
            String reason = outcome == AuthOutcome.IDENTITY ? "may not act as the authorization identity" : result.reason();
            ended(origin, outcome, user, result.backend(), reason);
            failedLogins.publish(new FailedLogin(user, origin, result.backend(), reason));
            return true;
        }
        return outcome == AuthOutcome.UNAVAILABLE
            && result.refusal().filter(no -> failed(origin, AuthOutcome.of(no), user, no)).isPresent();
    }

    @Override
    public void blocked(Block block, boolean isEnforced) {
        if (isEnforced) {
            metrics.blocked();
            blocks.log("blocked {} until={} reason=\"{}\"", subject(block), block.until(), reason(block));
        } else {
            blocks.log("observed: would block {} until={} reason=\"{}\"", subject(block), block.until(), reason(block));
        }
    }

    @Override
    public void unblocked(Block block, boolean byOperator) {
        BLOCK.info("unblocked {} ({})", subject(block), byOperator ? "lifted" : "expired");
    }

    @Override
    public void refused(Block block, String user, Network network, boolean isEnforced) {
        metrics.blockedLogin(!isEnforced);
        if (!isEnforced) {
            blocks.logFor(address(network), "observed: would refuse a log-in of {} from {}, for {}", Printable.cut(user, NAME_LIMIT),
                network, subject(block));
        }
    }

    private static String address(Network network) {
        String cidr = network.toString();
        return cidr.substring(0, cidr.indexOf('/'));
    }

    @Override
    public void secretsDiffer() {
        BLOCK.warn("Another server of the cluster has another conf/smtp-guard.secret: failed log-ins are not counted together."
            + " Copy the file from one server to all, and restart them.");
    }

    @Override
    public void sameAgain() {
        metrics.repeatedFailure();
    }

    /** Without the quotation marks that end it in the line. */
    private static String reason(Block block) {
        return Printable.cut(block.reason(), REASON_LIMIT).replace('"', '\'');
    }

    private static String subject(Block block) {
        return Stream.of(block.network().map(network -> "network=" + network),
            block.user().map(user -> "user=" + Printable.cut(user, NAME_LIMIT))).flatMap(Optional::stream).collect(Collectors.joining(" "));
    }

    private void ended(Origin origin, AuthOutcome outcome, String user, Optional<String> by, String reason) {
        String backend = by.orElse(GuardMetrics.NO_BACKEND);
        metrics.authenticated(origin.mechanism(), backend, outcome);
        transcribe(origin, outcome, user, by, reason);
        // "failed", James' own wording, only for failed log-ins: no client may be banned because of an outage.
        endedLogins.logFor(client(origin), "AUTH method {} {} from {}@{}: {} ({}) by {} [{}] client={} session={}", origin.mechanism(),
            outcome.isFailedLogin() ? "failed" : "ended", Printable.cut(user, NAME_LIMIT), client(origin), outcome,
            Printable.cut(reason, REASON_LIMIT), backend, outcome.fault().orElseThrow().id(), client(origin), session(origin));
    }

    private void transcribe(Origin origin, AuthOutcome outcome, String user, Optional<String> backend, String reason) {
        origin.sessionId().ifPresent(reference -> transcripts.logIn(reference,
            new LogIn(outcome.word(), origin.mechanism(), user, backend, reason)));
    }

    private static String client(Origin origin) {
        return origin.remoteAddress().orElse("");
    }

    private static String session(Origin origin) {
        return origin.sessionId().orElse("");
    }

    /**
     * A log-in check in WebAdmin has failed: a failed log-in like any other, but without a session.
     *
     * @param client the address of the requester
     * @param result a refusal
     */
    public void checkFailed(String client, String username, String backend, CredentialResult result) {
        Origin origin = Origin.of(WEBADMIN, Optional.of(Printable.cut(client, NAME_LIMIT)), Optional.of("none"), true);
        failed(origin, AuthOutcome.of(result), username, result.by(backend));
    }

    /** The session has ended. */
    public void end(SMTPSession session) {
        recording(session).ifPresent(Recording::end);
    }

    private Recording begin(SMTPSession session) {
        // Not earlier: with the PROXY protocol, the client's address arrives with the first octets.
        Recording recording = transcripts.begin(session.getSessionID(), client(session), session.getLocalAddress().getPort());
        Notes.of(session).record(recording);
        return recording;
    }

    private static Optional<Recording> recording(SMTPSession session) {
        return Notes.of(session).recording();
    }

    private static void record(Recording recording, Response response) {
        if (response instanceof RefusalResponse) {
            Diagnosis diagnosis = ((RefusalResponse) response).diagnosis();
            List<String> text = new ArrayList<>();
            text.add(diagnosis.code() + " " + diagnosis.status() + " " + diagnosis.summary() + " [" + diagnosis.id() + "]");
            text.addAll(diagnosis.details());
            recording.refusal(refusal(diagnosis), text, Recording.octets(response.getLines()));
            return;
        }
        List<CharSequence> lines = response.getLines();
        if (!lines.isEmpty()) {
            recording.reply(response.getRetCode(), lines);
        }
    }

    private static Refusal refusal(Diagnosis diagnosis) {
        return new Refusal(diagnosis.id(), diagnosis.state(), diagnosis.next());
    }

    /** The verb, if it is known: an unknown command may be a credential sent out of sequence. */
    private static String loggable(CommandLine command) {
        return command.verb() == Verb.OTHER ? "an unknown command" : command.verb().name();
    }
}
