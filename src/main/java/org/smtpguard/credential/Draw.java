package org.smtpguard.credential;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Assigns each name one of several items, always the same one, with the frequencies that the items have among the users. Unknown names
 * thus look like further users. The assignment depends on a secret key. Immutable.
 */
public final class Draw<T> {
    /** Ordered, so that adding or removing a user changes the items of few names. */
    private final SortedMap<String, Lot<T>> lots = new TreeMap<>();
    private final byte[] key;
    private final long users;

    /**
     * @param things the item of each user; at least one
     * @param label identifies equal items
     * @param key the secret key
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

    /** The item of a name. */
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

    /** A pseudorandom number for the name, from 0 (inclusive) to 1 (exclusive). */
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
