package org.smtpguard.backend.apppassword;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidRequestException;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.credential.KeyCandidate;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.password.CostLimits;
import org.smtpguard.password.ScramScheme;

/** What app passwords are, wherever they are stored. */
abstract class AppPasswordBackendTests implements CredentialBackendContract {
    private static final Origin PHONE = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("5e55"), true);
    private static final Origin OFFICE = Origin.of("LOGIN", Optional.of("2001:db8::17"), Optional.of("5e56"), true);

    private final MovableClock clock = new MovableClock();
    private Optional<IssuedAppPassword> first = Optional.empty();

    /** A backend with the store of this test, which exists. */
    abstract AppPasswordBackend open(Workers workers, Clock clock, boolean withScram);

    private AppPasswordBackend open() {
        return open(TestWorkers.direct(), clock, true);
    }

    @Override
    public CredentialBackend backend(Workers workers) throws Exception {
        password();
        return open(workers, clock, true);
    }

    @Override
    public String password() {
        if (first.isEmpty()) {
            try (AppPasswordBackend backend = open()) {
                first = Optional.of(issue(backend, AppPasswordRequest.of(USER, "Phone", "a test")));
            }
        }
        return text(first.get());
    }

    @Override
    public List<String> wrongPasswords() {
        String shown = password();
        return List.of(AppPasswordSecret.generate(new SecureRandom()).grouped(), shown + "x",
            shown.substring(0, shown.length() - 1), "sgap-" + shown);
    }

    @Test
    void aUserHasAsManyAsThereAreDevices() throws Exception {
        try (AppPasswordBackend backend = open()) {
            List<IssuedAppPassword> issued = IntStream.range(0, 5)
                .mapToObj(i -> issueLater(backend, "Device " + i)).collect(Collectors.toList());

            for (IssuedAppPassword one : issued) {
                CredentialResult result = ask(backend, USER, text(one), PHONE);
                assertThat(result).isEqualTo(CredentialResult.accepted(USER));
                assertThat(result.scope().orElseThrow().id()).isEqualTo(one.appPassword().id());
                assertThat(result.scope().orElseThrow().label()).isEqualTo(one.appPassword().label());
            }
            assertThat(list(backend, USER)).extracting(AppPassword::label)
                .containsExactly("Device 0", "Device 1", "Device 2", "Device 3", "Device 4");
        }
    }

    /** Each is younger than the one before. */
    private IssuedAppPassword issueLater(AppPasswordBackend backend, String label) {
        clock.advance(Duration.ofSeconds(1));
        return issue(backend, AppPasswordRequest.of(USER, label, "a test"));
    }

    @Test
    void caseAndHyphensAreIgnored() throws Exception {
        try (AppPasswordBackend backend = open()) {
            String secret = text(issue(backend, AppPasswordRequest.of(USER, "Phone", "a test")));

            assertThat(ask(backend, USER, secret.toUpperCase(Locale.ROOT), PHONE).isAccepted()).isTrue();
            assertThat(ask(backend, USER, secret.replace("-", ""), PHONE).isAccepted()).isTrue();
        }
    }

    @Test
    void isOfOneUserOnly() throws Exception {
        try (AppPasswordBackend backend = open()) {
            String secret = text(issue(backend, AppPasswordRequest.of(USER, "Phone", "a test")));
            issue(backend, AppPasswordRequest.of("bob@localhost", "Phone", "a test"));

            CredentialResult result = ask(backend, "bob@localhost", secret, PHONE);
            assertThat(result.kind()).isEqualTo(Kind.REFUSED);
            assertThat(result.reason()).endsWith("is of another user");
        }
    }

    @Test
    void noOtherBackendSeesIt() throws Exception {
        CountingBackend other = new CountingBackend();
        try (AppPasswordBackend backend = open()) {
            String secret = text(issue(backend, AppPasswordRequest.of(USER, "Phone", "a test")));
            BackendChain chain = new BackendChain(List.of(BackendChain.Link.of(other), BackendChain.Link.of(backend)));

            assertThat(chain.verify(Credentials.of(USER, Secret.of(secret))).get().backend()).hasValue(backendName());
            assertThat(chain.verify(Credentials.of(USER, Secret.of(secret + "x"))).get().kind()).isEqualTo(Kind.REFUSED);
            assertThat(chain.verify(Credentials.of(STRANGER, Secret.of(secret))).get().kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(other.requests).isZero();

            assertThat(chain.verify(Credentials.of(USER, Secret.of("the main password"))).get().backend()).hasValue("other");
            assertThat(other.requests).isOne();
        }
    }

    @Test
    void isRefusedOnceItIsRevoked() throws Exception {
        try (AppPasswordBackend backend = open(); AppPasswordBackend elsewhere = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            IssuedAppPassword scanner = issue(backend, AppPasswordRequest.of(USER, "Scanner", "a test"));
            LoginScope session = ask(backend, USER, text(phone), PHONE).scope().orElseThrow();
            assertThat(session.recheck().get().isAccepted()).isTrue();

            // Another server, or the command line.
            Optional<AppPassword> revoked = get(register(elsewhere).revoke(USER, phone.appPassword().id(), "an operator"));

            assertThat(revoked.orElseThrow().revokedBy()).hasValue("an operator");
            assertThat(ask(backend, USER, text(phone), PHONE).kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, USER, text(phone), PHONE).reason()).contains("(Phone) was revoked at ");
            assertThat(session.recheck().get().kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, USER, text(scanner), PHONE).isAccepted()).isTrue();
            assertThat(get(register(backend).revoke(USER, "0000", "an operator"))).isEmpty();
            assertThat(get(register(backend).revoke("bob@localhost", scanner.appPassword().id(), "an operator"))).isEmpty();
        }
    }

    @Test
    void staysRevokedByTheFirstWhoRevokedIt() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            get(register(backend).revoke(USER, phone.appPassword().id(), "an operator"));
            clock.advance(Duration.ofDays(1));

            AppPassword again = get(register(backend).revoke(USER, phone.appPassword().id(), "another")).orElseThrow();
            assertThat(again.revokedBy()).hasValue("an operator");
            assertThat(again.revoked()).hasValue(phone.appPassword().created());
        }
    }

    @Test
    void allOfAUserAreRevokedTogether() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            IssuedAppPassword scanner = issue(backend, AppPasswordRequest.of(USER, "Scanner", "a test"));
            IssuedAppPassword bobs = issue(backend, AppPasswordRequest.of("bob@localhost", "Phone", "a test"));

            assertThat(get(register(backend).revokeAll(USER, "an operator"))).hasSize(2);
            assertThat(get(register(backend).revokeAll(USER, "an operator"))).isEmpty();

            assertThat(ask(backend, USER, text(phone), PHONE).isAccepted()).isFalse();
            assertThat(ask(backend, USER, text(scanner), PHONE).isAccepted()).isFalse();
            assertThat(ask(backend, "bob@localhost", text(bobs), PHONE).isAccepted()).isTrue();
        }
    }

    @Test
    void isRefusedLikeAWrongPasswordOnceItHasExpired() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword guest = issue(backend, AppPasswordRequest.of(USER, "Guest", "a test")
                .expiring(Optional.of(clock.instant().plus(Duration.ofDays(30)))));
            LoginScope session = ask(backend, USER, text(guest), PHONE).scope().orElseThrow();

            clock.advance(Duration.ofDays(30));

            assertThat(ask(backend, USER, text(guest), PHONE).kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(backend, USER, text(guest), PHONE).reason()).contains("(Guest) has expired at ");
            assertThat(session.recheck().get().kind()).isEqualTo(Kind.REFUSED);
        }
    }

    @Test
    void warnsOnceAWeekBeforeItExpires() throws Exception {
        try (LogCapture log = new LogCapture(); AppPasswordBackend backend = open()) {
            issue(backend, AppPasswordRequest.of(USER, "Forever", "a test"));
            issue(backend, AppPasswordRequest.of(USER, "Guest", "a test")
                .expiring(Optional.of(clock.instant().plus(Duration.ofDays(30)))));
            Instant inAWeek = clock.instant().plus(Duration.ofDays(7));
            assertThat(register(backend).expiringBefore(inAWeek)).isZero();
            assertThat(log.at(Level.WARN)).isEmpty();

            clock.advance(Duration.ofDays(24));
            backend.watch().look();
            backend.watch().look();

            assertThat(log.at(Level.WARN)).hasSize(1).first().asString().contains("(Guest) of " + USER + " expires at ");
            assertThat(register(backend).expiringBefore(clock.instant().plus(Duration.ofDays(7)))).isOne();
            assertThat(backend.notices()).singleElement().asString().endsWith("within 7 days: 1");

            clock.advance(Duration.ofDays(7));
            backend.watch().look();
            assertThat(register(backend).expiringBefore(clock.instant().plus(Duration.ofDays(7)))).isZero();
        }
    }

    @Test
    void worksFromItsNetworksOnly() throws Exception {
        try (AppPasswordBackend backend = open()) {
            String scanner = text(issue(backend, AppPasswordRequest.of(USER, "Scanner", "a test")
                .from(List.of("198.51.100.1", "2001:db8::/64"))));

            assertThat(ask(backend, USER, scanner, OFFICE).isAccepted()).isTrue();
            CredentialResult elsewhere = ask(backend, USER, scanner, PHONE);
            assertThat(elsewhere.kind()).isEqualTo(Kind.REFUSED);
            assertThat(elsewhere.reason()).endsWith("may not be used from this network");
            assertThat(ask(backend, USER, scanner, Origin.byHand()).isAccepted()).as("from nowhere").isFalse();
            assertThat(list(backend, USER).get(0).networks()).containsExactly("198.51.100.1/32", "2001:db8:0:0:0:0:0:0/64");
        }
    }

    @Test
    void maySendAsItsUserUnlessOthersAreNamed() throws Exception {
        try (AppPasswordBackend backend = open()) {
            LoginScope own = scope(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            assertThat(own.allowsSender("Alice@LocalHost")).isTrue();
            assertThat(own.allowsSender("bob@localhost")).isFalse();
            assertThat(own.allowsSender("")).isFalse();

            LoginScope script = scope(backend, AppPasswordRequest.of(USER, "Script", "a test")
                .sendingAs(List.of("Status@example.org", "@lists.example.org", "<>")));
            assertThat(script.allowsSender("status@example.org")).isTrue();
            assertThat(script.allowsSender("any@lists.example.org")).isTrue();
            assertThat(script.allowsSender("any@lists.example.org.example")).isFalse();
            assertThat(script.allowsSender("")).isTrue();
            assertThat(script.allowsSender(USER)).isFalse();

            LoginScope withoutDomain = scope(backend, AppPasswordRequest.of("carol", "Phone", "a test"));
            assertThat(withoutDomain.allowsSender("carol@example.org")).isTrue();
            assertThat(withoutDomain.allowsSender("dave@example.org")).isFalse();
        }
    }

    private LoginScope scope(AppPasswordBackend backend, AppPasswordRequest request) throws Exception {
        return ask(backend, request.user(), text(issue(backend, request)), PHONE).scope().orElseThrow();
    }

    @Test
    void whatCannotBeIsNotIssued() throws Exception {
        try (AppPasswordBackend backend = open()) {
            AppPasswordRequest good = AppPasswordRequest.of(USER, "Phone", "a test");
            for (AppPasswordRequest bad : List.of(AppPasswordRequest.of("", "Phone", "a test"), AppPasswordRequest.of(USER, " ", "a test"),
                AppPasswordRequest.of(USER, "two\nlines", "a test"), AppPasswordRequest.of(USER, "x".repeat(101), "a test"),
                good.expiring(Optional.of(clock.instant())), good.from(List.of("example.org")), good.from(List.of("192.0.2.0/33")),
                good.sendingAs(List.of("alice")), good.sendingAs(List.of("a b@example.org")), good.sendingAs(List.of("a@b@c")))) {
                assertThatThrownBy(() -> get(register(backend).issue(bad))).hasCauseInstanceOf(InvalidRequestException.class);
            }
            assertThat(list(backend, USER)).isEmpty();
        }
    }

    @Test
    void theirNumberIsBounded() throws Exception {
        try (AppPasswordBackend backend = open(TestWorkers.direct(), clock, false)) {
            IntStream.range(0, AppPasswordStore.PER_USER).forEach(i -> issueLater(backend, "Device " + i));
            AppPasswordRequest oneMore = AppPasswordRequest.of(USER, "One more", "a test");
            assertThatThrownBy(() -> get(register(backend).issue(oneMore))).hasCauseInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("revoke those that are not needed");

            get(register(backend).revokeAll(USER, "an operator"));
            issue(backend, oneMore);
            get(register(backend).revokeAll(USER, "an operator"));
            issue(backend, oneMore);

            assertThat(list(backend, USER)).as("of those that cannot be used, the newest are kept")
                .hasSize(AppPasswordStore.PER_USER + 1).extracting(AppPassword::label).doesNotContain("Device 0").contains("Device 1");
        }
    }

    @Test
    void remembersWhenWhereAndHowItWasLastUsed() throws Exception {
        IssuedAppPassword phone;
        try (AppPasswordBackend backend = open()) {
            phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            assertThat(list(backend, USER).get(0).lastUse()).isEmpty();
            ask(backend, USER, text(phone), PHONE);
            clock.advance(Duration.ofHours(1));
            ask(backend, USER, text(phone), OFFICE);
            ask(backend, USER, "sgap-" + text(phone), PHONE);
        }
        try (AppPasswordBackend restarted = open()) {
            assertThat(list(restarted, USER).get(0).lastUse()).hasValueSatisfying(use -> {
                assertThat(use.time()).isEqualTo(clock.instant().truncatedTo(ChronoUnit.SECONDS));
                assertThat(use.address()).hasValue("2001:db8::17");
                assertThat(use.mechanism()).isEqualTo("LOGIN");
            });
            assertThat(ask(restarted, USER, text(phone), PHONE).isAccepted()).isTrue();
        }
    }

    @Test
    void aCheckByTheOperatorIsNoUse() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            assertThat(ask(backend, USER, text(phone), Origin.byHand()).isAccepted()).isTrue();
            assertThat(list(backend, USER).get(0).lastUse()).isEmpty();
        }
    }

    @Test
    void theKeysOfAllPasswordsOfAUserHaveOneSalt() throws Exception {
        try (AppPasswordBackend backend = open(); AppPasswordBackend elsewhere = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            IssuedAppPassword scanner = issue(elsewhere, AppPasswordRequest.of(USER, "Scanner", "a test"));

            KeyResult found = keys(backend, USER);

            assertThat(found.candidates()).hasSize(2);
            for (IssuedAppPassword one : List.of(phone, scanner)) {
                KeyCandidate candidate = candidate(found, text(one));
                assertThat(candidate.verdict()).isEqualTo(CredentialResult.accepted(USER));
                assertThat(candidate.verdict().scope().orElseThrow().id()).isEqualTo(one.appPassword().id());
            }
            assertThat(keys(backend, STRANGER).kind()).isEqualTo(Kind.UNKNOWN);
            backend.watch().look();
            assertThat(backend.census("SCRAM-SHA-256").typical()).hasValue(KeyShape.of(4096, 16));
        }
    }

    @Test
    void theKeysOfARevokedOneAreKnownAndRefused() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            issue(backend, AppPasswordRequest.of(USER, "Scanner", "a test"));
            get(register(backend).revoke(USER, phone.appPassword().id(), "an operator"));

            assertThat(candidate(keys(backend, USER), text(phone)).verdict().kind()).isEqualTo(Kind.REFUSED);

            get(register(backend).revokeAll(USER, "an operator"));
            assertThat(keys(backend, USER).kind()).as("the keys of the main password count").isEqualTo(Kind.UNKNOWN);
        }
    }

    @Test
    void hasNoKeysUnlessTheOperatorWantsThem() throws Exception {
        try (AppPasswordBackend backend = open(TestWorkers.direct(), clock, false)) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));

            assertThat(backend.hasKeys()).isFalse();
            assertThat(backend.census("SCRAM-SHA-256").isEmpty()).isTrue();
            assertThat(keys(backend, USER).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, USER, text(phone), PHONE).isAccepted()).isTrue();
        }
    }

    @Test
    void initialisingAgainChangesNothing() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            assertThat(get(register(backend).initialise())).isNotEmpty();
            assertThat(ask(backend, USER, text(phone), PHONE).isAccepted()).isTrue();
            assertThat(get(backend.check())).isEmpty();
        }
    }

    String backendName() {
        return "apps";
    }

    /** What the store holds, as text. */
    abstract String stored() throws Exception;

    @Test
    void noSecretIsStoredLoggedOrShown() throws Exception {
        try (LogCapture log = new LogCapture(); AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            String secret = text(phone);
            StringBuilder told = new StringBuilder();
            for (Origin origin : List.of(PHONE, OFFICE)) {
                CredentialResult accepted = ask(backend, USER, secret, origin);
                CredentialResult refused = ask(backend, "bob@localhost", secret, origin);
                told.append(accepted).append(accepted.reason()).append(accepted.scope()).append(refused).append(refused.reason());
            }
            get(register(backend).revoke(USER, phone.appPassword().id(), "an operator"));
            told.append(ask(backend, USER, secret, PHONE)).append(phone).append(phone.secret()).append(phone.appPassword())
                .append(list(backend, USER)).append(keys(backend, USER)).append(backend).append(log.text()).append(stored());

            String canonical = secret.replace("-", "");
            String plain = "\0" + USER + "\0" + secret;
            assertThat(told.toString()).doesNotContain(secret, canonical, secret.substring(5), canonical.substring(4),
                Base64.getEncoder().withoutPadding().encodeToString(plain.getBytes(UTF_8)),
                Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(UTF_8)));
            assertThat(told.toString().replace(stored(), "")).as("the hash is in the store only")
                .doesNotContain(AppPasswordSecret.read(phone.secret()).orElseThrow().hash());
        }
    }

    static KeyCandidate candidate(KeyResult found, String secret) {
        return found.candidates().stream().filter(candidate -> Arrays.equals(candidate.keys().storedKey(),
            ScramScheme.sha256(CostLimits.standard()).keys(secret.getBytes(UTF_8), candidate.keys().salt(), candidate.keys().iterations())
                .storedKey())).findFirst().orElseThrow();
    }

    static KeyResult keys(AppPasswordBackend backend, String user) throws Exception {
        return get(backend.lookup(user, "SCRAM-SHA-256", PHONE));
    }

    static AppPasswords register(AppPasswordBackend backend) {
        return backend.appPasswords().orElseThrow();
    }

    static IssuedAppPassword issue(AppPasswordBackend backend, AppPasswordRequest request) {
        try {
            return get(register(backend).issue(request));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static List<AppPassword> list(AppPasswordBackend backend, String user) throws Exception {
        return get(register(backend).list(user));
    }

    static String text(IssuedAppPassword issued) {
        return new String(issued.secret().bytes(), UTF_8);
    }

    static CredentialResult ask(CredentialBackend backend, String user, String password, Origin origin) throws Exception {
        return get(backend.verify(Credentials.of(user, Secret.of(password)).from(origin)));
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    MovableClock clock() {
        return clock;
    }

    /** Begins at a whole second. */
    static final class MovableClock extends Clock {
        private volatile Instant now = Instant.parse("2026-03-01T12:00:00Z");

        void advance(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /** Counts the passwords that it sees. */
    private static final class CountingBackend implements CredentialBackend {
        private int requests;

        @Override
        public String name() {
            return "other";
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            requests++;
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
    }
}
