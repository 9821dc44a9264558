package org.smtpguard.james;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.credential.Workers;

/**
 * Judges by the password alone, at once; but whoever is called {@value #LATE} something waits until the test has it
 * answered. Embedded sessions run on the thread of their test, hence what waits belongs to that thread.
 */
public final class FixtureBackend implements CredentialBackend {
    public static final String RIGHT = "secret";
    static final String DOWN = "down";
    static final String EXPIRED = "expired";
    static final String TOO_WEAK = "too weak";
    static final String LATE = "late-";
    /** The app password of a phone; its sender is its user. */
    static final String PHONE = "app password";
    /** The same, which is valid no more, or cannot be checked, or waits until the test has it answered. */
    static final String REVOKED = "app password that is revoked";
    static final String UNCHECKED = "app password that cannot be checked";
    static final String SLOW = "app password that is checked later";
    /** A backend of this name never judges. */
    static final String OUT_OF_ORDER = "out-of-order";

    private static final ThreadLocal<Deque<Runnable>> WAITING = ThreadLocal.withInitial(ArrayDeque::new);

    private final String name;

    public FixtureBackend(BackendSettings settings, Workers workers) {
        this.name = settings.only().name();
    }

    /** Gives every answer that the test's sessions wait for. */
    static void answerAll() {
        for (Runnable answer = WAITING.get().poll(); answer != null; answer = WAITING.get().poll()) {
            answer.run();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        CredentialResult result = name.equals(OUT_OF_ORDER) ? CredentialResult.unavailable("a fixture that is down") : judge(credentials);
        if (!credentials.username().startsWith(LATE)) {
            return CompletableFuture.completedFuture(result);
        }
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        WAITING.get().add(() -> answer.complete(result));
        return answer;
    }

    private static CredentialResult judge(Credentials credentials) {
        String password = new String(credentials.password().bytes(), StandardCharsets.UTF_8);
        switch (password) {
            case RIGHT:
                return CredentialResult.accepted(credentials.username());
            case DOWN:
                return CredentialResult.unavailable("a fixture that is down");
            case EXPIRED:
                return CredentialResult.expired();
            case TOO_WEAK:
                return CredentialResult.tooWeak();
            case PHONE:
                return phone(credentials, () -> CompletableFuture.completedFuture(CredentialResult.accepted(credentials.username())));
            case REVOKED:
                return phone(credentials, () -> CompletableFuture.completedFuture(CredentialResult.refused("revoked")));
            case UNCHECKED:
                return phone(credentials, () -> CompletableFuture.completedFuture(CredentialResult.unavailable("a store that is down")));
            case SLOW:
                return phone(credentials, () -> {
                    CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
                    WAITING.get().add(() -> answer.complete(CredentialResult.accepted(credentials.username())));
                    return answer;
                });
            default:
                return CredentialResult.refused();
        }
    }

    private static CredentialResult phone(Credentials credentials, Supplier<CompletionStage<CredentialResult>> recheck) {
        return CredentialResult.accepted(credentials.username())
            .within(LoginScope.of("3f8k2m9x", "Alice's \"phone\"", List.of(credentials.username()), recheck));
    }
}
