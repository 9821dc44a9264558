package org.smtpguard.bruteforce;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

/**
 * What the limit on guessing costs each log-in, with the default number of entries in use: networks and users that have as many failures as
 * may be remembered, and users with a known network. Prints how much of the heap they take.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GuessLimiterBenchmark {
    private static final BruteForceSettings SETTINGS = BruteForceSettings.defaults();

    /** A server after a long attack. */
    @State(Scope.Benchmark)
    public static class Server {
        private final LoginKeys keys = new LoginKeys(InstallationSecret.of(new byte[InstallationSecret.MIN_OCTETS]));
        private final GuessLimiter limiter = new GuessLimiter(SETTINGS, InstallationSecret.of(new byte[InstallationSecret.MIN_OCTETS]),
            Clock.systemUTC(), new NoListener(), EventLog.NONE);
        private final Optional<String> user = Optional.of("alice@example.org");
        private final Origin client = Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.empty(), true);
        private final Login login = keys.login("alice@example.org", Network.parse("192.0.2.7").orElseThrow());
        private final LoginCounts counts = new LoginCounts(SETTINGS);

        @Setup
        public void fill() {
            long before = usedOctets();
            counts.at(1_000_000);
            int each = SETTINGS.entries() / 8;
            for (int i = 0; i < SETTINGS.entries() / 2; i++) {
                fail("user" + i % each, i, 20);
            }
            for (int i = 0; i < each; i++) {
                know("known" + i, i);
                fail("known" + i, i, 20);
            }
            for (int i = each; i < 2 * each; i++) {
                know("known" + i, i);
            }
            System.out.printf("%n%,d networks and pairs, %,d users with failures, %,d users with a known network: %,d MB%n",
                counts.networks(), counts.users(), counts.knownUsers(), (usedOctets() - before) / 1_000_000);
        }

        private void fail(String name, int network, int times) {
            Login failed = keys.login(name, network(network));
            for (int i = 0; i < times; i++) {
                counts.fail(counts.place(failed), failed, i, Optional.empty());
            }
        }

        private void know(String name, int network) {
            Login known = keys.login(name, network(network));
            counts.succeed(counts.place(known), known);
        }

        private static Network network(int number) {
            return Network.parse("10." + (number >> 16) + "." + (number >> 8 & 0xFF) + "." + (number & 0xFF)).orElseThrow();
        }

        private static long usedOctets() {
            System.gc();
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }

    /** Whether a log-in is blocked, by counters of full tables. */
    @Benchmark
    public Optional<Block> check(Server server) {
        return server.counts.refusal(server.login);
    }

    /** The same from the address and the name on. */
    @Benchmark
    public Optional<Block> checkOfAddressAndName(Server server) {
        return server.limiter.refusal(server.user, server.client);
    }

    /** All that a log-in with a right password costs. */
    @Benchmark
    public Admission logIn(Server server) {
        Admission admission = server.limiter.admit("alice@example.org", server.client).join();
        admission.succeeded();
        return admission;
    }
}
