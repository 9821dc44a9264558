package org.smtpguard.credential;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Gives each name one of several things, always the same one, and each thing as often as it occurs among the users: unknown names
 * look like one more sample of the users. Who has not the key cannot tell which name gets what. Immutable.
 */
public final class Draw<T> {
    /** Ordered, so that a user more or less changes what few names get. */
    private final SortedMap<String, Lot<T>> lots = new TreeMap<>();
    private final byte[] key;
    private final long users;

    /**
     * @param things one for each user, at least one
     * @param label equal for things that are the same
     * @param key decides which name gets what
     */
    public Draw(Collection<T> things, Function<T, String> label, byte[] key) {
        if (things.isEmpty()) {
            throw new IllegalArgumentException("Nothing to draw from");
        }
        things.forEach(thing -> lots.merge(label.apply(thing), new Lot<>(thing, 1),
            (before, one) -> new Lot<>(before.thing, before.users + 1)));
        this.key = key.clone();
        this.users = things.size();
    }

    /** The name's. */
    public T of(String name) {
        long place = (long) (fraction(name) * users);
        for (Map.Entry<String, Lot<T>> lot : lots.entrySet()) {
            place -= lot.getValue().users;
            if (place < 0) {
                return lot.getValue().thing;
            }
        }
        return lots.get(lots.lastKey()).thing;
    }

    /** Of each name its own, from 0 to below 1. */
    private double fraction(String name) {
        return (ByteBuffer.wrap(InstallationSecret.hmac(key, name)).getLong() >>> 11) * 0x1.0p-53;
    }

    private static final class Lot<T> {
        private final T thing;
        private final long users;

        Lot(T thing, long users) {
            this.thing = thing;
            this.users = users;
        }
    }
}
