package org.smtpguard.bench;

import java.io.IOException;
import java.io.PrintStream;
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
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * {@code mvn -Pbench verify}: James as it comes and James with the guard under the same loads, each in a process of its own, both
 * up and warm, in turn; beside them what the machine can do at the most, and Postfix where it is installed.
 *
 * <p>Properties: {@code smtpguard.bench.only} (letters of scenarios, with commas; all), {@code .loads} (ids of
 * loads, with commas; all), {@code .rounds} (5), {@code .seconds} (4, of
 * each load on each contender), {@code .warmup} (30, seconds for each contender), {@code .profile} (letters of scenarios whose JVMs
 * leave a recording of JFR in {@code target/bench}), {@code .without} (ids of rules that the guard has off), {@code .before} (another
 * build of the jar, which runs beside this one, and is not written into a page: what a change has done); and {@code smtpguard.update}
 * (writes what was measured into {@code docs/development/benchmarks.md}, of another James than the build's into a page of its own).
 */
public final class Benchmark {
    private static final double RAMP_SECONDS = 1;
    private static final int GRACE_SECONDS = 10;
    /** A load at an even pace asks for so much of what the slowest did at its fastest. */
    private static final double PACE = 0.5;

    private final PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final List<String> only = letters("only");
    private final List<String> loads = letters("loads");
    private final List<String> profiled = letters("profile");
    private final int rounds = Integer.parseInt(property("rounds", "5"));
    private final double seconds = Double.parseDouble(property("seconds", "4"));
    private final double warmUpSeconds = Double.parseDouble(property("warmup", "30"));
    private final Path recordings = Path.of(property("recordings", "target/bench")).toAbsolutePath();

    private Benchmark() {
    }

    public static void main(String[] arguments) throws Exception {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
        new Benchmark().run();
        System.exit(0);
    }

    private static String property(String name, String byDefault) {
        String value = System.getProperty("smtpguard.bench." + name, "");
        return value.isEmpty() ? byDefault : value;
    }

    private static List<String> letters(String name) {
        return Arrays.asList(property(name, "").split(","));
    }

    private void run() throws Exception {
        Machine machine = Machine.here();
        console.println(machine);
        long start = System.nanoTime();
        for (Supplier<Scenario> maker : Scenarios.all()) {
            Scenario scenario = maker.get();
            if (only.contains("") || only.contains(scenario.id())) {
                Noise noise = Noise.listen();
                Outcome outcome = measure(scenario);
                String length = String.format(Locale.ROOT, "%d rounds of %.0f s, after a warm-up of %.0f s", rounds, seconds,
                    warmUpSeconds);
                console.println(new Report(scenario, outcome, machine, noise, length).text());
                if (Boolean.getBoolean("smtpguard.update")) {
                    new Report(scenario.published(), outcome, machine, noise, length).write();
                }
            }
        }
        console.printf(Locale.ROOT, "%d minutes%n", TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - start));
    }

    private Outcome measure(Scenario scenario) throws Exception {
        Outcome outcome = new Outcome();
        List<Server> started = new ArrayList<>();
        try (Clients clients = new Clients()) {
            for (Server server : scenario.servers()) {
                server.start();
                started.add(server);
            }
            for (Contender contender : scenario.contenders()) {
                run(clients, scenario, contender, scenario.warmUp(), 0, warmUpSeconds);
            }
            for (Server server : scenario.servers()) {
                startRecording(scenario, server);
            }
            for (Load load : scenario.loads()) {
                if (!loads.contains("") && !loads.contains(load.id())) {
                    continue;
                }
                double pace = load.pacedBy().map(other -> PACE * outcome.slowest(other)).orElse(0.0);
                List<Contender> order = new ArrayList<>(scenario.contenders());
                for (int round = 1; round <= rounds; round++) {
                    for (Contender contender : order) {
                        Map<Measure, Double> figures = run(clients, scenario, contender, load, pace, seconds);
                        outcome.of(load.id(), contender.name()).add(figures);
                        console.printf(Locale.ROOT, "%s, %s, round %d, %s: %s%n", scenario.id(), load.id(), round, contender.name(),
                            figures);
                    }
                    // A B, then B A: a drift of the machine favours neither.
                    Collections.reverse(order);
                }
            }
            endRecording(scenario);
        } finally {
            started.forEach(Server::close);
        }
        return outcome;
    }

    private Map<Measure, Double> run(Clients clients, Scenario scenario, Contender contender, Load load, double pace, double time)
        throws IOException {
        ObjectNode job = load.job(contender.port(), pace)
            .put("rampSeconds", RAMP_SECONDS).put("seconds", time).put("graceSeconds", GRACE_SECONDS);
        List<ProcessHandle> processes = contender.server().processes();
        double heapBefore = load.isHeld() ? Heap.octets(processes.get(0)) : Double.NaN;
        // Of the server and of the clients, at the beginning and at the end; the heap at the end.
        double[] seen = new double[5];
        JsonNode result = clients.run(job, () -> {
            seen[0] = Cpu.micros(processes);
            seen[1] = clients.cpu();
        }, () -> {
            seen[2] = Cpu.micros(processes);
            seen[3] = clients.cpu();
            seen[4] = load.isHeld() ? Heap.octets(processes.get(0)) : Double.NaN;
        });
        Map<Measure, Double> figures = figures(result);
        if (load.isHeld()) {
            figures.put(Measure.HEAP, (seen[4] - heapBefore) / result.path("crowds").path(0).path("connections").asInt());
        } else {
            double units = result.path("crowds").path(0).path("units").asDouble();
            figures.put(Measure.PER_SECOND, units / time);
            figures.put(Measure.CPU, (seen[2] - seen[0]) / units);
            figures.put(Measure.CLIENT, (seen[3] - seen[1]) / TimeUnit.SECONDS.toMicros(1) / time);
        }
        if (figures.get(Measure.UNANSWERED) > 0) {
            // It would go on to work for those who have gone, and the next load would pay for it.
            contender.server().close();
            contender.server().start();
            startRecording(scenario, contender.server());
        }
        return figures;
    }

    /** Of the first crowd, and of the bystanders if they are the second. */
    private static Map<Measure, Double> figures(JsonNode result) {
        Map<Measure, Double> figures = new EnumMap<>(Measure.class);
        JsonNode counted = result.path("crowds").path(0);
        JsonNode others = result.path("crowds").path(1);
        if (!result.path("hold").asBoolean()) {
            figures.put(Measure.P50, counted.path("p50").asDouble());
            figures.put(Measure.P99, counted.path("p99").asDouble());
            figures.put(Measure.MAX, counted.path("max").asDouble());
        }
        if ("noop".equals(others.path("script").asText())) {
            figures.put(Measure.NOOP_P50, others.path("p50").asDouble());
            figures.put(Measure.NOOP_P99, others.path("p99").asDouble());
            figures.put(Measure.NOOP_MAX, others.path("max").asDouble());
        }
        double errors = 0;
        double unanswered = 0;
        for (JsonNode crowd : result.path("crowds")) {
            for (JsonNode count : crowd.path("errors")) {
                errors += count.asDouble();
            }
            unanswered += crowd.path("unanswered").asDouble();
        }
        figures.put(Measure.ERRORS, errors);
        figures.put(Measure.UNANSWERED, unanswered);
        return figures;
    }

    private void startRecording(Scenario scenario, Server server) throws IOException {
        if (profiled.contains(scenario.id()) && server.isJvm()) {
            Files.createDirectories(recordings);
            Java.jcmd(server.processes().get(0), "JFR.start", "name=bench", "settings=profile");
        }
    }

    private void endRecording(Scenario scenario) throws IOException {
        for (Contender contender : scenario.contenders()) {
            if (profiled.contains(scenario.id()) && contender.server().isJvm()) {
                Path file = recordings.resolve(scenario.id() + "-" + contender.name().replaceAll("[^A-Za-z0-9]+", "-") + ".jfr");
                console.println(Java.jcmd(contender.server().processes().get(0), "JFR.dump", "name=bench", "filename=" + file));
            }
        }
    }
}
