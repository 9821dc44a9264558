package org.smtpguard.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.smtpguard.it.server.JamesHome;

/** What a scenario gave, as it stands on the page. */
final class Report {
    private static final String PAGE = "benchmarks.md";
    private static final String CHARTS = "benchmarks/";
    private static final Map<Measure, String> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put(Measure.PER_SECOND, "per second");
        COLUMNS.put(Measure.P50, "median, ms");
        COLUMNS.put(Measure.P99, "99 %, ms");
        COLUMNS.put(Measure.MAX, "slowest, ms");
        COLUMNS.put(Measure.CPU, "server's CPU, µs");
        COLUMNS.put(Measure.NOOP_P50, "NOOP: median, ms");
        COLUMNS.put(Measure.NOOP_P99, "99 %, ms");
        COLUMNS.put(Measure.NOOP_MAX, "slowest, ms");
        COLUMNS.put(Measure.HEAP, "heap, octets");
        COLUMNS.put(Measure.CLIENT, "clients' CPU");
        COLUMNS.put(Measure.ERRORS, "errors");
        COLUMNS.put(Measure.UNANSWERED, "unanswered");
    }

    private final Scenario scenario;
    private final Outcome outcome;
    private final String head;

    /** @param length rounds and times, as a part of a sentence */
    Report(Scenario scenario, Outcome outcome, Machine machine, Noise noise, String length) {
        this.scenario = scenario;
        this.outcome = outcome;
        this.head = machine + " Medians of " + length + "." + noise.text(scenario, outcome);
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("### (" + scenario.id() + ") " + scenario.title());
        lines.add("");
        lines.add(scenario.text());
        lines.add("");
        lines.add("![(" + scenario.id() + ") " + scenario.title() + "](" + CHARTS + chart() + ")");
        lines.add("");
        lines.addAll(figures());
        lines.add("");
        lines.add("| must show | limit | measured | |");
        lines.add("|---|---|---|---|");
        scenario.targets().forEach(target -> lines.add(target.row(outcome)));
        lines.add("");
        lines.add(head);
        return String.join("\n", lines) + "\n";
    }

    private List<String> figures() {
        List<Measure> measures = COLUMNS.keySet().stream().filter(this::isMeasured).collect(Collectors.toList());
        Measure compared = measures.contains(Measure.PER_SECOND) ? Measure.PER_SECOND : Measure.HEAP;
        String first = scenario.contenders().get(0).name();
        List<String> lines = new ArrayList<>();
        lines.add("| load | | " + measures.stream().map(COLUMNS::get).collect(Collectors.joining(" | ")) + " | of " + first + " |");
        lines.add("|---|---|" + "---|".repeat(measures.size()) + "---|");
        for (Load load : scenario.loads()) {
            for (Contender contender : scenario.contenders()) {
                Series series = outcome.of(load.id(), contender.name());
                if (measures.stream().noneMatch(series::has)) {
                    continue;
                }
                String ratio = contender.name().equals(first) ? "" : series.ratio(compared, outcome.of(load.id(), first)).toString();
                lines.add("| " + load.title() + " | " + contender.name() + " | " + measures.stream()
                    .map(measure -> measure.text(figure(series, measure))).collect(Collectors.joining(" | ")) + " | " + ratio + " |");
            }
        }
        return lines;
    }

    /** The slowest is the slowest of all rounds, and what went wrong is all that did. */
    private static double figure(Series series, Measure measure) {
        switch (measure) {
            case MAX:
            case NOOP_MAX:
                return series.spread(measure).most;
            case ERRORS:
            case UNANSWERED:
                return series.sum(measure);
            default:
                return series.median(measure);
        }
    }

    private boolean isMeasured(Measure measure) {
        return scenario.loads().stream().anyMatch(load -> scenario.contenders().stream()
            .anyMatch(contender -> outcome.of(load.id(), contender.name()).has(measure)));
    }

    /** Where the charts of this version of James are, below those of the build's. */
    private String chart() {
        return (JamesHome.current().isElsewhere() ? JamesHome.current().version() + "/" : "") + scenario.id() + ".svg";
    }

    /**
     * Into the page of this version of James, in place of what stands there of this scenario, with its chart beside it; and into the
     * table of all versions.
     */
    void write() throws IOException {
        JamesHome james = JamesHome.current();
        Path docs = Machine.project().resolve("docs/development");
        replace(docs.resolve(james.isElsewhere() ? "benchmarks-" + james.version() + ".md" : PAGE), scenario.id(), old -> text());
        replace(docs.resolve(PAGE), "versions",
            old -> "\n" + VersionTable.read(old).with(scenario, outcome, james.version()).text() + "\n");
        Path chart = docs.resolve(CHARTS + chart());
        Files.createDirectories(chart.getParent());
        Files.writeString(chart, new Chart(scenario, outcome).svg(), StandardCharsets.UTF_8);
    }

    private static void replace(Path page, String name, UnaryOperator<String> text) throws IOException {
        Matcher place = Pattern.compile("(?s)(<!-- bench:" + name + " -->\n)(.*?)(<!-- /bench:" + name + " -->)")
            .matcher(Files.readString(page, StandardCharsets.UTF_8));
        if (!place.find()) {
            throw new IllegalStateException(page + " has no place for " + name);
        }
        Files.writeString(page, place.replaceFirst("$1" + Matcher.quoteReplacement(text.apply(place.group(2))) + "$3"),
            StandardCharsets.UTF_8);
    }
}
