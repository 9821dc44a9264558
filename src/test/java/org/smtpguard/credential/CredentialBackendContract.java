package org.smtpguard.credential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the server counts on in every backend. The test of a backend implements it, with a backend that knows
 * {@link #USER} by {@link #PASSWORD}, and not {@link #STRANGER}.
 */
@Timeout(60)
public interface CredentialBackendContract {
    /** As James hands it on: lower case. */
    String USER = "alice@localhost";
    /** Nobody writes this by accident: if it is found in a log, it is a leak. */
    String PASSWORD = "s3cr3t-Pässwörd-of-Alice";
    /** A password that is not the user's. */
    String WRONG_PASSWORD = "wr0ng-Pässwörd-of-Alice";
    /** A user that the backend does not have. */
    String STRANGER = "mallory@localhost";

    /** A backend that does its work on these workers. */
    CredentialBackend backend(Workers workers) throws Exception;

    /** The user's password, where its form matters to the backend. */
    default String password() {
        return PASSWORD;
    }

    /** Passwords that are not the user's. */
    default List<String> wrongPasswords() {
        return List.of(WRONG_PASSWORD, PASSWORD + "x", PASSWORD.substring(1), PASSWORD.toUpperCase(Locale.ROOT));
    }

    @Test
    default void acceptsAUserWithTheRightPassword() throws Exception {
        assertThat(ask(USER, password())).isEqualTo(CredentialResult.accepted(USER));
    }

    @Test
    default void refusesAUserWithAWrongPassword() throws Exception {
        for (String password : wrongPasswords()) {
            assertThat(ask(USER, password).kind()).isEqualTo(CredentialResult.Kind.REFUSED);
        }
    }

    @Test
    default void knowsNoStranger() throws Exception {
        assertThat(ask(STRANGER, password()).kind()).isEqualTo(CredentialResult.Kind.UNKNOWN);
        assertThat(ask("", password()).kind().isRefusal()).isTrue();
    }

    @Test
    default void takesAUserNameInWhateverCase() throws Exception {
        assertThat(ask("ALICE@LocalHost", password())).isEqualTo(CredentialResult.accepted(USER));
        assertThat(ask("ALICE@LocalHost", wrongPasswords().get(0)).kind()).isEqualTo(CredentialResult.Kind.REFUSED);
    }

    @Test
    default void neverAcceptsAnEmptyPassword() throws Exception {
        for (String user : List.of(USER, STRANGER, "")) {
            assertThat(ask(user, "").kind().isRefusal()).as("an empty password of <%s> is refused", user).isTrue();
        }
    }

    @Test
    default void answersFromAWorkerAndNeverMakesTheCallerWait() throws Exception {
        TestWorkers.Held held = new TestWorkers.Held();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try (CredentialBackend backend = backend(TestWorkers.on(held))) {
            // No worker is free: were the work done here, it would be done now; were it waited for, we should hang.
            CompletableFuture<CredentialResult> answer = backend.verify(credentials(USER, password())).toCompletableFuture();
            CompletableFuture<Thread> answeredBy = answer.thenApply(result -> Thread.currentThread());
            held.release(pool);

            // Waited for from outside: a thread that waits within a future may be made to run what depends on it.
            await().atMost(30, TimeUnit.SECONDS).until(answeredBy::isDone);
            assertThat(answeredBy.get()).isNotSameAs(Thread.currentThread());
            assertThat(answer.get()).isEqualTo(CredentialResult.accepted(USER));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    default void isOverloadedWhenTheWorkersTurnItAway() throws Exception {
        try (CredentialBackend backend = backend(TestWorkers.busy())) {
            CompletableFuture<CredentialResult> answer = backend.verify(credentials(USER, password())).toCompletableFuture()
                .exceptionally(CredentialResult::unavailable);

            assertThat(answer).isDone();
            assertThat(answer.get()).satisfies(result -> assertThat(result.isOverload()).isTrue());
        }
    }

    @Test
    default void tellsNoSecret() throws Exception {
        try (LogCapture log = new LogCapture(); CredentialBackend backend = backend(TestWorkers.direct())) {
            StringBuilder told = new StringBuilder(backend.toString()).append(backend.name());
            for (String user : List.of(USER, STRANGER)) {
                for (String password : List.of(password(), wrongPasswords().get(0))) {
                    Credentials credentials = credentials(user, password);
                    CredentialResult result = answer(backend, credentials);
                    told.append(credentials).append(credentials.password()).append(result).append(result.reason());
                }
            }
            told.append(log.text());

            for (String password : List.of(password(), wrongPasswords().get(0))) {
                assertThat(told.toString()).doesNotContain(password, base64(password), base64("\0" + USER + "\0" + password));
            }
        }
    }

    /** One question to a new backend, answered. */
    private CredentialResult ask(String user, String password) throws Exception {
        try (CredentialBackend backend = backend(TestWorkers.direct())) {
            return answer(backend, credentials(user, password));
        }
    }

    private static CredentialResult answer(CredentialBackend backend, Credentials credentials) throws Exception {
        return backend.verify(credentials).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static Credentials credentials(String user, String password) {
        return Credentials.of(user, Secret.of(password));
    }

    private static String base64(String text) {
        return Base64.getEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
