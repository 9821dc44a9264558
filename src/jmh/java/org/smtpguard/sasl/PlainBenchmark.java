package org.smtpguard.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;

/** What AUTH PLAIN costs but for the hash, which the operator chooses: from base64 to the verdict, of a password that is kept as it is. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PlainBenchmark {
    private static final byte[] PASSWORD = "correct horse battery staple".getBytes(StandardCharsets.UTF_8);

    /** An AUTH command's argument, and who is asked. */
    @State(Scope.Thread)
    public static class Client {
        private final String initialResponse = Base64.getEncoder().encodeToString(
            ("\0alice@example.org\0" + new String(PASSWORD, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        private final PlainMechanism plain = new PlainMechanism(new PasswordVerification(Client::verify,
            new Identities(Optional::of, (user, other, origin) -> CompletableFuture.completedFuture(false))));

        private static CompletableFuture<CredentialResult> verify(Credentials credentials) {
            return CompletableFuture.completedFuture(MessageDigest.isEqual(credentials.password().bytes(), PASSWORD)
                ? CredentialResult.accepted(credentials.username()) : CredentialResult.refused());
        }
    }

    @Benchmark
    public CompletionStage<SaslStep> decodeAndVerify(Client client) {
        return client.plain.start(Peer.inClearText()).begin(Base64Text.decode(client.initialResponse));
    }
}
