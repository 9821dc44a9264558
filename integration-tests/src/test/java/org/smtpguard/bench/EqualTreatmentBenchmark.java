package org.smtpguard.bench;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.apache.commons.math3.stat.inference.MannWhitneyUTest;
import org.smtpguard.backend.file.FileBackend;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;
import org.smtpguard.password.Argon2;
import org.smtpguard.password.BCrypt;
import org.smtpguard.password.PasswordScheme;

/**
 * {@code mvn -Pbench verify -Dbench.main=org.smtpguard.bench.EqualTreatmentBenchmark}: whether a client can tell from a refused
 * AUTH why it was refused. The words must be the same, or it fails; the times it compares, and leaves the judgement to the reader.
 *
 * <p>All kinds of claims are made in one random order, each by a session of its own, one after the other: over the wire, as an
 * attacker has to, and then of the {@link FileBackend} itself, where there is less noise for a difference to hide in.
 */
public final class EqualTreatmentBenchmark {
    private static final int SAMPLES = 2000;
    /** Of each kind. */
    private static final int WARM_UP = 500;
    private static final int USERS = 100;
    private static final long SEED = 20260101;
    private static final String RIGHT = "right-password";
    private static final String WRONG = "wrong-password";
    /** What makes two sessions two. Nothing else may differ. */
    private static final Pattern SESSION = Pattern.compile("\\(session [0-9a-f]+\\)");
    private static final double SIGNIFICANT = 0.01;

    private final PrintStream console;

    private EqualTreatmentBenchmark(PrintStream console) {
        this.console = console;
    }

    /** What a client may claim, to be refused in the same words and after the same time. One more kind is one more line. */
    private enum Claim {
        WRONG_PASSWORD("wrong password", 'w', WRONG, Kind.REFUSED, Optional.of("")),
        UNKNOWN_USER("unknown user", 'u', WRONG, Kind.UNKNOWN, Optional.empty()),
        DISABLED_ACCOUNT("disabled account", 'd', RIGHT, Kind.DISABLED, Optional.of("!"));

        private final String title;
        private final char initial;
        private final String password;
        private final Kind verdict;
        /** What stands between the user and the hash; empty if the file does not know the user. */
        private final Optional<String> mark;

        Claim(String title, char initial, String password, Kind verdict, Optional<String> mark) {
            this.title = title;
            this.initial = initial;
            this.password = password;
            this.verdict = verdict;
            this.mark = mark;
        }

        /** Names of all kinds are of the same length, and so are passwords. */
        private String user(int number) {
            return String.format(Locale.ROOT, "%s%03d@localhost", initial, number);
        }

        private String lines(PasswordScheme scheme) {
            StringBuilder lines = new StringBuilder();
            mark.ifPresent(between -> {
                for (int i = 0; i < USERS; i++) {
                    lines.append(user(i)).append(':').append(between).append('{').append(scheme.name()).append('}')
                        .append(scheme.hash(RIGHT.getBytes(StandardCharsets.US_ASCII))).append('\n');
                }
            });
            return lines.toString();
        }
    }

    public static void main(String[] arguments) throws IOException {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        new EqualTreatmentBenchmark(new PrintStream(System.out, true, StandardCharsets.UTF_8)).run();
        System.exit(0);
    }

