package org.smtpguard.bench;

import java.util.Arrays;
import java.util.List;

/** What one load on one server showed. */
final class Round {
    private final double authPerSecond;
    private final double[] noopMillis;

    /** @param noopMillis in ascending order */
    Round(double authPerSecond, double[] noopMillis) {
        this.authPerSecond = authPerSecond;
        this.noopMillis = noopMillis;
    }

    double authPerSecond() {
        return authPerSecond;
    }

    double noop(double quantile) {
        return noopMillis[(int) Math.min(noopMillis.length - 1, Math.floor(quantile * noopMillis.length))];
    }

    static double median(List<Round> rounds, Figure figure) {
        double[] values = rounds.stream().mapToDouble(figure::of).sorted().toArray();
        return values[values.length / 2];
    }

    static double max(List<Round> rounds, Figure figure) {
        return Arrays.stream(rounds.stream().mapToDouble(figure::of).toArray()).max().orElseThrow();
    }

    interface Figure {
        double of(Round round);
    }
}
