package org.smtpguard.bruteforce;

import java.util.Optional;

/**
 * What a {@link GuessLimiter} has to know after a restart, and what the other servers of a cluster have to know: lines of text, which begin
 * with their time in milliseconds and a space. Implementations are thread-safe and bounded in memory and in storage.
 */
public interface EventLog extends AutoCloseable {
    /** More than a line needs, and less than a number can have. */
    int TIME_DIGITS = 18;

    /** Keeps nothing. */
    EventLog NONE = new EventLog() {
        @Override
        public void open(Follower follower) {
            // There is nothing to tell.
        }

        @Override
        public void append(String line, boolean isLasting) {
            // Not kept.
        }

        @Override
        public Optional<String> problem() {
            return Optional.empty();
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    /**
     * Tells what was appended before, in order of time, and from then on what other servers append. Called once, at startup; waits some
     * seconds at most.
     */
    void open(Follower follower);

    /**
     * Returns immediately; the line is stored later, on another thread, or lost if the storage is gone for long.
     *
     * @param isLasting whether the line is kept as long as known networks are, and not only as long as failures are counted. Only users
     *     with a right password, and operators, cause lasting lines.
     */
    void append(String line, boolean isLasting);

    /** Why lines are not stored or shared at the moment, for the operator; empty if all is well. */
    Optional<String> problem();

    @Override
    void close();

    /** When a line was written, in milliseconds since 1970; 0 if it does not say. */
    static long time(String line) {
        int length = 0;
        while (length < line.length() && length < TIME_DIGITS && line.charAt(length) >= '0' && line.charAt(length) <= '9') {
            length++;
        }
        return length == 0 ? 0 : Long.parseLong(line.substring(0, length));
    }

    /** Told of lines that were appended elsewhere, or before. Called on a thread of the log, or within {@link #open}. */
    interface Follower {
        /** @param isReplay whether the line was appended before this server started, or while it was not connected */
        void appended(String line, boolean isReplay);
    }
}
