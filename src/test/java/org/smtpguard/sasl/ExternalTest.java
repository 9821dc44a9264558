package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalTest {
    private static final Peer ALICE = Peer.underTls(Optional.empty(), Optional.of("Alice@example.org"));

    private final External external = new External(Questions.identities());

    @Test
    void canSucceedOnlyWhereTheClientSentACertificateThatIsTrusted() {
        assertThat(external.canSucceed(ALICE)).isTrue();
        assertThat(external.canSucceed(Peer.underTls(Optional.empty(), Optional.empty()))).isFalse();
        assertThat(external.canSucceed(Peer.inClearText())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice@example.org", "ALICE@example.org"})
    void theClientIsWhomItsCertificateNames(String identity) {
        Step step = answer(identity);

        assertThat(step.kind()).isEqualTo(Step.Kind.SUCCESS);
        assertThat(step.username()).isEqualTo("alice@example.org");
    }

    @Test
    void nobodyElse() {
        assertThat(answer("bob@example.org").kind()).isEqualTo(Step.Kind.IDENTITY_REFUSED);
    }

    @Test
    void whatIsNoIdentityIsMalformed() {
        assertThat(answer("alice\0bob").kind()).isEqualTo(Step.Kind.MALFORMED);
        assertThat(step(external.start(ALICE).respond(new byte[] {(byte) 0xff})).kind()).isEqualTo(Step.Kind.MALFORMED);
    }

    @Test
    void withoutAnInitialResponseTheServerAsksWithAnEmptyChallenge() {
        Step step = step(external.start(ALICE).begin(Optional.empty()));

        assertThat(step.kind()).isEqualTo(Step.Kind.CHALLENGE);
        assertThat(step.challenge()).isEmpty();
    }

    private Step answer(String identity) {
        return step(external.start(ALICE).begin(Optional.of(identity.getBytes(StandardCharsets.UTF_8))));
    }

    private static Step step(CompletionStage<Step> stage) {
        return stage.toCompletableFuture().getNow(Step.malformed());
    }
}
