package org.smtpguard.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;

class RelayedMechanismTest {
    private static final Peer PEER = Peer.underTls(Optional.empty(), Optional.empty()).at("192.0.2.7", "a1b2c3");

    private final Elsewhere elsewhere = new Elsewhere();
    private final RelayedMechanism relayed = new RelayedMechanism("CRAM-MD5", elsewhere, Questions.identities());

    @Test
    void handsOnWhatTheClientSaysAndWhatItIsTold() {
        elsewhere.say(challenge("one")).say(challenge("")).say(RelayStep.verdict("alice", CredentialResult.accepted("alice@example.org")));
        SaslExchange exchange = relayed.start(PEER);

        SaslStep first = step(exchange.begin(Optional.of("hello".getBytes(UTF_8))));
        assertThat(first.type()).isEqualTo(SaslStep.Type.CHALLENGE);
        assertThat(first.challenge()).isEqualTo("one".getBytes(UTF_8));
        assertThat(step(exchange.respond("1".getBytes(UTF_8))).challenge()).isEmpty();
        SaslStep last = step(exchange.respond(new byte[0]));

        assertThat(last.type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(last.username()).isEqualTo("alice@example.org");
        assertThat(last.result()).isEqualTo(CredentialResult.accepted("alice@example.org").by("elsewhere"));
        assertThat(elsewhere.heard).containsExactly("CRAM-MD5 from 192.0.2.7 under TLS: hello", "1", "");
    }

    @Test
    void beginsWithoutAWordWhereTheClientDoes() {
        elsewhere.say(challenge("one"));

        step(relayed.start(PEER).begin(Optional.empty()));

        assertThat(elsewhere.heard).containsExactly("CRAM-MD5 from 192.0.2.7 under TLS: -");
    }

    @ParameterizedTest
    @EnumSource(value = CredentialResult.Kind.class, names = "ACCEPTED", mode = EnumSource.Mode.EXCLUDE)
    void aNoIsTheOneThatWasGivenElsewhere(CredentialResult.Kind kind) {
        CredentialResult verdict = kind == CredentialResult.Kind.UNKNOWN ? CredentialResult.unknown()
            : kind == CredentialResult.Kind.REFUSED ? CredentialResult.refused()
            : kind == CredentialResult.Kind.DISABLED ? CredentialResult.disabled()
            : kind == CredentialResult.Kind.EXPIRED ? CredentialResult.expired() : CredentialResult.unavailable("it has closed"
                + " the connection");
        elsewhere.say(RelayStep.verdict("alice", verdict));

        SaslStep step = step(relayed.start(PEER).begin(Optional.empty()));

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.username()).isEqualTo("alice");
        assertThat(step.result()).isEqualTo(verdict.by("elsewhere"));
    }

    @Test
    void whoseNameNobodyCanHaveHereIsNotLoggedIn() {
        elsewhere.say(RelayStep.verdict("alice", CredentialResult.accepted("alice of example.org")));

        SaslStep step = step(relayed.start(PEER).begin(Optional.empty()));

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.result())
            .isEqualTo(CredentialResult.unavailable("it accepted with an invalid user name").by("elsewhere"));
    }

    @Test
    void aFaultIsNoNoAndIsToldTheOperatorByItsClass() {
        try (LogCapture log = new LogCapture()) {
            elsewhere.say(CompletableFuture.failedFuture(new IllegalStateException("unmistakable")));
            assertThat(step(relayed.start(PEER).begin(Optional.empty())).result())
                .isEqualTo(CredentialResult.unavailable("java.lang.IllegalStateException").by("elsewhere"));
            // Nothing to say: it throws.
            assertThat(step(relayed.start(PEER).begin(Optional.empty())).result().kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
            elsewhere.say(RelayStep.challenge(new byte[0], response -> {
                throw new IllegalArgumentException("unmistakable");
            }));
            SaslExchange exchange = relayed.start(PEER);
            step(exchange.begin(Optional.empty()));
            assertThat(step(exchange.respond("unmistakable".getBytes(UTF_8))).result().kind())
                .isEqualTo(CredentialResult.Kind.UNAVAILABLE);

            assertThat(log.at(Level.WARN)).hasSize(3)
                .contains("Backend elsewhere is unavailable: java.lang.IllegalStateException");
            assertThat(log.text()).doesNotContain("unmistakable");
        }
    }

    @Test
    void whoHangsUpIsNotWaitedFor() {
        CompletableFuture<RelayStep> pending = new CompletableFuture<>();
        elsewhere.say(pending);

        relayed.start(PEER).begin(Optional.empty()).toCompletableFuture().cancel(false);

        assertThat(pending).isCancelled();
    }

    private RelayStep challenge(String text) {
        return RelayStep.challenge(text.getBytes(UTF_8), elsewhere::next);
    }

    private static SaslStep step(CompletionStage<SaslStep> stage) {
        return stage.toCompletableFuture().getNow(SaslStep.malformed());
    }

    /** Says one thing after the other, whatever it hears. */
    private static final class Elsewhere implements CredentialBackend {
        private final List<CompletionStage<RelayStep>> steps = new ArrayList<>();
        private final List<String> heard = new ArrayList<>();

        private Elsewhere say(RelayStep step) {
            return say(CompletableFuture.completedFuture(step));
        }

        private Elsewhere say(CompletionStage<RelayStep> step) {
            steps.add(step);
            return this;
        }

        @Override
        public String name() {
            return "elsewhere";
        }

        @Override
        public Set<String> relayed() {
            return Set.of("CRAM-MD5");
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse) {
            heard.add(origin + ": " + initialResponse.map(octets -> new String(octets, UTF_8)).orElse("-"));
            return steps.remove(0);
        }

        private CompletionStage<RelayStep> next(byte[] response) {
            heard.add(new String(response, UTF_8));
            return steps.remove(0);
        }
    }
}
