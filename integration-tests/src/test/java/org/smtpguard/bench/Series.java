package org.smtpguard.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What the rounds of one load on one contender gave. */
final class Series {
    private final List<Map<Measure, Double>> rounds = new ArrayList<>();

    void add(Map<Measure, Double> round) {
        rounds.add(new EnumMap<>(round));
    }

    /** Whether there is any. */
    boolean has(Measure measure) {
        return values(measure).anyMatch(value -> !Double.isNaN(value));
    }

    double median(Measure measure) {
        return Spread.of(values(measure)).median;
    }

    /** The rounds of each side that were run in turn, divided pair by pair. */
    Spread ratio(Measure measure, Series other) {
        return Spread.of(IntStream.range(0, Math.min(rounds.size(), other.rounds.size()))
            .mapToDouble(i -> value(i, measure) / other.value(i, measure)));
    }

    Spread spread(Measure measure) {
        return Spread.of(values(measure));
    }

    double sum(Measure measure) {
        return values(measure).filter(value -> !Double.isNaN(value)).sum();
    }

    private DoubleStream values(Measure measure) {
        return IntStream.range(0, rounds.size()).mapToDouble(i -> value(i, measure));
    }

    private double value(int round, Measure measure) {
        return rounds.get(round).getOrDefault(measure, Double.NaN);
    }

    /** Median, least and most. */
    static final class Spread {
        final double median;
        final double least;
        final double most;

        private Spread(double median, double least, double most) {
            this.median = median;
            this.least = least;
            this.most = most;
        }

        static Spread of(DoubleStream values) {
            double[] sorted = values.filter(value -> !Double.isNaN(value)).sorted().toArray();
            return sorted.length == 0 ? new Spread(Double.NaN, Double.NaN, Double.NaN)
                : new Spread((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2, sorted[0], sorted[sorted.length - 1]);
        }

        @Override
        public String toString() {
            return Double.isNaN(median) ? "–" : String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median, least, most);
        }
    }
}
