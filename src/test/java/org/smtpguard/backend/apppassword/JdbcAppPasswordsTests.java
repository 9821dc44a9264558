package org.smtpguard.backend.apppassword;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.backend.jdbc.TestDatabase;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;

/** App passwords in a database. */
abstract class JdbcAppPasswordsTests extends AppPasswordBackendTests {
    private static final Origin PHONE = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("5e55"), true);

    private TestDatabase database;

    abstract TestDatabase create();

    @BeforeEach
    void theTablesExist() throws Exception {
        database = create();
        try (AppPasswordBackend backend = open()) {
            assertThat(get(register(backend).initialise())).startsWith("created the tables ");
            assertThat(get(register(backend).initialise())).isEqualTo("the tables exist");
        }
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Override
    AppPasswordBackend open(Workers workers, Clock clock, boolean withScram) {
        BackendSettings settings = database.settings("store", "jdbc", "scram", Boolean.toString(withScram), "poolSize", "3");
        return new AppPasswordBackend(settings, AppPasswordStores.of(settings, workers, Duration.ofSeconds(10)), clock);
    }

    private AppPasswordBackend open() {
        return open(TestWorkers.direct(), clock(), false);
    }

    @Override
    String stored() throws Exception {
        return String.join("\n", database.rows("SELECT * FROM smtp_guard_app_password"));
    }

    @Override
    String backendName() {
        return "db";
    }

    @Test
    void aTableThatIsLostIsNoRefusal() throws Exception {
        try (AppPasswordBackend backend = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            LoginScope session = ask(backend, USER, text(phone), PHONE).scope().orElseThrow();
            database.run("ALTER TABLE smtp_guard_app_password RENAME TO lost");

            assertThat(ask(backend, USER, text(phone), PHONE).kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(session.recheck().get().kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(get(backend.check())).isPresent();

            database.run("ALTER TABLE lost RENAME TO smtp_guard_app_password");
            assertThat(ask(backend, USER, text(phone), PHONE).isAccepted()).isTrue();
        }
    }

    @Test
    void theLastUseIsWrittenAtMostOnceAMinute() throws Exception {
        try (AppPasswordBackend backend = open(); AppPasswordBackend elsewhere = open()) {
            IssuedAppPassword phone = issue(backend, AppPasswordRequest.of(USER, "Phone", "a test"));
            ask(backend, USER, text(phone), PHONE);
            clock().advance(Duration.ofSeconds(59));
            ask(backend, USER, text(phone), PHONE);
            ask(elsewhere, USER, text(phone), PHONE);
            assertThat(database.rows("SELECT last_used FROM smtp_guard_app_password")).containsExactly("2026-03-01T12:00:00Z");

            clock().advance(Duration.ofSeconds(1));
            ask(elsewhere, USER, text(phone), PHONE);
            assertThat(database.rows("SELECT last_used FROM smtp_guard_app_password")).containsExactly("2026-03-01T12:01:00Z");
        }
    }

    @Test
    void twoServersLoseNothing() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (AppPasswordBackend one = open(TestWorkers.direct(), clock(), true);
            AppPasswordBackend other = open(TestWorkers.direct(), clock(), true)) {
            List<CompletableFuture<String>> issued = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                AppPasswordBackend backend = i % 2 == 0 ? one : other;
                AppPasswordRequest request = AppPasswordRequest.of(USER, "Device " + i, "a test");
                issued.add(CompletableFuture.supplyAsync(() -> text(issue(backend, request)), pool));
            }
            for (CompletableFuture<String> secret : issued) {
                assertThat(ask(other, USER, secret.get(60, TimeUnit.SECONDS), PHONE).isAccepted()).isTrue();
                assertThat(candidate(keys(one, USER), secret.get()).verdict().isAccepted()).isTrue();
            }
            assertThat(list(one, USER)).extracting(AppPassword::label).hasSize(20).doesNotHaveDuplicates();
        } finally {
            pool.shutdownNow();
        }
    }
}
