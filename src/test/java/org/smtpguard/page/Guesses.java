package org.smtpguard.page;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.BruteForceSettings.NetworkLimit;
import org.smtpguard.bruteforce.BruteForceSettings.UserLimit;
import org.smtpguard.bruteforce.EventLog;
import org.smtpguard.bruteforce.GuessLimiter;
import org.smtpguard.bruteforce.NetworkPrefixes;
import org.smtpguard.bruteforce.NoListener;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

/** Log-ins that are counted: {@value #FAILURES} failures block a network, {@value #USER_FAILURES} a user. */
final class Guesses {
    static final int FAILURES = 3;
    static final int USER_FAILURES = 5;

    private final GuessLimiter limiter;
    private int passwords;

    Guesses(Mode mode, Clock clock) {
        this.limiter = new GuessLimiter(BruteForceSettings.defaults().with(mode)
            .with(new NetworkLimit(FAILURES, Duration.ofHours(1), Duration.ofMinutes(5), Duration.ofHours(24)), new NetworkPrefixes(32, 64))
            .with(new UserLimit(USER_FAILURES, Duration.ofHours(24))),
            InstallationSecret.of(new byte[InstallationSecret.MIN_OCTETS]), clock, new NoListener(), EventLog.NONE);
    }

    GuessLimiter limiter() {
        return limiter;
    }

    /** So many log-ins fail, each with another password. */
    Guesses fail(String address, String user, String session, int times) {
        for (int i = 0; i < times; i++) {
            passwords++;
            limiter.admit(user, origin(address, session)).join()
                .failed(Optional.of(("guess " + passwords).getBytes(StandardCharsets.UTF_8)));
        }
        return this;
    }

    Guesses logIn(String address, String user) {
        limiter.admit(user, origin(address, "5e551011")).join().succeeded();
        return this;
    }

    private static Origin origin(String address, String session) {
        return Origin.of("PLAIN", Optional.of(address), Optional.of(session), true);
    }
}
