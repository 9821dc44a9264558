package org.smtpguard.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import org.smtpguard.it.server.JamesServer;

/**
 * {@code mvn -Poverhead}: how many messages a second James takes with the guard and without it, in one run. Both servers run all
 * the time, in JVMs of the same arguments, and are loaded in turn, so that what else the machine does falls on both.
 *
 * <p>Clients and servers share the processors, so messages a second tell less of the guard than the processor time that the
 * server itself spends on a message, which is told beside.
 */
public final class OverheadBenchmark {
    /** What a server that stays up would run with; the harness' own arguments start fast and run slow. */
    private static final String[] JVM = {"-Xms768m", "-Xmx768m", "-XX:+UseSerialGC"};
    private static final String REPLIES = "<replies style=\"full\"/>";
    private static final String DELIVER = "<mailet match=\"RecipientIsLocal\" class=\"LocalDelivery\"/>";
    private static final String DISCARD = "<mailet match=\"All\" class=\"Null\"/>";

    private final PrintStream console;
    private final int connections = Integer.getInteger("overhead.connections", 32);
    private final int messagesPerSession = Integer.getInteger("overhead.messages", 10);
    private final int rounds = Integer.getInteger("overhead.rounds", 5);
    /** Rules that a third server has off, by their ids, with commas: to see what they cost. */
    private final String without = System.getProperty("overhead.without", "");
    /** Messages, not seconds: on a busy machine a JVM is not warm after any number of those. */
    private final int warmUp = Integer.getInteger("overhead.warmup", 20_000);
    private final Duration roundTime = Duration.ofSeconds(Integer.getInteger("overhead.seconds", 6));

    private OverheadBenchmark(PrintStream console) {
        this.console = console;
    }

    public static void main(String[] arguments) throws Exception {
        new OverheadBenchmark(new PrintStream(System.out, true, StandardCharsets.UTF_8)).run();
    }

    private void run() throws Exception {
        console.printf(Locale.ROOT, "%d connections, %d message(s) of 4 KiB a session, %d rounds of %d s each, warm-up %d messages%n",
            connections, messagesPerSession, rounds, roundTime.toSeconds(), warmUp);
        console.printf(Locale.ROOT, "%s processors, %s %s, %s, James with %s%n%n", Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name"), System.getProperty("os.version"), "Java " + Runtime.version(), String.join(" ", JVM));
        List<Contender> contenders = new ArrayList<>();
        try {
            contenders.add(new Contender("off", JamesServer.stock()));
            contenders.add(new Contender("on", JamesServer.guarded()));
            if (!without.isEmpty()) {
                contenders.add(new Contender("on, without " + without, JamesServer.guarded()
                    .editConf("smtpserver.xml", xml -> xml.replace(REPLIES, REPLIES + rulesOff()))));
            }
            compare(contenders);
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    private void compare(List<Contender> contenders) throws Exception {
        for (Contender contender : contenders) {
            contender.warmUp(warmUp);
        }
        console.println("| round | guard | messages/s | server CPU per message |");
        console.println("|---|---|---|---|");
        List<Contender> order = new ArrayList<>(contenders);
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : order) {
                report(Integer.toString(round), contender.name, contender.measure(roundTime));
            }
            // A B, then B A: a drift of the machine favours neither.
            Collections.reverse(order);
        }
        Round off = contenders.get(0).median();
        for (Contender contender : contenders) {
            Round median = contender.median();
            report("median", contender.name, median);
            console.printf(Locale.ROOT, "| of off | %s | %.3f | %.3f |%n", contender.name, median.messagesPerSecond / off.messagesPerSecond,
                median.cpuMicrosPerMessage / off.cpuMicrosPerMessage);
        }
    }

    private void report(String round, String contender, Round figures) {
        console.printf(Locale.ROOT, "| %s | %s | %.0f | %.0f µs |%n", round, contender, figures.messagesPerSecond,
            figures.cpuMicrosPerMessage);
    }

    private String rulesOff() {
        return Arrays.stream(without.split(",")).map(id -> "<rule id=\"" + id + "\" mode=\"off\"/>").collect(Collectors.joining());
    }

    /** What one round gave. */
    private static final class Round {
        private final double messagesPerSecond;
        private final double cpuMicrosPerMessage;

        private Round(double messagesPerSecond, double cpuMicrosPerMessage) {
            this.messagesPerSecond = messagesPerSecond;
            this.cpuMicrosPerMessage = cpuMicrosPerMessage;
        }
    }

    /** A James, and what it did so far. */
    private final class Contender implements AutoCloseable {
        private final String name;
        private final JamesServer server;
        private final ProcessHandle process;
        private final List<Round> measured = new ArrayList<>();

        private Contender(String name, JamesServer.Builder builder) {
            this.name = name;
            Set<ProcessHandle> others = ProcessHandle.current().children().collect(Collectors.toSet());
            this.server = builder.withJvm(JVM)
                // Mailboxes in memory would fill it, and are no work of SMTP.
                .editConf("mailetcontainer.xml", xml -> xml.replace(DELIVER, DISCARD))
                // A greeting that waits measures patience.
                .editConf("smtpserver.xml", xml -> xml.replaceAll("<greeting [^>]*/>", ""))
                .start();
            this.process = ProcessHandle.current().children().filter(child -> !others.contains(child)).findFirst().orElseThrow();
        }

        private Round measure(Duration time) throws Exception {
            Round round = load(time);
            measured.add(round);
            return round;
        }

        private void warmUp(int least) throws Exception {
            for (long messages = 0; messages < least; ) {
                messages += deliver(Duration.ofSeconds(1));
            }
        }

        private long deliver(Duration time) throws Exception {
            return new Deliveries(server.smtp(), connections, messagesPerSession).run(time);
        }

        private Round load(Duration time) throws Exception {
            Duration before = cpu();
            long start = System.nanoTime();
            long messages = deliver(time);
            long nanos = System.nanoTime() - start;
            return new Round(messages * 1e9 / nanos, cpu().minus(before).toNanos() / 1e3 / messages);
        }

        private Duration cpu() {
            return process.info().totalCpuDuration().orElseThrow();
        }

        private Round median() {
            return new Round(median(round -> round.messagesPerSecond), median(round -> round.cpuMicrosPerMessage));
        }

        private double median(ToDoubleFunction<Round> figure) {
            double[] figures = measured.stream().mapToDouble(figure).sorted().toArray();
            return (figures[(figures.length - 1) / 2] + figures[figures.length / 2]) / 2;
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
