package org.smtpguard.sasl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;

/** What a mechanism asks the backends. Unless told otherwise everybody's password is "secret". */
final class Questions {
    private final List<Credentials> asked = new ArrayList<>();
    private Optional<CompletableFuture<CredentialResult>> answer = Optional.empty();

    PasswordVerification claims() {
        return new PasswordVerification(this::answer, identities());
    }

    /** Where "admin" may act as everybody, and "root" too, were there somebody to ask. */
    static Identities identities() {
        return new Identities(Questions::normalise, (user, other, origin) -> user.equals("root")
            ? CompletableFuture.failedFuture(new IllegalStateException("nobody to ask"))
            : CompletableFuture.completedFuture(user.equals("admin")));
    }

    void answerWith(CompletableFuture<CredentialResult> future) {
        answer = Optional.of(future);
    }

    List<String> asked() {
        return asked.stream().map(Credentials::username).collect(Collectors.toList());
    }

    List<byte[]> passwords() {
        return asked.stream().map(Credentials::password).map(Secret::bytes).collect(Collectors.toList());
    }

    private CompletableFuture<CredentialResult> answer(Credentials credentials) {
        asked.add(credentials);
        return answer.orElseGet(() -> CompletableFuture.completedFuture(
            new String(credentials.password().bytes(), StandardCharsets.UTF_8).equals("secret")
                ? CredentialResult.accepted(credentials.username()) : CredentialResult.refused()));
    }

    /** As a server that takes no blanks in a name, and no capitals. */
    private static Optional<String> normalise(String name) {
        return Optional.of(name.toLowerCase(Locale.ROOT)).filter(normal -> normal.indexOf(' ') < 0);
    }
}
