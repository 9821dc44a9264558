package org.smtpguard.password;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a check costs for a usual password and for the longest that is checked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class LongPasswordBenchmark {
    @Param({"8", "72"})
    public int octets;

    @Param({"ARGON2ID", "SCRYPT", "BCRYPT", "PBKDF2-SHA256", "SCRAM-SHA-256", "SHA512-CRYPT", "SHA256-CRYPT", "MD5-CRYPT", "APR1",
        "SSHA512", "SSHA"})
    public String scheme;

    private PasswordHash hash;
    private byte[] password;

    @Setup
    public void hash() {
        PasswordSchemes schemes = PasswordSchemes.standard().preferring(scheme);
        hash = schemes.read(schemes.hash("secret".getBytes(StandardCharsets.UTF_8)));
        password = "p".repeat(octets).getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public boolean check() {
        return hash.matches(password);
    }
}