    private void run() throws IOException {
        console.printf(Locale.ROOT, "%,d samples of each kind, in the random order of seed %d%n", SAMPLES, SEED);
        // At a low cost: what has to be equal is all around the hash, and a long hash would only cover it.
        List<PasswordScheme> schemes = List.of(Argon2.id(1024, 1, 1), new BCrypt(5));
        List<String> rows = new ArrayList<>();
        for (PasswordScheme scheme : schemes) {
            Path file = Files.createTempFile("equal-treatment-", ".users");
            try {
                rows.addAll(compare(scheme, file));
            } finally {
                Files.delete(file);
            }
        }
        console.println();
        console.println("| hashes | asked | kinds | medians, µs | shift that would show, µs | Kolmogorov-Smirnov D | p "
            + "| Mann-Whitney U | p |");
        console.println("|---|---|---|---|---|---|---|---|---|");
        rows.forEach(console::println);
        console.printf(Locale.ROOT, "%n%d cores, %s %s, %s %s%n", Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.vm.name"), System.getProperty("java.runtime.version"),
            System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    private List<String> compare(PasswordScheme scheme, Path file) throws IOException {
        List<Claim> claims = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (Claim claim : Claim.values()) {
            String more = claim.lines(scheme);
            Files.writeString(file, more, StandardCharsets.UTF_8);
            try {
                new InProcess(file);
                claims.add(claim);
                lines.append(more);
            } catch (InvalidConfigurationException e) {
                console.println("Left out, since FileBackend does not take its lines: " + claim.title);
            }
        }
        Files.writeString(file, lines, StandardCharsets.UTF_8);
        List<String> rows = new ArrayList<>();
        JamesServer server = JamesServer.guarded()
            .withJvm()
            .withConf("smtp-users", lines.toString())
            // A greeting that waits measures patience.
            .editPort(Endpoint.SMTP, port -> port.replaceAll("<greeting [^>]*/>", ""))
            .start();
        try {
            rows.addAll(rows(scheme.name() + " | over the wire", measure(claims, new OverTheWire(server.smtp()))));
        } finally {
            server.close();
        }
        rows.addAll(rows(scheme.name() + " | in one JVM", measure(claims, new InProcess(file))));
        return rows;
    }

    private Map<Claim, double[]> measure(List<Claim> claims, Refuser refuser) {
        Random random = new Random(SEED);
        inRandomOrder(claims, WARM_UP, random).forEach(claim -> refuser.micros(claim, claim.user(random.nextInt(USERS))));
        Map<Claim, double[]> micros = new EnumMap<>(Claim.class);
        Map<Claim, Integer> taken = new EnumMap<>(Claim.class);
        for (Claim claim : inRandomOrder(claims, SAMPLES, random)) {
            double[] samples = micros.computeIfAbsent(claim, key -> new double[SAMPLES]);
            samples[taken.merge(claim, 1, Integer::sum) - 1] = refuser.micros(claim, claim.user(random.nextInt(USERS)));
        }
        return micros;
    }

    private static List<Claim> inRandomOrder(List<Claim> claims, int each, Random random) {
        List<Claim> order = claims.stream().flatMap(claim -> Collections.nCopies(each, claim).stream()).collect(Collectors.toList());
        Collections.shuffle(order, random);
        return order;
    }

    private static List<String> rows(String what, Map<Claim, double[]> micros) {
        // For samples of this size both compute p by its limit.
        KolmogorovSmirnovTest kolmogorovSmirnov = new KolmogorovSmirnovTest();
        MannWhitneyUTest mannWhitney = new MannWhitneyUTest();
        List<String> rows = new ArrayList<>();
        List<Claim> claims = new ArrayList<>(micros.keySet());
        for (Claim one : claims) {
            for (Claim other : claims.subList(claims.indexOf(one) + 1, claims.size())) {
                double[] ones = micros.get(one);
                double[] others = micros.get(other);
                rows.add(String.format(Locale.ROOT, "| %s | %s, %s | %.1f, %.1f | %.1f | %.4f | %s | %.0f | %s |",
                    what, one.title, other.title, new Median().evaluate(ones), new Median().evaluate(others), visibleShift(ones),
                    kolmogorovSmirnov.kolmogorovSmirnovStatistic(ones, others), p(kolmogorovSmirnov.kolmogorovSmirnovTest(ones, others)),
                    mannWhitney.mannWhitneyU(ones, others), p(mannWhitney.mannWhitneyUTest(ones, others))));
            }
        }
        return rows;
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    /** How many microseconds more or less these tests would see in these very samples, noisy as they are. */
    private static double visibleShift(double[] micros) {
        double shift = 0.1;
        while (new MannWhitneyUTest().mannWhitneyUTest(micros, shifted(micros, shift)) >= SIGNIFICANT) {
            shift *= 1.1;
        }
        return shift;
    }

    private static double[] shifted(double[] micros, double shift) {
        return Arrays.stream(micros).map(value -> value + shift).toArray();
    }

    /** Whoever refuses claims. */
    private interface Refuser {
        /** How long that took; fails if it was refused in other words than those before it, or for another reason than it should be. */
        double micros(Claim claim, String user);
    }

    private static final class OverTheWire implements Refuser {
        private final InetSocketAddress address;
        private Optional<String> words = Optional.empty();

        private OverTheWire(InetSocketAddress address) {
            this.address = address;
        }

        @Override
        public double micros(Claim claim, String user) {
            try (WireScript wire = wire(address)) {
                wire.expect("220").send("EHLO client.example").expect("250");
                String command = "AUTH PLAIN " + plain(user, claim.password);
                long start = System.nanoTime();
                wire.send(command).expect("535 5.7.8");
                double micros = (System.nanoTime() - start) / 1e3;
                String reply = SESSION.matcher(wire.reply().text()).replaceAll("(session)");
                if (!words.orElse(reply).equals(reply)) {
                    throw new AssertionError("to " + claim.title + " another reply:\n" + reply + "\nthan to one before:\n" + words.get());
                }
                words = Optional.of(reply);
                wire.send("QUIT").expect("221");
                return micros;
            }
        }
    }

    private static final class InProcess implements Refuser, Workers {
        private final FileBackend backend;

        private InProcess(Path file) {
            backend = new FileBackend(new BackendSettings("FileBackend", "equal", Map.of("file", file.toString()), Path::of), this);
        }

        @Override
        public double micros(Claim claim, String user) {
            Credentials credentials = Credentials.of(user, Secret.of(claim.password));
            long start = System.nanoTime();
            CredentialResult result = backend.verify(credentials).toCompletableFuture().join();
            double micros = (System.nanoTime() - start) / 1e3;
            if (result.kind() != claim.verdict) {
                throw new AssertionError(claim.title + " is " + result);
            }
            return micros;
        }

        /** On the thread that asks: one hand-over less to hide a difference in. */
        @Override
        public WorkerPool hashing() {
            return WorkerPool.on(Runnable::run);
        }

        @Override
        public WorkerPool blocking() {
            return WorkerPool.on(Runnable::run);
        }
    }
}
