package org.smtpguard.credential;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The {@linkplain KeyShape shapes} of a backend's SCRAM keys of one scheme, with the number of users of each. The challenge for an
 * unknown user has to look like most of them. Immutable.
 */
public final class KeyCensus {
    private static final KeyCensus UNCOUNTED = new KeyCensus(Map.of(), false);

    private final Map<KeyShape, Long> shapes;
    private final boolean complete;

    private KeyCensus(Map<KeyShape, Long> shapes, boolean complete) {
        this.shapes = Map.copyOf(shapes);
        this.complete = complete;
    }

    /** For a backend that cannot count its keys: there may be some. */
    public static KeyCensus uncounted() {
        return UNCOUNTED;
    }

    /** @param shapes the shapes of all keys, with the number of users of each */
    public static KeyCensus counted(Map<KeyShape, Long> shapes) {
        return new KeyCensus(shapes, true);
    }

    /** @param shapes the shapes of some of the keys; there may be more */
    public static KeyCensus sampled(Map<KeyShape, Long> shapes) {
        return new KeyCensus(shapes, false);
    }

    /** The sum of both. */
    public KeyCensus and(KeyCensus other) {
        Map<KeyShape, Long> sum = new HashMap<>(shapes);
        other.shapes.forEach((shape, users) -> sum.merge(shape, users, Long::sum));
        return new KeyCensus(sum, complete && other.complete);
    }

    /** Whether certainly no user has keys. */
    public boolean isEmpty() {
        return complete && shapes.isEmpty();
    }

    /**
     * The most frequent iteration count, with the most frequent salt length among those; the higher one of two that are equally frequent.
     * Empty if no keys are known.
     */
    public Optional<KeyShape> typical() {
        Map<Integer, Long> byIterations = shapes.entrySet().stream()
            .collect(Collectors.groupingBy(shape -> shape.getKey().iterations(), Collectors.summingLong(Map.Entry::getValue)));
        Comparator<Map.Entry<Integer, Long>> moreUsers = Map.Entry.comparingByValue();
        return byIterations.entrySet().stream().max(moreUsers.thenComparing(Map.Entry.comparingByKey())).map(Map.Entry::getKey)
            .flatMap(this::typicalOf);
    }

    private Optional<KeyShape> typicalOf(int iterations) {
        Comparator<Map.Entry<KeyShape, Long>> moreUsers = Map.Entry.comparingByValue();
        return shapes.entrySet().stream().filter(shape -> shape.getKey().iterations() == iterations)
            .max(moreUsers.thenComparing(shape -> shape.getKey().saltOctets())).map(Map.Entry::getKey);
    }

    @Override
    public String toString() {
        return shapes + (complete ? "" : " and perhaps more");
    }
}
