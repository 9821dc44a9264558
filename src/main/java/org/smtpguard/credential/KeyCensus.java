package org.smtpguard.credential;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How the SCRAM keys of one scheme look that a backend holds, counted over its users: what an unknown user is told has to look like
 * most of them. Immutable.
 */
public final class KeyCensus {
    private static final KeyCensus UNCOUNTED = new KeyCensus(Map.of(), false);

    private final Map<KeyShape, Long> shapes;
    private final boolean complete;

    private KeyCensus(Map<KeyShape, Long> shapes, boolean complete) {
        this.shapes = Map.copyOf(shapes);
        this.complete = complete;
    }

    /** Of a backend that cannot count its users: there may be keys. */
    public static KeyCensus uncounted() {
        return UNCOUNTED;
    }

    /** @param shapes of all keys that there are, with the number of users that have such keys */
    public static KeyCensus counted(Map<KeyShape, Long> shapes) {
        return new KeyCensus(shapes, true);
    }

    /** @param shapes of some of the keys; there may be more */
    public static KeyCensus sampled(Map<KeyShape, Long> shapes) {
        return new KeyCensus(shapes, false);
    }

    /** Both together. */
    public KeyCensus and(KeyCensus other) {
        Map<KeyShape, Long> sum = new HashMap<>(shapes);
        other.shapes.forEach((shape, users) -> sum.merge(shape, users, Long::sum));
        return new KeyCensus(sum, complete && other.complete);
    }

    /** Whether it is certain that no user has keys. */
    public boolean isEmpty() {
        return complete && shapes.isEmpty();
    }

    /**
     * The iteration count that most keys have, with the salt length that most of those have; of two that are equally frequent, the
     * higher one. Empty if no keys are known.
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
