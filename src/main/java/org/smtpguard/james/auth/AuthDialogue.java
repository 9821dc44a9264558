package org.smtpguard.james.auth;

import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.channel.Challenge;
import org.smtpguard.james.channel.DeferredReplies;
import org.smtpguard.james.channel.Responses;
import org.smtpguard.james.event.AuthOutcome;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.james.guard.GuardedPort;
import org.smtpguard.james.guard.PortGuard;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Reply;
import org.smtpguard.sasl.Base64Text;
import org.smtpguard.sasl.Peer;
import org.smtpguard.sasl.SaslExchange;
import org.smtpguard.sasl.SaslMechanism;
import org.smtpguard.sasl.SaslStep;
import org.smtpguard.sequence.Mode;

/**
 * One AUTH command and its SASL exchange.
 *
 * <p>Threads: the command, each response and each verdict are handled on the session's own thread. Backends are queried from it
 * and answer on threads of their own; meanwhile the reply is deferred ({@link DeferredReplies}) and no thread blocks.
 */
final class AuthDialogue {
    private static final EnhancedStatus SUCCESS = EnhancedStatus.of("2.7.0");
    private static final String CANCEL = "*";

    private final PortGuard guard;
    private final DeferredReplies replies;
    private final Logbook logbook;
    private final Origin origin;
    private final CommandLine command;
    private final SaslExchange exchange;
    private final FailureDelay delay;

    AuthDialogue(GuardedPort port, SaslMechanism mechanism, Peer peer, CommandLine command, FailureDelay delay) {
        this.guard = port.guard();
        this.replies = port.replies();
        this.logbook = guard.logbook();
        this.origin = peer.origin(mechanism.name());
        this.command = command;
        this.exchange = mechanism.start(peer);
        this.delay = delay;
    }

    Response start(SMTPSession session) {
        return advance(session, exchange.begin(Optional.empty()));
    }

    /** @param initialResponse in base64 */
    Response start(SMTPSession session, String initialResponse) {
        return decoded(session, initialResponse, octets -> exchange.begin(Optional.of(octets)));
    }

    /** Refuses an initial response: in this mechanism the server sends the first message. */
    Response refuseInitialResponse(SMTPSession session) {
        return fail(session, AuthOutcome.INITIAL_RESPONSE, SaslStep.malformed());
    }

    /** The reply to the step, now or later. */
    private Response advance(SMTPSession session, CompletionStage<SaslStep> stage) {
        CompletableFuture<SaslStep> judged = stage.toCompletableFuture();
        CompletableFuture<SaslStep> step = delay.delay(judged, origin);
        if (step.isDone() && !step.isCompletedExceptionally()) {
            return answer(session, step.getNow(SaslStep.malformed()));
        }
        CompletableFuture<SaslStep> awaited = step.copy();
        awaited.whenComplete((any, fault) -> {
            if (awaited.isCancelled()) {
                abandon(judged);
            }
        });
        logbook.metrics().trackPending(awaited);
        return replies.await(session, awaited, outcome -> answer(session, outcome.orElseGet(() ->
            SaslStep.refused("", CredentialResult.unavailable("the mechanism failed")))));
    }

    /**
     * The client has disconnected. A refusal that arrives nevertheless counts as a failed log-in; it is logged on the thread
     * that completes it.
     */
    private void abandon(CompletableFuture<SaslStep> step) {
        step.cancel(false);
        step.thenAccept(late -> {
            if (late.type() == SaslStep.Type.REFUSED || late.type() == SaslStep.Type.IDENTITY_REFUSED) {
                logbook.failed(origin, AuthOutcome.of(late), late.username(), late.result());
            }
        });
    }

    private Response answer(SMTPSession session, SaslStep step) {
        switch (step.type()) {
            case CHALLENGE:
                replies.challenge(session, this::onResponse, () -> onLongResponse(session));
                return new SMTPResponse("334", Base64.getEncoder().encodeToString(step.challenge()));
            case MALFORMED:
                return step.lenient().filter(lenient -> isTolerated(session, Fault.MALFORMED, step.flaw()))
                    .map(lenient -> advance(session, lenient.get())).orElseGet(() -> fail(session, AuthOutcome.MALFORMED, step));
            case SUCCESS:
                logbook.authenticated(origin, step);
                return succeed(session, step);
            default:
                return fail(session, AuthOutcome.of(step), step);
        }
    }

    private Response fail(SMTPSession session, AuthOutcome outcome, SaslStep step) {
        Fault fault = outcome.fault().orElseThrow();
        return logbook.ended(origin, outcome, step.username(), step.result()) ? guard.refuseLogin(session, fault, command)
            : guard.refuse(session, fault, detail(step, outcome), command);
    }

    private static String detail(SaslStep step, AuthOutcome outcome) {
        return outcome == AuthOutcome.BLOCKED ? step.result().reason() : step.flaw();
    }

    /** The client's response to a challenge. Like AUTH itself, it must be the last line of its pipelined group. */
    private Response onResponse(SMTPSession session, byte[] line) {
        Challenge.close(session);
        logbook.response(session, line);
        return logbook.reply(session, judgeResponse(session, line));
    }

    /** A response too long to be read ends the exchange. */
    private Response onLongResponse(SMTPSession session) {
        logbook.response(session, new byte[Logbook.UNREAD]);
        return fail(session, AuthOutcome.TOO_LONG, SaslStep.malformed());
    }

    private Response judgeResponse(SMTPSession session, byte[] line) {
        Optional<Response> refusal = CommandLine.parse(line).endsInBareLf()
            ? guard.judge(session, Fault.BARE_LF, command) : Optional.empty();
        return refusal.orElseGet(() -> guard.mode(DiagnosisId.SEQ_PIPELINING) == Mode.OFF ? proceed(session, line)
            : replies.settle(session, following -> proceed(session, line)));
    }

    private Response proceed(SMTPSession session, byte[] line) {
        String response = CommandLine.strip(line);
        if (response.equals(CANCEL)) {
            return fail(session, AuthOutcome.CANCELLED, SaslStep.malformed());
        }
        return decoded(session, response, exchange::respond);
    }

    /**
     * Decodes a response and advances the exchange. Base64 without padding is accepted by James, so also here unless enforced.
     */
    private Response decoded(SMTPSession session, String response, Function<byte[], CompletionStage<SaslStep>> proceed) {
        Base64Text text = Base64Text.of(response);
        Supplier<Response> refusal = () -> fail(session, AuthOutcome.UNDECODABLE, SaslStep.malformed(text.flaw()));
        if (text.octets().isEmpty()) {
            return refusal.get();
        }
        if (!text.flaw().isEmpty() && !isTolerated(session, Fault.UNDECODABLE, text.flaw())) {
            return refusal.get();
        }
        return advance(session, proceed.apply(text.octets().get()));
    }

    /** Whether the port accepts a response with this flaw, whose meaning is clear. Logged in mode {@code observe}. */
    private boolean isTolerated(SMTPSession session, Fault fault, String flaw) {
        return guard.mode(fault.id()) != Mode.ENFORCE && guard.judge(session, fault, flaw, command).isEmpty();
    }

    private Response succeed(SMTPSession session, SaslStep step) {
        session.setUsername(Username.of(step.username()));
        session.setRelayingAllowed(true);
        String user = step.result().username();
        step.result().scope().ifPresent(Notes.of(session)::limitTo);
        new LoginRecord(origin.mechanism(), user, step.result().backend().orElse(""), session.isTLSStarted()).attachTo(session);
        return Responses.of(Reply.of(235, SUCCESS, List.of("Authentication successful")));
    }
}
