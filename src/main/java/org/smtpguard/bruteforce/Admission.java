package org.smtpguard.bruteforce;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether a log-in attempt may be made. One that may be has to be ended by exactly one of {@link #failed}, {@link #succeeded} and
 * {@link #withdrawn}; the first call counts. For any thread.
 */
public final class Admission {
    /** What may be done. */
    public enum Kind {
        /** The attempt may be made. */
        ALLOWED,
        /** The attempt is refused. */
        BLOCKED,
        /** There is no place for it now: too many others from the same network, or of the same user, are being checked. */
        OVERLOADED
    }

    private final Kind kind;
    private final Optional<Block> block;
    private final Attempt attempt;
    private final AtomicBoolean isEnded = new AtomicBoolean();

    private Admission(Kind kind, Optional<Block> block, Attempt attempt) {
        this.kind = kind;
        this.block = block;
        this.attempt = attempt;
    }

    static Admission allowed(Attempt attempt) {
        return new Admission(Kind.ALLOWED, Optional.empty(), attempt);
    }

    static Admission blocked(Block block) {
        return new Admission(Kind.BLOCKED, Optional.of(block), Attempt.UNCOUNTED);
    }

    static Admission overloaded() {
        return new Admission(Kind.OVERLOADED, Optional.empty(), Attempt.UNCOUNTED);
    }

    /** An attempt that is not counted. */
    public static Admission free() {
        return allowed(Attempt.UNCOUNTED);
    }

    public Kind kind() {
        return kind;
    }

    /** Why it is refused. */
    public Optional<Block> block() {
        return block;
    }

    /**
     * A backend has definitely said no.
     *
     * @param password what tells passwords apart, such as a keyed hash; empty if it is not known, and each failure counts
     */
    public void failed(Optional<byte[]> password) {
        if (isEnded.compareAndSet(false, true)) {
            attempt.failed(password);
        }
    }

    /** The password is the user's. */
    public void succeeded() {
        if (isEnded.compareAndSet(false, true)) {
            attempt.succeeded();
        }
    }

    /** Nothing is known of the password: no backend has judged it. */
    public void withdrawn() {
        if (isEnded.compareAndSet(false, true)) {
            attempt.withdrawn();
        }
    }

    /** What becomes of the attempt. */
    interface Attempt {
        Attempt UNCOUNTED = new Attempt() {
            @Override
            public void failed(Optional<byte[]> password) {
                // Not counted.
            }

            @Override
            public void succeeded() {
                // Not counted.
            }

            @Override
            public void withdrawn() {
                // Not counted.
            }
        };

        void failed(Optional<byte[]> password);

        void succeeded();

        void withdrawn();
    }
}
