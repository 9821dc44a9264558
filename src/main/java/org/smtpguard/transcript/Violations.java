package org.smtpguard.transcript;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;

/**
 * Counts the violations of rules in the last 24 hours per minute: by rule, by verb and by client. Memory is bounded: each minute has the
 * {@value #CLIENTS} clients with the most violations; the remaining ones are counted together.
 *
 * <p>Threads: any. The monitor is held for a few additions, or for one report.
 */
public final class Violations {
    /** How long counts are kept. */
    public static final Duration KEPT = Duration.ofHours(24);
    /** The maximum number of clients per minute. */
    static final int CLIENTS = 32;
    /** The key of the remaining clients. */
    static final String OTHERS = "others";

    private static final Duration STEP = Duration.ofMinutes(1);
    private static final int STEPS = (int) (KEPT.toMinutes() / STEP.toMinutes());
    private static final DiagnosisId[] RULES = DiagnosisId.values();
    private static final Verb[] VERBS = Verb.values();

    private final Clock clock;
    private final Minute[] minutes = new Minute[STEPS];

    public Violations(Clock clock) {
        this.clock = clock;
    }

    /**
     * Counts a violation.
     *
     * @param client the client's IP address, as text
     * @param isObserved whether the rule is in mode observe, so that the command was not refused
     */
    public synchronized void count(DiagnosisId rule, Verb verb, String client, boolean isObserved) {
        long number = number(clock.instant());
        int slot = (int) (number % STEPS);
        if (minutes[slot] == null || minutes[slot].number != number) {
            minutes[slot] = new Minute(number);
        }
        minutes[slot].count(rule, verb, client, isObserved);
    }

    /** The counts since then, most frequent first; the sum of the remaining clients is last. */
    public synchronized List<ViolationCount> since(Instant since, ViolationCount.By by) {
        Map<String, long[]> sums = new HashMap<>();
        minutesSince(since).forEach(minute -> minute.addTo(sums, by));
        Optional<long[]> others = Optional.ofNullable(sums.remove(OTHERS));
        List<ViolationCount> counts = new ArrayList<>();
        sums.forEach((key, sum) -> counts.add(new ViolationCount(Optional.of(key), sum[0], sum[1])));
        counts.sort(Comparator.comparing(ViolationCount::total).reversed().thenComparing(count -> count.key().orElse("")));
        others.ifPresent(sum -> counts.add(new ViolationCount(Optional.empty(), sum[0], sum[1])));
        return counts;
    }

    /**
     * The counts by rule over time: for each step since then, oldest first, including steps without violations.
     *
     * @param step the length of a step: whole minutes, at least one
     * @throws IllegalArgumentException if the step is not in whole minutes
     */
    public synchronized Map<Instant, List<ViolationCount>> over(Instant since, Duration step) {
        if (step.toMinutes() < 1 || step.toSecondsPart() > 0) {
            throw new IllegalArgumentException("Not whole minutes: " + step);
        }
        long width = step.toMinutes();
        Map<Long, Map<String, long[]>> sums = new TreeMap<>();
        long last = number(clock.instant()) / width;
        for (long at = oldest(since) / width; at <= last; at++) {
            sums.put(at, new TreeMap<>());
        }
        minutesSince(since).forEach(minute -> minute.addTo(sums.get(minute.number / width), ViolationCount.By.RULE));
        Map<Instant, List<ViolationCount>> steps = new TreeMap<>();
        sums.forEach((at, counts) -> {
            List<ViolationCount> list = new ArrayList<>();
            counts.forEach((key, sum) -> list.add(new ViolationCount(Optional.of(key), sum[0], sum[1])));
            steps.put(Instant.EPOCH.plus(STEP.multipliedBy(at * width)), list);
        });
        return steps;
    }

    private List<Minute> minutesSince(Instant since) {
        long oldest = oldest(since);
        List<Minute> wanted = new ArrayList<>();
        for (Minute minute : minutes) {
            if (minute != null && minute.number >= oldest) {
                wanted.add(minute);
            }
        }
        return wanted;
    }

    private long oldest(Instant since) {
        return Math.max(number(since), number(clock.instant()) - STEPS + 1);
    }

    private static long number(Instant time) {
        return Math.floorDiv(time.getEpochSecond(), STEP.toSeconds());
    }

    /** The counts of a minute; each is a pair: refused, observed. */
    private static final class Minute {
        private final long number;
        private final int[][] rules = new int[RULES.length][];
        private final int[][] verbs = new int[VERBS.length][];
        private final Map<String, int[]> clients = new HashMap<>();
        private final int[] others = new int[2];

        private Minute(long number) {
            this.number = number;
        }

        void count(DiagnosisId rule, Verb verb, String client, boolean isObserved) {
            int which = isObserved ? 1 : 0;
            add(rules, rule.ordinal(), which);
            add(verbs, verb.ordinal(), which);
            if (clients.size() == CLIENTS && !clients.containsKey(client)) {
                joinOthers();
            }
            clients.computeIfAbsent(client, any -> new int[2])[which]++;
        }

        /** Moves the client with the fewest violations to the others; if it continues, it will be counted separately again. */
        private void joinOthers() {
            Map.Entry<String, int[]> fewest = clients.entrySet().stream()
                .min(Comparator.comparingInt(client -> client.getValue()[0] + client.getValue()[1])).orElseThrow();
            others[0] += fewest.getValue()[0];
            others[1] += fewest.getValue()[1];
            clients.remove(fewest.getKey());
        }

        private static void add(int[][] counts, int index, int which) {
            if (counts[index] == null) {
                counts[index] = new int[2];
            }
            counts[index][which]++;
        }

        void addTo(Map<String, long[]> sums, ViolationCount.By by) {
            switch (by) {
                case RULE:
                    addAll(sums, RULES, rules);
                    break;
                case VERB:
                    addAll(sums, VERBS, verbs);
                    break;
                default:
                    clients.forEach((client, counts) -> add(sums, client, counts));
                    if (others[0] + others[1] > 0) {
                        add(sums, OTHERS, others);
                    }
            }
        }

        private static void addAll(Map<String, long[]> sums, Object[] keys, int[][] counts) {
            for (int i = 0; i < keys.length; i++) {
                if (counts[i] != null) {
                    add(sums, keys[i].toString(), counts[i]);
                }
            }
        }

        private static void add(Map<String, long[]> sums, String key, int[] counts) {
            long[] sum = sums.computeIfAbsent(key, any -> new long[2]);
            sum[0] += counts[0];
            sum[1] += counts[1];
        }
    }
}
