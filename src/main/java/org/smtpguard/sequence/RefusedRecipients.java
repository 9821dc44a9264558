package org.smtpguard.sequence;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The recipients of the open transaction that the server refused: the first {@value #KEPT} themselves, of all others their number.
 * Immutable. One more costs the same however many there are: a client decides how many it asks for.
 */
public final class RefusedRecipients {
    /** More than any reply can show, and as many as a server has to take in one transaction (RFC 5321 §4.5.3.1.8). */
    public static final int KEPT = 100;

    private static final RefusedRecipients NONE = new RefusedRecipients(List.of(), 0);

    private final List<RefusedRecipient> first;
    private final int size;

    private RefusedRecipients(List<RefusedRecipient> first, int size) {
        this.first = first;
        this.size = size;
    }

    public static RefusedRecipients none() {
        return NONE;
    }

    public static RefusedRecipients of(List<RefusedRecipient> recipients) {
        return new RefusedRecipients(List.copyOf(recipients.subList(0, Math.min(recipients.size(), KEPT))), recipients.size());
    }

    /** These and one more. */
    public RefusedRecipients and(RefusedRecipient recipient) {
        if (size >= KEPT) {
            return new RefusedRecipients(first, size + 1);
        }
        List<RefusedRecipient> more = new ArrayList<>(first);
        more.add(recipient);
        return new RefusedRecipients(List.copyOf(more), size + 1);
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** How many were refused, kept or not. */
    public int size() {
        return size;
    }

    /** Those that are kept, in the order in which they were refused. */
    public Stream<RefusedRecipient> stream() {
        return first.stream();
    }

    @Override
    public String toString() {
        return first + (size > first.size() ? " and " + (size - first.size()) + " more" : "");
    }
}
