package org.smtpguard.bench;

import java.util.Locale;
import java.util.function.Function;

/** What a scenario must show. */
final class Target {
    private final String text;
    private final Function<Outcome, Double> measured;
    private final Function<Outcome, Double> bound;
    private final boolean isLeast;

    private Target(String text, Function<Outcome, Double> measured, Function<Outcome, Double> bound, boolean isLeast) {
        this.text = text;
        this.measured = measured;
        this.bound = bound;
        this.isLeast = isLeast;
    }

    static Target atLeast(String text, Function<Outcome, Double> measured, Function<Outcome, Double> bound) {
        return new Target(text, measured, bound, true);
    }

    static Target atLeast(String text, double bound, Function<Outcome, Double> measured) {
        return atLeast(text, measured, outcome -> bound);
    }

    static Target atMost(String text, double bound, Function<Outcome, Double> measured) {
        return new Target(text, measured, outcome -> bound, false);
    }

    String text() {
        return text;
    }

    String limit(Outcome outcome) {
        return (isLeast ? "≥ " : "≤ ") + number(bound.apply(outcome));
    }

    String measured(Outcome outcome) {
        return number(measured.apply(outcome));
    }

    /** Whether what was measured is enough. */
    String verdict(Outcome outcome) {
        double value = measured.apply(outcome);
        double limit = bound.apply(outcome);
        boolean isMet = isLeast ? value >= limit : value <= limit;
        return Double.isNaN(value) || Double.isNaN(limit) ? "not measured" : isMet ? "met" : "**missed**";
    }

    /** A row of a table: the target, its bound, what was measured, whether that is enough. */
    String row(Outcome outcome) {
        return "| " + text + " | " + limit(outcome) + " | " + measured(outcome) + " | " + verdict(outcome) + " |";
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.2f" : "%,.0f", value);
    }
}
