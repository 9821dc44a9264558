package org.smtpguard.resilience;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.MechanismRelay;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;
import org.smtpguard.credential.RequestFuture;

/** A backend that relays mechanisms, with its safeguards around each step. A challenge is an answer as good as a verdict. */
final class SafeguardedRelay extends Safeguarded implements MechanismRelay {
    /** An answer, and no refusal. */
    private static final CredentialResult CHALLENGED = CredentialResult.accepted("challenged");
    private static final Reading<RelayStep> STEPS = new Reading<>() {
        @Override
        public CredentialResult verdict(RelayStep answer) {
            return answer.verdict().orElse(CHALLENGED);
        }

        @Override
        public RelayStep unavailable(CredentialResult why) {
            return RelayStep.verdict("", why);
        }
    };

    private final MechanismRelay backend;

    SafeguardedRelay(MechanismRelay backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        super(backend, safeguards, watch, time);
        this.backend = backend;
    }

    @Override
    public Set<String> relayed() {
        return backend.relayed();
    }

    @Override
    public CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse) {
        return step(origin, timed -> backend.relay(mechanism, timed, initialResponse));
    }

    private CompletionStage<RelayStep> step(Origin origin, Function<Origin, CompletionStage<RelayStep>> question) {
        CompletableFuture<RelayStep> asked = ask("", origin, question, STEPS);
        return RequestFuture.of(asked.thenApply(said -> said.challenge()
            .map(challenge -> RelayStep.challenge(challenge, response -> step(origin, timed -> said.respond(response)))).orElse(said)),
            asked);
    }
}
