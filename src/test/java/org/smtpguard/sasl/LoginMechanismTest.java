package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.CredentialResult;

class LoginMechanismTest {
    private final Questions questions = new Questions();
    private final SaslExchange exchange = new LoginMechanism(questions.claims()).start(Peer.inClearText());

    @Test
    void asksForTheNameThenForThePassword() {
        assertThat(challenge(exchange.begin(Optional.empty()))).isEqualTo("Username:");
        assertThat(challenge(exchange.respond(utf8("Alice")))).isEqualTo("Password:");
        SaslStep step = now(exchange.respond(utf8("secret")));

        assertThat(step.type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(step.username()).isEqualTo("alice");
        assertThat(questions.asked()).containsExactly("alice");
    }

    @Test
    void anInitialResponseIsTheName() {
        assertThat(challenge(exchange.begin(Optional.of(utf8("alice"))))).isEqualTo("Password:");
        assertThat(now(exchange.respond(utf8("secret"))).type()).isEqualTo(SaslStep.Type.SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\0", "alice\0secret"})
    void aNameThatIsNoneIsMalformed(String name) {
        assertThat(now(exchange.begin(Optional.of(utf8(name)))).type()).isEqualTo(SaslStep.Type.MALFORMED);
        assertThat(questions.asked()).isEmpty();
    }

    @Test
    void aNameThatIsNotUtf8IsMalformed() {
        assertThat(now(exchange.begin(Optional.of(new byte[] {(byte) 0xff}))).type()).isEqualTo(SaslStep.Type.MALFORMED);
    }

    @Test
    void aWrongPasswordIsRefused() {
        exchange.begin(Optional.of(utf8("alice")));

        SaslStep step = now(exchange.respond(utf8("wrong")));
        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.username()).isEqualTo("alice");
    }

    @Test
    void anEmptyPasswordIsRefusedAndNobodyIsAsked() {
        exchange.begin(Optional.of(utf8("alice")));

        assertThat(now(exchange.respond(new byte[0])).result()).isEqualTo(CredentialResult.refused());
        assertThat(questions.asked()).isEmpty();
    }

    @Test
    void whoDoesNotCareAnyMoreDropsTheQuestion() {
        CompletableFuture<CredentialResult> pending = new CompletableFuture<>();
        questions.answerWith(pending);
        exchange.begin(Optional.of(utf8("alice")));

        exchange.respond(utf8("secret")).toCompletableFuture().cancel(false);

        assertThat(pending).isCancelled();
    }

    private static String challenge(CompletionStage<SaslStep> step) {
        assertThat(now(step).type()).isEqualTo(SaslStep.Type.CHALLENGE);
        return new String(now(step).challenge(), StandardCharsets.US_ASCII);
    }

    private static SaslStep now(CompletionStage<SaslStep> step) {
        assertThat(step.toCompletableFuture()).isCompleted();
        return step.toCompletableFuture().join();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
