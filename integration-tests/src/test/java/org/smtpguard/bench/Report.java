package org.smtpguard.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What a scenario gave, as it stands on the page. */
final class Report {
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

    Report(Scenario scenario, Outcome outcome, Machine machine, int rounds, double seconds) {
        this.scenario = scenario;
        this.outcome = outcome;
        this.head = String.format(Locale.ROOT, "%s Medians of %d rounds of %.0f s.", machine, rounds, seconds);
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("### (" + scenario.id() + ") " + scenario.title());
        lines.add("");
        lines.add(scenario.text());
        lines.add("");
        lines.add("![(" + scenario.id() + ") " + scenario.title() + "](benchmarks/" + scenario.id() + ".svg)");
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

    /** Into the page, in place of what stands there of this scenario, with its chart beside it. */
    void write() throws IOException {
        Path docs = Machine.project().resolve("docs/development");
        Path page = docs.resolve("benchmarks.md");
        Matcher place = Pattern.compile("(?s)(<!-- bench:" + scenario.id() + " -->\n).*?(<!-- /bench:" + scenario.id() + " -->)")
            .matcher(Files.readString(page, StandardCharsets.UTF_8));
        if (!place.find()) {
            throw new IllegalStateException(page + " has no place for scenario " + scenario.id());
        }
        Files.writeString(page, place.replaceFirst("$1" + Matcher.quoteReplacement(text()) + "$2"), StandardCharsets.UTF_8);
        Files.writeString(Files.createDirectories(docs.resolve("benchmarks")).resolve(scenario.id() + ".svg"),
            new Chart(scenario, outcome).svg(), StandardCharsets.UTF_8);
    }
}
