package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.head;
import static org.smtpguard.page.Parts.rowOf;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.transcript.ViolationCount;

/** A bar chart of counts by rule over time: a bar for each step, a colour for each of the most frequent rules. */
final class TimeChart {
    private static final int COLOURS = 5;
    private static final int HEIGHT = 100;
    private static final int STEP_WIDTH = 10;
    private static final int BAR_WIDTH = 8;
    private static final String OTHERS = "others";

    private final Map<Instant, List<ViolationCount>> steps;
    private final Duration step;
    private final Times times;
    private final ToLongFunction<ViolationCount> number;
    private final Map<String, Integer> colours = new LinkedHashMap<>();
    private final Map<String, Long> sums;

    /** @param number the part of a count that is shown */
    TimeChart(Map<Instant, List<ViolationCount>> steps, Duration step, Times times, ToLongFunction<ViolationCount> number) {
        this.steps = steps;
        this.step = step;
        this.times = times;
        this.number = number;
        this.sums = steps.values().stream().flatMap(List::stream)
            .collect(Collectors.groupingBy(TimeChart::key, Collectors.summingLong(number)));
        sums.entrySet().stream().filter(sum -> sum.getValue() > 0)
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
            .limit(COLOURS).forEach(sum -> colours.put(sum.getKey(), colours.size()));
    }

    Element draw() {
        long top = niceTop(steps.values().stream().mapToLong(this::sum).max().orElse(0));
        Element bars = el("svg",
            el("title", "Counts by rule over time; the table below has the numbers"),
            el("path").at("d", "M0 0.5H" + width() + "M0 50H" + width()).css("grid"))
            .at("viewBox", "0 0 " + width() + " " + HEIGHT).at("preserveAspectRatio", "none").at("role", "img").css("bars");
        int x = 0;
        for (Map.Entry<Instant, List<ViolationCount>> at : steps.entrySet()) {
            bars.add(bar(at.getKey(), at.getValue(), x, top));
            x += STEP_WIDTH;
        }
        return el("figure",
            el("div",
                el("div", el("span", top), el("span", top % 2 == 0 ? String.valueOf(top / 2) : ""), el("span", 0)).css("ticks"),
                el("div", bars, el("div", marks()).css("hours")).css("plot")).css("chart").at("aria-hidden", "true"),
            el("figcaption", legend()),
            table());
    }

    private int width() {
        return Math.max(1, steps.size()) * STEP_WIDTH;
    }

    private Element bar(Instant begin, List<ViolationCount> counts, int x, long top) {
        Element bar = el("g", el("title", span(begin) + ": " + words(counts)),
            el("rect").at("x", x).at("y", 0).at("width", STEP_WIDTH).at("height", HEIGHT).css("hit"));
        Map<Integer, Long> byColour = new HashMap<>();
        counts.forEach(count -> byColour.merge(colours.getOrDefault(key(count), COLOURS), number.applyAsLong(count), Long::sum));
        long below = 0;
        for (int colour = 0; colour <= COLOURS; colour++) {
            long amount = byColour.getOrDefault(colour, 0L);
            if (amount > 0) {
                double end = HEIGHT - (double) HEIGHT * (below + amount) / top;
                double height = (double) HEIGHT * amount / top;
                bar.add(el("rect").at("x", x + (STEP_WIDTH - BAR_WIDTH) / 2).at("y", decimal(end)).at("width", BAR_WIDTH)
                    .at("height", decimal(height)).css("s" + colour));
                below += amount;
            }
        }
        return bar;
    }

    private List<Element> marks() {
        List<Instant> begins = new ArrayList<>(steps.keySet());
        return begins.isEmpty() ? List.of() : Stream.of(0, begins.size() / 4, begins.size() / 2, begins.size() * 3 / 4, begins.size() - 1)
            .distinct().map(i -> el("span", times.minute(begins.get(i)))).collect(Collectors.toList());
    }

    private Element legend() {
        if (colours.isEmpty()) {
            return el("p", "None in this period.").css("muted");
        }
        Element list = el("ul").css("legend");
        colours.forEach((rule, colour) -> list.add(el("li", el("span").css("swatch s" + colour).at("aria-hidden", "true"),
            el("a", rule).at("href", Place.DIAGNOSES.href(rule)), " ", el("b", sums.get(rule)))));
        long others = sums.entrySet().stream().filter(sum -> !colours.containsKey(sum.getKey())).mapToLong(Map.Entry::getValue).sum();
        if (others > 0) {
            list.add(el("li", el("span").css("swatch s" + COLOURS).at("aria-hidden", "true"), OTHERS, " ", el("b", others)));
        }
        return list;
    }

    private Element table() {
        Element body = el("tbody");
        steps.forEach((begin, counts) -> {
            if (sum(counts) > 0) {
                body.add(el("tr", rowOf(span(begin)), el("td", words(counts))));
            }
        });
        return el("details", el("summary", "As a table"), el("table", head(column("time"),
            column("counts")), body));
    }

    private String words(List<ViolationCount> counts) {
        String words = counts.stream().filter(count -> number.applyAsLong(count) > 0)
            .map(count -> number.applyAsLong(count) + " " + key(count)).collect(Collectors.joining(", "));
        return words.isEmpty() ? "none" : words;
    }

    private String span(Instant begin) {
        return times.minute(begin) + " to " + times.minute(begin.plus(step));
    }

    private long sum(List<ViolationCount> counts) {
        return counts.stream().mapToLong(number).sum();
    }

    private static String key(ViolationCount count) {
        return count.key().orElse(OTHERS);
    }

    private static String decimal(double value) {
        return String.valueOf(Math.round(value * 100) / 100.0);
    }

    /** The smallest of 2, 4, 6, 8, 10, 20, 40 and so on that is at least {@code max}. */
    static long niceTop(long max) {
        long power = 1;
        while (true) {
            for (long factor : new long[] {2, 4, 6, 8, 10}) {
                if (factor * power >= max) {
                    return factor * power;
                }
            }
            power *= 10;
        }
    }
}
