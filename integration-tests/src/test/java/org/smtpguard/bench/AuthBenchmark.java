package org.smtpguard.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;

/**
 * {@code mvn -Pbench verify}: how many clients log in a second, and how long others wait meanwhile, when a backend takes
 * 300 ms; James' own AUTH with an {@code AuthHook} that takes as long, and ours, in turn, each in a process of its own.
 */
public final class AuthBenchmark {
    static final String PASSWORD = "bench";

    private static final int ROUNDS = 3;

    private AuthBenchmark() {
    }

    public static void main(String[] arguments) {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        List<Round> stock = new ArrayList<>();
        List<Round> guarded = new ArrayList<>();
        for (int i = 1; i <= ROUNDS; i++) {
            stock.add(measure(console, "stock", i, AuthBenchmark::stock));
            guarded.add(measure(console, "guard", i, AuthBenchmark::guarded));
        }
        console.println();
        console.println("| backend of 300 ms, 100 clients at once | James 3.8.1 | with James SMTP Guard | ratio |");
        console.println("|---|---|---|---|");
        row(console, "AUTH/s (median of " + ROUNDS + " rounds)",
            Round.median(stock, Round::authPerSecond), Round.median(guarded, Round::authPerSecond), false);
        row(console, "bystander's NOOP, median, ms", Round.median(stock, round -> round.noop(0.5)),
            Round.median(guarded, round -> round.noop(0.5)), true);
        row(console, "bystander's NOOP, 99 %, ms", Round.median(stock, round -> round.noop(0.99)),
            Round.median(guarded, round -> round.noop(0.99)), true);
        row(console, "bystander's NOOP, slowest of all, ms", Round.max(stock, round -> round.noop(1)),
            Round.max(guarded, round -> round.noop(1)), true);
        console.println();
        console.println(Runtime.getRuntime().availableProcessors() + " cores, " + System.getProperty("java.vm.name") + " "
            + System.getProperty("java.runtime.version") + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        System.exit(0);
    }

    private static Round measure(PrintStream console, String side, int number, Supplier<JamesServer.Builder> builder) {
        // The JVM's own defaults, as in production, and not the settings that make tests start fast.
        JamesServer server = builder.get().withJvm().start();
        try {
            Round round = Load.on(server.smtp());
            console.println("round " + number + " " + side + ": " + one(round.authPerSecond()) + " AUTH/s, NOOP "
                + one(round.noop(0.5)) + " ms median, " + one(round.noop(1)) + " ms at worst");
            return round;
        } finally {
            server.kill();
        }
    }

    private static JamesServer.Builder stock() {
        return JamesServer.stock().editPort(Endpoint.SMTP, port -> port.replace("<handlerchain>",
            "<handlerchain><handler class=\"org.smtpguard.fixture.SlowAuthHook\"/>"));
    }

    private static JamesServer.Builder guarded() {
        return JamesServer.guarded().editPort(Endpoint.SMTP, port -> port.replaceAll("(?s)<backend .*?</backend>",
            "<backend class=\"org.smtpguard.fixture.SlowBackend\" name=\"slow\"><millis>300</millis><password>" + PASSWORD
                + "</password></backend>")
            // A greeting that waits measures patience.
            .replaceAll("<greeting [^>]*/>", ""));
    }

    private static void row(PrintStream console, String figure, double stock, double guarded, boolean lessIsBetter) {
        double ratio = lessIsBetter ? stock / guarded : guarded / stock;
        console.println("| " + figure + " | " + one(stock) + " | " + one(guarded) + " | " + one(ratio) + " times "
            + (lessIsBetter ? "faster" : "as many") + " |");
    }

    private static String one(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
