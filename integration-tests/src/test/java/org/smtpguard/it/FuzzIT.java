package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.fuzz.NoisyClient;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Mailbox;
import org.smtpguard.it.wire.WireScript;

/**
 * Noise on all ports at once: whatever a client sends, the server answers in SMTP, lets go of it, and keeps nothing.
 *
 * <p>{@code -Dsmtpguard.fuzz.seconds} says for how long, {@code -Dsmtpguard.fuzz.seed} repeats a run as far as the
 * network lets it.
 */
class FuzzIT {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("smtpguard.fuzz.seconds", 60));
    private static final long SEED = Long.getLong("smtpguard.fuzz.seed", ThreadLocalRandom.current().nextLong(1_000_000_000L));
    private static final int CLIENTS = 48;
    /** How many connections come and go without doing wrong. */
    private static final long VISITS = Long.getLong("smtpguard.fuzz.visits", 10_000);
    private static final int FEW_CLIENTS = 4;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;
    private static final int WARM_UP = 500;
    private static final int TOLD = 10;
    /** What a server may have more than at the beginning: a pool that has grown by a few. */
    private static final int GROWTH = 30;
    private static final Pattern RECORD = Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[([A-Z]+) *] (.*)");

    /**
     * What James says with us or without: of a client that is reset; of one that speaks no TLS where it should; of a
     * STARTTLS with something behind it while there is no session, before the greeting or behind the end; of a bad SIZE=.
     */
    private static final List<Pattern> OF_STOCK_JAMES = Stream.of(
            "BasicChannelInboundHandler - Unable to process request .*(Connection reset|Broken pipe)",
            "BasicChannelInboundHandler - Unable to process request .*(javax\\.net\\.ssl\\.SSL|NotSslRecordException)",
            "BasicChannelInboundHandler - Unable to process request .*CommandInjectionDetectedException",
            "MailSizeEsmtpExtension - Rejected syntactically incorrect value")
        .map(Pattern::compile)
        .collect(Collectors.toList());

    private static JamesServer server;
    private static Path log;
    private static long pid;

    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong octets = new AtomicLong();
    private final AtomicLong replies = new AtomicLong();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() {
        server = JamesServer.guarded()
            .withJvm("-Dio.netty.leakDetection.level=paranoid")
            // Some hundred thousand lines that say nothing new.
            .editConf("logback.xml", xml -> xml.replace("level=\"INFO\"", "level=\"WARN\"")
                .replace("</configuration>", "<logger name=\"org.apache.james.GuiceJamesServer\" level=\"INFO\"/></configuration>"))
            .editConf("smtpserver.xml", xml -> xml.replace("waitMillis=\"100\"", "waitMillis=\"20\""))
            .start();
        log = server.home().resolve("logs/james.log");
        pid = ProcessHandle.current().children()
            .filter(child -> child.info().commandLine().orElse("").contains(server.home().toString()))
            .mapToLong(ProcessHandle::pid).findFirst().orElse(0);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void answersNoiseInSmtpAndKeepsNothingOfIt() throws Exception {
        assumeTrue(Files.isDirectory(proc("fd")), "needs to see the server's process (Linux, not in a container)");
        talk(SEED - 1, connection -> connection < WARM_UP);
        Footprint before = Footprint.settled();
        connections.set(0);
        octets.set(0);
        replies.set(0);

        long start = System.nanoTime();
        talk(SEED, connection -> System.nanoTime() - start < TIME.toNanos());
        double seconds = (System.nanoTime() - start) / 1e9;
        Footprint after = Awaitility.await("the server lets go of all").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(2))
            .until(Footprint::now, now -> now.isLike(before));
        // Buffers that nobody released are noticed when others are asked for after a collection, which a footprint makes.
        talk(SEED + 1, connection -> connection < WARM_UP);

        System.out.printf(Locale.ROOT, "fuzz: %d connections, %d octets, %d replies in %.0f s, seed %d; before %s, after %s%n",
            connections.get(), octets.get(), replies.get(), seconds, SEED, before, after);
        Map<String, Integer> errors = errors();
        errors.forEach((error, count) -> System.out.printf(Locale.ROOT, "fuzz: %d x %s%n", count, error));
        assertThat(faults.stream().limit(TOLD)).isEmpty();
        assertThat(errors.keySet()).filteredOn(error -> !isOfStockJames(error)).isEmpty();
        assertThat(after.isLike(before)).as("%s, and before %s", after, before).isTrue();
        delivers();
    }

    @Test
    void keepsNothingOfClientsThatComeAndGo() throws InterruptedException {
        assumeTrue(Files.isDirectory(proc("fd")), "needs to see the server's process (Linux, not in a container)");
        inParallel(FEW_CLIENTS, connection -> connection < WARM_UP, connection -> comeAndGo());
        Footprint before = Footprint.settled();

        long start = System.nanoTime();
        inParallel(FEW_CLIENTS, connection -> connection < VISITS, connection -> comeAndGo());
        double seconds = (System.nanoTime() - start) / 1e9;
        Footprint after = Awaitility.await("the server lets go of all").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(2))
            .until(Footprint::now, now -> now.isLike(before));

        System.out.printf(Locale.ROOT, "come and go: %d connections in %.0f s; before %s, after %s%n", VISITS, seconds, before, after);
        assertThat(faults.stream().limit(TOLD)).isEmpty();
    }

    private void comeAndGo() {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").send("EHLO client.example").expect("250").send("QUIT").expect("221").expectClosed();
        } catch (AssertionError | RuntimeException e) {
            faults.add(e.toString());
        }
    }

    private void talk(long seed, LongPredicate goesOn) throws InterruptedException {
        inParallel(CLIENTS, goesOn, connection -> talk(new Random(seed + connection * SPREAD).nextLong()));
    }

    private static void inParallel(int threads, LongPredicate goesOn, LongConsumer client) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        ExecutorService clients = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            clients.execute(() -> {
                for (long connection = next.getAndIncrement(); goesOn.test(connection); connection = next.getAndIncrement()) {
                    client.accept(connection);
                }
            });
        }
        clients.shutdown();
        boolean ended = clients.awaitTermination(TIME.toSeconds() + 300, TimeUnit.SECONDS);
        clients.shutdownNow();
        assertThat(ended).as("all clients have got away").isTrue();
    }

    private void talk(long seed) {
        int kind = (int) Math.floorMod(seed, 20L);
        InetSocketAddress port = kind == 0 ? server.smtps() : kind < 6 ? server.submission() : server.smtp();
        NoisyClient client = new NoisyClient(seed);
        try {
            client.talk(port, kind == 0).ifPresent(fault -> faults.add(fault + " (port " + port + ", client " + seed + ")"));
        } catch (IOException | RuntimeException e) {
            faults.add(e + " (port " + port + ", client " + seed + ")");
        }
        connections.incrementAndGet();
        octets.addAndGet(client.octets());
        replies.addAndGet(client.replies());
    }

    private static void delivers() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220")
                .send("EHLO client.example").expect("250")
                .send("MAIL FROM:<bob@localhost>").expect("250")
                .send("RCPT TO:<alice@localhost>").expect("250")
                .send("DATA").expect("354")
                .message("Subject: after the noise", "", "body").expect("250")
                .send("QUIT").expect("221").expectClosed();
        }
        Mailbox.of("alice", server.imap()).awaitMessageWith("Subject: after the noise");
    }

    /** What was logged at ERROR, each kind once: the message, the exception, and ours in the stack. */
    private static Map<String, Integer> errors() throws IOException {
        Map<String, Integer> errors = new TreeMap<>();
        List<String> record = new ArrayList<>();
        try (Stream<String> lines = Files.lines(log, StandardCharsets.UTF_8)) {
            lines.forEach(line -> {
                if (RECORD.matcher(line).matches()) {
                    count(record, errors);
                    record.clear();
                }
                record.add(line);
            });
        }
        count(record, errors);
        return errors;
    }

    private static void count(List<String> record, Map<String, Integer> errors) {
        if (!record.isEmpty() && RECORD.matcher(record.get(0)).replaceFirst("$1").equals("ERROR")) {
            String message = RECORD.matcher(record.get(0)).replaceFirst("$2");
            String causes = record.stream().skip(1).filter(line -> !line.startsWith("\t")).limit(2).collect(Collectors.joining(" "))
                .replaceAll("(not an SSL/TLS record:).*?($| Caused)", "$1 ...$2");
            String ours = record.stream().filter(line -> line.startsWith("\tat org.smtpguard")).findFirst().orElse("");
            errors.merge((message + " " + causes + " " + ours).strip(), 1, Integer::sum);
        }
    }

    private static boolean isOfStockJames(String error) {
        return !error.contains("org.smtpguard") && OF_STOCK_JAMES.stream().anyMatch(known -> known.matcher(error).find());
    }

    private static Path proc(String what) {
        return Path.of("/proc", String.valueOf(pid), what);
    }

    /** What the server holds: threads, open files, and the objects of ours and of a session of James. */
    private static final class Footprint {
        private final long threads;
        private final long files;
        private final Map<String, Integer> objects;

        private Footprint() {
            // In this order: what a collection finds dead is closed by it.
            objects = objects();
            threads = entries("task");
            files = entries("fd");
        }

        static Footprint now() {
            return new Footprint();
        }

        /** When the last of the clients that have gone is noticed. */
        static Footprint settled() {
            List<Footprint> last = new ArrayList<>(List.of(now()));
            return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(2)).until(Footprint::now, now -> {
                boolean settled = now.files == last.get(0).files;
                last.set(0, now);
                return settled;
            });
        }

        boolean isLike(Footprint other) {
            return threads <= other.threads + GROWTH && files <= other.files + GROWTH
                && objects.entrySet().stream()
                    .allMatch(entry -> entry.getValue() <= other.objects.getOrDefault(entry.getKey(), 0) + GROWTH);
        }

        private static long entries(String directory) {
            try (Stream<Path> entries = Files.list(proc(directory))) {
                return entries.count();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Map<String, Integer> objects() {
            try {
                Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), String.valueOf(pid),
                    "GC.class_histogram").redirectErrorStream(true).start();
                String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return histogram.lines()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(words -> words.length > 3)
                    .filter(words -> words[3].startsWith("org.smtpguard.") || words[3].endsWith("ExtendedSMTPSession"))
                    .collect(Collectors.toMap(words -> words[3], words -> Integer.parseInt(words[1]), Integer::sum));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return threads + " threads, " + files + " open files, " + objects.values().stream().mapToInt(Integer::intValue).sum()
                + " objects of ours and sessions";
        }
    }
}
