package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.credential.CredentialResult.Evidence;
import org.smtpguard.credential.CredentialResult.Kind;

class CredentialResultTest {
    private static final CredentialResult DOWN = CredentialResult.unavailable("connection refused");

    static Stream<Arguments> results() {
        return Stream.of(
            Arguments.of(CredentialResult.accepted("alice"), Kind.ACCEPTED, "accepted"),
            Arguments.of(CredentialResult.unknown(), Kind.UNKNOWN, "no such user"),
            Arguments.of(CredentialResult.unknown("no entry"), Kind.UNKNOWN, "no entry"),
            Arguments.of(CredentialResult.refused(), Kind.REFUSED, "wrong password"),
            Arguments.of(CredentialResult.refused("revoked"), Kind.REFUSED, "revoked"),
            Arguments.of(CredentialResult.keyless(), Kind.REFUSED, "no SCRAM key for this user"),
            Arguments.of(CredentialResult.disabled(), Kind.DISABLED, "account disabled"),
            Arguments.of(CredentialResult.withoutPassword(), Kind.DISABLED, "the password field is empty"),
            Arguments.of(CredentialResult.expired(), Kind.EXPIRED, "password expired"),
            Arguments.of(CredentialResult.tooWeak(), Kind.TOO_WEAK, "mechanism too weak"),
            Arguments.of(CredentialResult.blocked("wait"), Kind.BLOCKED, "wait"),
            Arguments.of(DOWN, Kind.UNAVAILABLE, "connection refused"));
    }

    @ParameterizedTest
    @MethodSource("results")
    void hasAKindAndAReason(CredentialResult result, Kind kind, String reason) {
        assertThat(result.kind()).isEqualTo(kind);
        assertThat(result.reason()).isEqualTo(reason);
        assertThat(result.isAccepted()).isEqualTo(kind == Kind.ACCEPTED);
        assertThat(result.refusal()).isEqualTo(kind.isRefusal() ? Optional.of(result) : Optional.empty());
        assertThat(result.by("corp").backend()).hasValue("corp");
        assertThat(result.by("corp").kind()).isEqualTo(kind);
        assertThat(result.by("corp").toString()).startsWith(kind + " (").endsWith(") by corp");
    }

    @ParameterizedTest
    @CsvSource({"ACCEPTED, false", "UNKNOWN, true", "REFUSED, true", "DISABLED, true", "EXPIRED, true", "TOO_WEAK, true",
        "UNAVAILABLE, false", "BLOCKED, false"})
    void onlyADefiniteNoIsARefusal(Kind kind, boolean isRefusal) {
        assertThat(kind.isRefusal()).isEqualTo(isRefusal);
    }

    @Test
    void anAcceptedLogInHasAName() {
        assertThat(CredentialResult.accepted("alice").username()).isEqualTo("alice");
        assertThatThrownBy(() -> CredentialResult.accepted("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CredentialResult.refused().username()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anAcceptedLogInMayBeLimited() {
        LoginScope scope = LoginScope.of("id", "phone", List.of("*"), () -> CompletableFuture.completedFuture(DOWN));

        assertThat(CredentialResult.accepted("alice").scope()).isEmpty();
        assertThat(CredentialResult.accepted("alice").within(scope).by("apps").scope()).containsSame(scope);
        assertThatThrownBy(() -> CredentialResult.refused().within(scope)).isInstanceOf(IllegalStateException.class);
    }

    static Stream<Arguments> evidence() {
        return Stream.of(
            Arguments.of(DOWN, Evidence.SERVICE_FAILED),
            Arguments.of(DOWN.forThisUser(), Evidence.SERVICE_WORKS),
            Arguments.of(DOWN.perhapsForThisUser(), Evidence.INCONCLUSIVE),
            Arguments.of(CredentialResult.notQueried("circuit open"), Evidence.NONE),
            Arguments.of(CredentialResult.blocked("wait"), Evidence.NONE),
            Arguments.of(CredentialResult.overloaded("queue full"), Evidence.OVERLOAD));
    }

    @ParameterizedTest
    @MethodSource("evidence")
    void showsWhatIsKnownOfTheService(CredentialResult result, Evidence evidence) {
        for (CredentialResult same : List.of(result, result.by("corp"))) {
            assertThat(same.evidence()).isEqualTo(evidence);
            assertThat(same.wasQueried()).isEqualTo(evidence != Evidence.NONE && evidence != Evidence.OVERLOAD);
            assertThat(same.isOverload()).isEqualTo(evidence == Evidence.OVERLOAD);
            assertThat(same.isForThisUser()).isEqualTo(evidence == Evidence.SERVICE_WORKS);
            assertThat(same.isPerhapsForThisUser()).isEqualTo(evidence == Evidence.INCONCLUSIVE);
        }
    }

    @Test
    void onlyAnUnavailableServiceHasAnotherReasonOrEvidence() {
        CredentialResult other = DOWN.forThisUser().by("corp").because("timeout");

        assertThat(other).isEqualTo(CredentialResult.unavailable("timeout").by("corp"));
        assertThat(other.isForThisUser()).isTrue();
        assertThatThrownBy(() -> CredentialResult.refused().because("x")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> CredentialResult.refused().forThisUser()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> CredentialResult.refused().perhapsForThisUser()).isInstanceOf(IllegalStateException.class);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
            Arguments.of(new IOException("with s3cret"), "java.io.IOException", Evidence.SERVICE_FAILED),
            Arguments.of(new NoClassDefFoundError("driver"), "java.lang.NoClassDefFoundError", Evidence.SERVICE_FAILED),
            Arguments.of(new IllegalStateException("with s3cret"), "java.lang.IllegalStateException", Evidence.INCONCLUSIVE),
            Arguments.of(new CompletionException(new ExecutionException(new IOException())), "java.io.IOException",
                Evidence.SERVICE_FAILED),
            Arguments.of(new CompletionException("no cause", null), "java.util.concurrent.CompletionException", Evidence.INCONCLUSIVE),
            Arguments.of(new CompletionException(new OverloadException()), "too many requests are waiting for a worker",
                Evidence.OVERLOAD),
            Arguments.of(new RejectedExecutionException(), "too many requests are waiting for a worker", Evidence.OVERLOAD));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void anExceptionIsNamedByItsClass(Throwable failure, String reason, Evidence evidence) {
        CredentialResult result = CredentialResult.unavailable(failure);

        assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(result.reason()).isEqualTo(reason);
        assertThat(result.evidence()).isEqualTo(evidence);
    }

    @Test
    void anUnavailableBackendKeepsTheRefusalOfAnother() {
        CredentialResult refused = CredentialResult.refused().by("file");
        CredentialResult result = DOWN.withRefusal(refused);

        assertThat(result.refusal()).hasValue(refused);
        assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(result.by("corp").refusal()).hasValue(refused);
    }

    @Test
    void resultsAreEqualIfWhatTheySayIs() {
        assertThat(DOWN.by("corp")).isEqualTo(CredentialResult.unavailable("connection refused").forThisUser().by("corp"))
            .hasSameHashCodeAs(CredentialResult.unavailable("connection refused").by("corp"));
        assertThat(List.of(DOWN, DOWN.by("corp"), DOWN.because("other"), DOWN.withRefusal(CredentialResult.refused()),
            CredentialResult.refused("connection refused"))).doesNotHaveDuplicates();
        assertThat(DOWN).isNotEqualTo("connection refused");
    }
}
