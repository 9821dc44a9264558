package org.smtpguard.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a scenario gave: a series for each load on each contender. */
final class Outcome {
    private final Map<String, Map<String, Series>> series = new LinkedHashMap<>();

    Series of(String load, String contender) {
        return series.computeIfAbsent(load, id -> new LinkedHashMap<>()).computeIfAbsent(contender, name -> new Series());
    }

    /** The median of that measure. */
    double median(String load, String contender, Measure measure) {
        return of(load, contender).median(measure);
    }

    /** The median of the ratios of rounds that were run in turn. */
    double ratio(String load, String contender, String other, Measure measure) {
        return of(load, contender).ratio(measure, of(load, other)).median;
    }

    /** The least median of all contenders that did anything under that load; 1 if none did. */
    double slowest(String load) {
        return series.getOrDefault(load, Map.of()).values().stream().mapToDouble(rounds -> rounds.median(Measure.PER_SECOND))
            .filter(value -> value > 0).min().orElse(1);
    }

    /** How far equal rounds of contenders that go as fast as they can differ, as shares of their medians: of all contenders and loads. */
    Series.Spread differences(Scenario scenario) {
        return Series.Spread.of(scenario.loads().stream().filter(load -> !load.isPaced() && !load.isHeld())
            .flatMap(load -> series.getOrDefault(load.id(), Map.of()).values().stream())
            .map(rounds -> rounds.spread(Measure.PER_SECOND)).mapToDouble(spread -> (spread.most - spread.least) / spread.median));
    }
}
