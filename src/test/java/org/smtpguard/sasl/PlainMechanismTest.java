package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Secret;

class PlainMechanismTest {
    private final Questions questions = new Questions();
    private final PlainMechanism plain = new PlainMechanism(questions.claims());

    @Test
    void anEmptyChallengeAsksForTheMessage() {
        SaslStep step = now(plain.start(Peer.inClearText()).begin(Optional.empty()).toCompletableFuture());

        assertThat(step.type()).isEqualTo(SaslStep.Type.CHALLENGE);
        assertThat(step.challenge()).isEmpty();
        assertThat(questions.asked()).isEmpty();
    }

    @Test
    void theMessageMayComeAtOnceOrAfterTheChallenge() {
        assertThat(now(begin("\0alice\0secret")).type()).isEqualTo(SaslStep.Type.SUCCESS);
        SaslExchange exchange = plain.start(Peer.inClearText());
        exchange.begin(Optional.empty());
        assertThat(now(exchange.respond(utf8("\0alice\0secret")).toCompletableFuture()).type()).isEqualTo(SaslStep.Type.SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", "\0", "\0alice", "alice\0secret", "\0\0secret", "bob\0\0secret", "\0alice\0secret\0",
        "\0alice\0sec\0ret", "a\0b\0c\0d", "alice\0secret\0"})
    void aMessageOfAnotherFormIsMalformedAndNobodyIsAsked(String message) {
        assertThat(now(begin(message)).type()).isEqualTo(SaslStep.Type.MALFORMED);
        assertThat(questions.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "~alice~secret~, a NUL after the password", "~alice~secret~~, a NUL after the password",
        "bob~alice~secret~, a NUL after the password",
        "~alice~sec~ret, more than two NULs", "alice~secret~, the password after the second NUL is empty",
        "alice~secret, 'only one NUL: the one before the user name, or the password, is missing'",
        "~alice, only one NUL: the password is missing", "alice~, only one NUL: the password is missing",
        "alice, no NUL: the message is NUL user NUL password", "~~secret, the user name between the two NULs is empty"})
    void whatIsWrongWithTheMessageIsNamedAndNothingOfItIsQuoted(String message, String flaw) {
        SaslStep step = now(begin(message.replace('~', '\0')));

        assertThat(step.flaw()).isEqualTo(flaw).doesNotContain("alice", "secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"~alice~secret~", "alice~secret", "~alice~secret~~", "~~alice~secret", "alice~~secret", "Alice~alice~secret~",
        "alice~secret~"})
    void aMessageWhoseMeaningIsClearCanBeTakenAsJamesTakesIt(String message) {
        SaslStep lenient = now(now(begin(message.replace('~', '\0'))).lenient().orElseThrow().get().toCompletableFuture());

        assertThat(lenient.type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(lenient.username()).isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", "~alice", "~", "~~~", "a~b~c~d"})
    void aMessageWithoutAClearMeaningCannotBeTaken(String message) {
        assertThat(now(begin(message.replace('~', '\0'))).lenient()).isEmpty();
    }

    @Test
    void aMessageThatIsTakenLenientlyGivesNobodyAnIdentityThatIsNotTheirs() {
        SaslStep lenient = now(now(begin("bob\0alice\0secret\0")).lenient().orElseThrow().get().toCompletableFuture());

        assertThat(lenient.type()).isEqualTo(SaslStep.Type.IDENTITY_REFUSED);
    }

    @Test
    void namesThatAreNotUtf8AreMalformed() {
        assertThat(now(begin(new byte[] {0, (byte) 0xff, 0, 's'})).type()).isEqualTo(SaslStep.Type.MALFORMED);
        assertThat(now(begin(new byte[] {(byte) 0xc3, 0, 'a', 0, 's'})).type()).isEqualTo(SaslStep.Type.MALFORMED);
        assertThat(questions.asked()).isEmpty();
    }

    @Test
    void aPasswordMayHoldAnyOctetsButNul() {
        begin(new byte[] {0, 'a', 0, (byte) 0xff, ' ', 1});

        assertThat(questions.passwords()).containsExactly(new byte[] {(byte) 0xff, ' ', 1});
    }

    @Test
    void theNameIsAskedForAsTheServerWritesIt() {
        SaslStep step = now(begin("\0ALICE\0secret"));

        assertThat(questions.asked()).containsExactly("alice");
        assertThat(step.username()).isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0alice\0", "\0not a name\0secret"})
    void anEmptyPasswordOrANameThatIsNoneIsRefusedAsAWrongPasswordAndNobodyIsAsked(String message) {
        SaslStep step = now(begin(message));

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.result()).isEqualTo(CredentialResult.refused());
        assertThat(questions.asked()).isEmpty();
    }

    @Test
    void theOwnIdentityMayBeNamedAForeignOneMayNot() {
        assertThat(now(begin("Alice\0alice\0secret")).type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(now(begin("bob\0alice\0secret")).type()).isEqualTo(SaslStep.Type.IDENTITY_REFUSED);
        assertThat(now(begin("not a name\0alice\0secret")).type()).isEqualTo(SaslStep.Type.IDENTITY_REFUSED);
        assertThat(now(begin("bob\0alice\0wrong")).type()).isEqualTo(SaslStep.Type.REFUSED);
    }

    @Test
    void whoMayActAsAnotherIsLoggedInAsThatOneAndHasItsOwnNameInTheResult() {
        SaslStep step = now(begin("Bob\0admin\0secret"));

        assertThat(step.type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(step.username()).isEqualTo("bob");
        assertThat(step.result().username()).isEqualTo("admin");
        assertThat(now(begin("bob\0admin\0wrong")).type()).isEqualTo(SaslStep.Type.REFUSED);
    }

    @Test
    void whatABackendCallsTheUserIsWrittenAsTheServerWritesIt() {
        questions.answerWith(CompletableFuture.completedFuture(CredentialResult.accepted("Admin").by("directory")));
        SaslStep step = now(begin("\0alice\0secret"));

        assertThat(step.username()).isEqualTo("admin");
        assertThat(step.result()).isEqualTo(CredentialResult.accepted("admin").by("directory"));
        assertThat(now(begin("Bob\0alice\0secret")).username()).isEqualTo("bob");
    }

    @Test
    void whereABackendCallsTheUserWhatNobodyCanBeCalledNobodyHasSaidNo() {
        questions.answerWith(CompletableFuture.completedFuture(CredentialResult.accepted("Alice of Wonderland").by("directory")));
        SaslStep step = now(begin("\0alice\0secret"));

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.username()).isEqualTo("alice");
        assertThat(step.result())
            .isEqualTo(CredentialResult.unavailable("it accepted with an invalid user name").by("directory"));
    }

    @Test
    void whereNobodyCanTellWhoMayActAsWhomNobodyHasSaidNo() {
        SaslStep step = now(begin("bob\0root\0secret"));

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.result().kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
        assertThat(step.result().reason()).endsWith("java.lang.IllegalStateException");
    }

    @Test
    void theNameThatTheBackendMapsToCounts() {
        questions.answerWith(CompletableFuture.completedFuture(CredentialResult.accepted("alice@example.org")));

        assertThat(now(begin("\0alice\0secret")).username()).isEqualTo("alice@example.org");
        assertThat(now(begin("alice@example.org\0alice\0secret")).type()).isEqualTo(SaslStep.Type.SUCCESS);
    }

    @Test
    void whatTheBackendSaidIsInTheStep() {
        questions.answerWith(CompletableFuture.completedFuture(CredentialResult.unavailable("down")));

        SaslStep step = now(begin("\0alice\0secret"));

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.result()).isEqualTo(CredentialResult.unavailable("down"));
    }

    @Test
    void whoDoesNotCareAnyMoreDropsTheQuestion() {
        CompletableFuture<CredentialResult> pending = new CompletableFuture<>();
        questions.answerWith(pending);

        CompletableFuture<SaslStep> step = begin("\0alice\0secret");
        assertThat(step).isNotDone();
        step.cancel(false);

        assertThat(pending).isCancelled();
    }

    @Test
    void noStepAndNoSecretShowsItselfAsText() {
        assertThat(now(begin("\0alice\0secret"))).asString().doesNotContain("secret");
        assertThat(Secret.of("hunter2")).asString().doesNotContain("hunter2");
    }

    private CompletableFuture<SaslStep> begin(String message) {
        return begin(utf8(message));
    }

    private CompletableFuture<SaslStep> begin(byte[] message) {
        return plain.start(Peer.inClearText()).begin(Optional.of(message)).toCompletableFuture();
    }

    private static SaslStep now(CompletableFuture<SaslStep> step) {
        assertThat(step).isCompleted();
        return step.join();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
