package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExternalMechanismTest {
    private static final Peer ALICE = Peer.underTls(Optional.empty(), Optional.of("Alice@example.org"));

    private final ExternalMechanism external = new ExternalMechanism(Questions.identities());

    @Test
    void canSucceedOnlyWhereTheClientSentACertificateThatIsTrusted() {
        assertThat(external.canSucceed(ALICE)).isTrue();
        assertThat(external.canSucceed(Peer.underTls(Optional.empty(), Optional.empty()))).isFalse();
        assertThat(external.canSucceed(Peer.inClearText())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice@example.org", "ALICE@example.org"})
    void theClientIsWhomItsCertificateNames(String identity) {
        SaslStep step = answer(identity);

        assertThat(step.type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(step.username()).isEqualTo("alice@example.org");
    }

    @Test
    void nobodyElse() {
        assertThat(answer("bob@example.org").type()).isEqualTo(SaslStep.Type.IDENTITY_REFUSED);
    }

    @Test
    void whatIsNoIdentityIsMalformed() {
        assertThat(answer("alice\0bob").type()).isEqualTo(SaslStep.Type.MALFORMED);
        assertThat(step(external.start(ALICE).respond(new byte[] {(byte) 0xff})).type()).isEqualTo(SaslStep.Type.MALFORMED);
    }

    @Test
    void withoutAnInitialResponseTheServerAsksWithAnEmptyChallenge() {
        SaslStep step = step(external.start(ALICE).begin(Optional.empty()));

        assertThat(step.type()).isEqualTo(SaslStep.Type.CHALLENGE);
        assertThat(step.challenge()).isEmpty();
    }

    private SaslStep answer(String identity) {
        return step(external.start(ALICE).begin(Optional.of(identity.getBytes(StandardCharsets.UTF_8))));
    }

    private static SaslStep step(CompletionStage<SaslStep> stage) {
        return stage.toCompletableFuture().getNow(SaslStep.malformed());
    }
}
