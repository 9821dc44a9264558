package org.smtpguard.sasl;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;
import org.smtpguard.credential.RequestFuture;

/**
 * A mechanism that a backend relays to another server. That server verifies the client and its authorization identity, and returns the
 * final user name. The messages are passed on unread.
 */
public final class RelayedMechanism implements SaslMechanism {
    private static final Logger LOGGER = LoggerFactory.getLogger(RelayedMechanism.class);

    /** DIGEST-MD5 has an initial response only for subsequent authentication (RFC 2831 §2.2), which is not supported. */
    private static final Set<String> SERVER_FIRST = Set.of("CRAM-MD5", "DIGEST-MD5", "KERBEROS_V4");

    private final String name;
    private final CredentialBackend backend;
    private final Identities identities;
    private final LoginLimit limit;

    /** @param name one that the backend relays */
    public RelayedMechanism(String name, CredentialBackend backend, Identities identities) {
        this(name, backend, identities, LoginLimit.NONE);
    }

    private RelayedMechanism(String name, CredentialBackend backend, Identities identities, LoginLimit limit) {
        this.name = name;
        this.backend = backend;
        this.identities = identities;
        this.limit = limit;
    }

    /** The same, whose log-ins are limited: by the client's network before the backend is queried, since it alone knows the user. */
    public RelayedMechanism limitedBy(LoginLimit other) {
        return new RelayedMechanism(name, backend, identities, other);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isServerFirst() {
        return SERVER_FIRST.contains(name);
    }

    @Override
    public SaslExchange start(Peer peer) {
        return new RelayedExchange(peer.origin(name));
    }

    private final class RelayedExchange implements SaslExchange {
        private final Origin origin;
        /** The last challenge, which the next response answers. */
        private volatile RelayStep last = RelayStep.verdict("", CredentialResult.unavailable("not begun"));

        private RelayedExchange(Origin origin) {
            this.origin = origin;
        }

        @Override
        public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
            Optional<CredentialResult> refusal = limit.refusal(Optional.empty(), origin);
            return refusal.isPresent() ? SaslStep.refused("", refusal.get()).now()
                : relay(() -> backend.relay(name, origin, initialResponse));
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            return relay(() -> last.respond(response));
        }

        private CompletionStage<SaslStep> relay(Supplier<CompletionStage<RelayStep>> request) {
            CompletableFuture<RelayStep> answer;
            try {
                answer = request.get().toCompletableFuture();
            } catch (RuntimeException e) {
                answer = CompletableFuture.failedFuture(e);
            }
            CompletableFuture<RelayStep> sent = answer;
            return RequestFuture.of(answer
                .exceptionally(failure -> RelayStep.verdict("", CredentialResult.unavailable(Identities.className(failure))))
                .thenCompose(this::step), sent);
        }

        private CompletionStage<SaslStep> step(RelayStep relayed) {
            last = relayed;
            return relayed.verdict().map(verdict -> end(relayed.claimed(), verdict.by(backend.name())))
                .orElseGet(() -> SaslStep.challenge(relayed.challenge().orElseThrow()).now());
        }

        private CompletionStage<SaslStep> end(String claimed, CredentialResult verdict) {
            if (verdict.kind() == CredentialResult.Kind.UNAVAILABLE && verdict.wasQueried()) {
                LOGGER.warn("Backend {} is unavailable: {}", backend.name(), verdict.reason());
            }
            return limit.attempt(verdict.isAccepted() ? verdict.username() : claimed, origin, Optional.empty(),
                    () -> CompletableFuture.completedFuture(verdict))
                .thenCompose(result -> result.isAccepted() ? identities.settle(origin, Optional.empty(), result.username(), result)
                    : SaslStep.refused(claimed, result).now());
        }
    }
}
