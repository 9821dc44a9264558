package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AppPasswordTest {
    private static final Instant NOW = Instant.parse("2026-11-02T10:30:15.5Z");
    private static final Instant END = Instant.parse("2027-01-31T00:00:00Z");
    private static final AppPasswordRequest REQUEST = AppPasswordRequest.of("alice", "phone", "admin").expiring(Optional.of(END))
        .from(List.of("192.0.2.0/24")).sendingAs(List.of("@example.org"));

    private final AppPassword password = AppPassword.of("a1b2", REQUEST, NOW);

    @Test
    void isWhatWasRequested() {
        assertThat(password.id()).isEqualTo("a1b2");
        assertThat(password.user()).isEqualTo("alice");
        assertThat(password.label()).isEqualTo("phone");
        assertThat(password.created()).isEqualTo(NOW);
        assertThat(password.createdBy()).isEqualTo("admin");
        assertThat(password.expires()).hasValue(END);
        assertThat(password.networks()).containsExactly("192.0.2.0/24");
        assertThat(password.senders()).containsExactly("@example.org");
        assertThat(password.lastUse()).isEmpty();
        assertThat(password.revoked()).isEmpty();
        assertThat(password.revokedBy()).isEmpty();
        assertThat(password).hasToString("app password a1b2 of alice");
        assertThat(REQUEST).hasToString("app password for alice");
    }

    @Test
    void aPlainRequestIsUnlimited() {
        AppPasswordRequest request = AppPasswordRequest.of("alice", "phone", "admin");

        assertThat(request.user() + request.label() + request.by()).isEqualTo("alicephoneadmin");
        assertThat(request.expires()).isEmpty();
        assertThat(request.networks()).isEmpty();
        assertThat(request.senders()).isEmpty();
    }

    @Test
    void canBeUsedUntilItExpires() {
        assertThat(password.isUsable(END.minusSeconds(1))).isTrue();
        assertThat(password.isExpired(END.minusSeconds(1))).isFalse();
        assertThat(password.isUsable(END)).isFalse();
        assertThat(password.isExpired(END)).isTrue();
        assertThat(AppPassword.of("a1b2", AppPasswordRequest.of("alice", "phone", "admin"), NOW).isUsable(Instant.MAX)).isTrue();
    }

    @Test
    void cannotBeUsedOnceItIsRevoked() {
        AppPasswordUse use = new AppPasswordUse(NOW, Optional.of("192.0.2.7"), "PLAIN");
        AppPassword revoked = password.lastUsed(use).revoked(NOW.plusSeconds(60), "alice");

        assertThat(password.isRevoked()).isFalse();
        assertThat(revoked.isRevoked()).isTrue();
        assertThat(revoked.isUsable(NOW)).isFalse();
        assertThat(revoked.isExpired(NOW)).isFalse();
        assertThat(revoked.revoked()).hasValue(NOW.plusSeconds(60));
        assertThat(revoked.revokedBy()).hasValue("alice");
        assertThat(revoked.lastUse()).containsSame(use);
        assertThat(revoked.label()).isEqualTo("phone");
        assertThat(use).hasToString("2026-11-02T10:30:15.500Z by PLAIN from 192.0.2.7");
        assertThat(use.time()).isEqualTo(NOW);
        assertThat(use.address()).hasValue("192.0.2.7");
        assertThat(use.mechanism()).isEqualTo("PLAIN");
    }

    @Test
    void theSecretIsInNoText() {
        Secret secret = Secret.of("s3cret");
        IssuedAppPassword issued = new IssuedAppPassword(password, secret);

        assertThat(issued.appPassword()).isSameAs(password);
        assertThat(issued.secret()).isSameAs(secret);
        assertThat(issued).hasToString("app password a1b2 of alice");
    }

    @ParameterizedTest
    @CsvSource({"90d, 2027-01-31T10:30:15Z", "0d, 2026-11-02T10:30:15Z", "2027-01-31, 2027-02-01T00:00:00Z",
        "2027-01-31T12:00:00.9Z, 2027-01-31T12:00:00Z"})
    void expiresInDaysOrAtTheEndOfADayOrAtATime(String text, Instant expiry) {
        assertThat(AppPasswordRequest.expiry(text, NOW)).hasValue(expiry);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "90", "-1d", "99999d", "2027-02-30", "2027-1-31", "tomorrow", "2027-01-31T12:00"})
    void otherTextsAreNoTime(String text) {
        assertThat(AppPasswordRequest.expiry(text, NOW)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "*, any@example.org, true",
        "*, '', true",
        "<>, '', true",
        "<>, alice@example.org, false",
        "alice@example.org, '', false",
        "alice@example.org, alice@example.org, true",
        "alice@example.org, ALICE@Example.ORG, true",
        "alice@example.org, bob@example.org, false",
        "@example.org, bob@example.org, true",
        "@example.org, bob@sub.example.org, false",
        "@example.org, bob@example.com, false",
        "alice@*, alice@example.com, true",
        "alice@*, bob@example.com, false",
        "alice@*, malice@example.com, false",
        "alice, alice, true",
        "alice@*, alice, false"})
    void aScopeAllowsTheSendersThatItNames(String allowed, String sender, boolean isAllowed) {
        assertThat(scope(allowed).allowsSender(sender)).isEqualTo(isAllowed);
        assertThat(LoginScope.of("id", "phone", List.of("other@example.net", allowed), () -> null).allowsSender(sender))
            .isEqualTo(isAllowed);
    }

    @Test
    void aScopeNamesTheAppPassword() {
        assertThat(scope("*").id()).isEqualTo("id");
        assertThat(scope("*").label()).isEqualTo("phone");
        assertThat(scope("*").senders()).containsExactly("*");
        assertThat(scope("*")).hasToString("app password id");
        assertThatThrownBy(() -> LoginScope.of("id", "phone", List.of(), null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void aLogInIsCheckedAgainAndTheCheckNeverFails() {
        CredentialResult revoked = CredentialResult.refused("revoked");

        assertThat(LoginScope.of("id", "phone", List.of(), () -> CompletableFuture.completedFuture(revoked)).recheck().join())
            .isEqualTo(revoked);
        assertThat(LoginScope.of("id", "phone", List.of(), () -> CompletableFuture.failedFuture(new OverloadException())).recheck().join()
            .isOverload()).isTrue();
        assertThat(LoginScope.of("id", "phone", List.of(), () -> {
            throw new IllegalStateException();
        }).recheck().join().kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
    }

    private static LoginScope scope(String allowed) {
        return LoginScope.of("id", "phone", List.of(allowed), () -> null);
    }
}
