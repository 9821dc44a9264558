package org.smtpguard.sequence;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The refused recipients of the open transaction: the first {@value #KEPT}, and the number of all. Immutable. The cost of adding one is
 * bounded, since the client decides how many there are.
 */
public final class RefusedRecipients {
    /** The number of recipients that a server must accept in a transaction (RFC 5321 §4.5.3.1.8). */
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

    /** These, and another one. */
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

    /** The number of refused recipients, whether kept or not. */
    public int size() {
        return size;
    }

    /** The recipients that are kept, in the order of the refusals. */
    public Stream<RefusedRecipient> stream() {
        return first.stream();
    }

    @Override
    public String toString() {
        return first + (size > first.size() ? " and " + (size - first.size()) + " more" : "");
    }
}
