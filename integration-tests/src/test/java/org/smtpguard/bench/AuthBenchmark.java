package org.smtpguard.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;

/**
 * {@code mvn -Pbench verify}: how many clients log in a second, and how long others wait meanwhile, when a backend takes
 * 300 ms; James' own AUTH with an {@code AuthHook} that takes as long, and ours, in turn, each in a process of its own, under
 * 100 clients and then under 1,000.
 */
public final class AuthBenchmark {
    static final String PASSWORD = "bench";

    private static final int[] CLIENTS = {100, 1000};
    private static final int ROUNDS = 3;

    private final PrintStream console;

    private AuthBenchmark(PrintStream console) {
        this.console = console;
    }

    /** Who is compared; the first is what the others are compared with. */
    private enum Side {
        STOCK("James 3.8.1, `AuthHook`", AuthBenchmark::stock),
        BLOCKING("with James SMTP Guard, blocking backend", () -> guarded("SlowBackend")),
        ASYNCHRONOUS("with James SMTP Guard, asynchronous backend", () -> guarded("AsynchronousBackend"));

        private final String title;
        private final Supplier<JamesServer.Builder> builder;

        Side(String title, Supplier<JamesServer.Builder> builder) {
            this.title = title;
            this.builder = builder;
        }
    }

    public static void main(String[] arguments) {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        new AuthBenchmark(new PrintStream(System.out, true, StandardCharsets.UTF_8)).run();
        System.exit(0);
    }

    private void run() {
        List<Map<Side, List<Round>>> rounds = new ArrayList<>();
        for (int i = 0; i < CLIENTS.length; i++) {
            rounds.add(new EnumMap<>(Side.class));
        }
        for (int number = 1; number <= ROUNDS; number++) {
            for (Side side : Side.values()) {
                // The JVM's own defaults, as in production, and not the settings that make tests start fast.
                JamesServer server = side.builder.get().withJvm().editPort(Endpoint.SMTP, AuthBenchmark::withBacklog).start();
                try {
                    for (int i = 0; i < CLIENTS.length; i++) {
                        Round round = Load.on(server.smtp(), CLIENTS[i]);
                        rounds.get(i).computeIfAbsent(side, key -> new ArrayList<>()).add(round);
                        console.printf(Locale.ROOT, "round %d, %,d clients, %s: %.1f AUTH/s, NOOP %.1f ms median, %.1f ms at worst%n",
                            number, CLIENTS[i], side.title, round.authPerSecond(), round.noop(0.5), round.noop(1));
                    }
                } finally {
                    server.kill();
                }
            }
        }
        for (int i = 0; i < CLIENTS.length; i++) {
            table(CLIENTS[i], rounds.get(i));
        }
        console.printf(Locale.ROOT, "%n%d cores, %s %s, %s %s%n", Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.vm.name"), System.getProperty("java.runtime.version"),
            System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    private void table(int clients, Map<Side, List<Round>> sides) {
        console.printf(Locale.ROOT, "%n| backend of 300 ms, %,d clients at once | AUTH/s | log-in, median, ms | NOOP, median, ms "
            + "| NOOP, 99 %%, ms | NOOP, slowest of all, ms | replies other than 235 | log-ins without a reply |%n", clients);
        console.println("|---|---|---|---|---|---|---|---|");
        List<Round> stock = sides.get(Side.STOCK);
        sides.forEach((side, rounds) -> {
            double auths = Round.median(rounds, Round::authPerSecond);
            double stockAuths = Round.median(stock, Round::authPerSecond);
            console.println("| " + String.join(" | ", side.title,
                one(auths) + (side == Side.STOCK ? "" : " (" + one(auths / stockAuths) + " times as many)"),
                faster(rounds, stock, side, round -> round.login(0.5)),
                faster(rounds, stock, side, round -> round.noop(0.5)),
                faster(rounds, stock, side, round -> round.noop(0.99)),
                withRatio(Round.max(rounds, round -> round.noop(1)), Round.max(stock, round -> round.noop(1)), side),
                String.valueOf(rounds.stream().mapToLong(Round::otherReplies).sum()),
                String.valueOf(rounds.stream().mapToLong(Round::unanswered).sum())) + " |");
        });
    }

    private static String faster(List<Round> rounds, List<Round> stock, Side side, Round.Figure figure) {
        return withRatio(Round.median(rounds, figure), Round.median(stock, figure), side);
    }

    private static String withRatio(double millis, double stock, Side side) {
        return one(millis) + (side == Side.STOCK ? "" : " (" + one(stock / millis) + " times faster)");
    }

    /**
     * Room for all clients that connect in one moment. With James' 200 the kernel drops connections at the start of a load of
     * 1,000, and has their clients wait for a greeting longer than the load lasts.
     */
    private static String withBacklog(String port) {
        return port.replace("<connectionLimit>", "<connectionBacklog>2000</connectionBacklog><connectionLimit>");
    }

    private static JamesServer.Builder stock() {
        return JamesServer.stock().editPort(Endpoint.SMTP, port -> port.replace("<handlerchain>",
            "<handlerchain><handler class=\"org.smtpguard.fixture.SlowAuthHook\"/>"));
    }

    private static JamesServer.Builder guarded(String backend) {
        return JamesServer.guarded().editPort(Endpoint.SMTP, port -> port.replaceAll("(?s)<backend .*?</backend>",
            "<backend class=\"org.smtpguard.fixture." + backend + "\" name=\"slow\"><millis>300</millis><password>" + PASSWORD
                + "</password></backend>")
            // A greeting that waits measures patience.
            .replaceAll("<greeting [^>]*/>", ""));
    }

    private static String one(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
