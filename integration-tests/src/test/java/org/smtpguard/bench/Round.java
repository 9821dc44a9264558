package org.smtpguard.bench;

import java.util.List;

/** What one load on one server showed. */
final class Round {
    private final double authPerSecond;
    private final double[] loginMillis;
    private final double[] noopMillis;
    private final long otherReplies;
    private final long unanswered;

    /**
     * @param loginMillis from the connection to the reply to AUTH, in ascending order
     * @param noopMillis in ascending order
     * @param otherReplies to AUTH, than 235
     * @param unanswered log-ins that were begun and got no reply to AUTH at all
     */
    Round(double authPerSecond, double[] loginMillis, double[] noopMillis, long otherReplies, long unanswered) {
        this.authPerSecond = authPerSecond;
        this.loginMillis = loginMillis;
        this.noopMillis = noopMillis;
        this.otherReplies = otherReplies;
        this.unanswered = unanswered;
    }

    double authPerSecond() {
        return authPerSecond;
    }

    double login(double quantile) {
        return quantile(loginMillis, quantile);
    }

    double noop(double quantile) {
        return quantile(noopMillis, quantile);
    }

    long otherReplies() {
        return otherReplies;
    }

    long unanswered() {
        return unanswered;
    }

    static double median(List<Round> rounds, Figure figure) {
        double[] values = rounds.stream().mapToDouble(figure::of).sorted().toArray();
        return values[values.length / 2];
    }

    static double max(List<Round> rounds, Figure figure) {
        return rounds.stream().mapToDouble(figure::of).max().orElseThrow();
    }

    private static double quantile(double[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
    }

    interface Figure {
        double of(Round round);
    }
}
