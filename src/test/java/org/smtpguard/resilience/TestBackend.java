package org.smtpguard.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;

/** A backend that a test answers for: at once, or when the test says so. */
class TestBackend implements CredentialBackend {
    final List<CompletableFuture<CredentialResult>> asked = new ArrayList<>();
    Function<Credentials, CompletionStage<CredentialResult>> behaviour = credentials -> new CompletableFuture<>();
    Runnable listener = () -> { };
    boolean closed;
    Optional<String> flaw = Optional.empty();

    /** From now on each question is answered at once. */
    void answers(CredentialResult result) {
        behaviour = credentials -> CompletableFuture.completedFuture(result);
    }

    /** From now on each question waits until the test completes it. */
    void isSilent() {
        behaviour = credentials -> new CompletableFuture<>();
    }

    CompletableFuture<CredentialResult> last() {
        return asked.get(asked.size() - 1);
    }

    @Override
    public String name() {
        return "corp";
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        CompletionStage<CredentialResult> answer = behaviour.apply(credentials);
        asked.add(answer instanceof CompletableFuture ? (CompletableFuture<CredentialResult>) answer : new CompletableFuture<>());
        return answer;
    }

    @Override
    public void onChange(Runnable onChange) {
        listener = onChange;
    }

    @Override
    public Optional<String> flaw() {
        return flaw;
    }

    @Override
    public void close() {
        closed = true;
    }
}
