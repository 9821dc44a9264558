package org.smtpguard.transcript;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The transcripts of all ports, by reference, within a memory limit. If the limit is reached, the session that began, ended or returned
 * the longest time ago is evicted; an open session returns with its next line. A session without a refusal, whose reference was never
 * shown, is discarded when it ends; the others are kept for {@link #KEPT}.
 *
 * <p>Threads: any. The monitor is held briefly when a session begins, grows, ends or is looked up. Lock order: this monitor, then that of
 * a {@link Recording}.
 */
public final class Transcripts {
    /** How long a session is kept after its end. */
    public static final Duration KEPT = Duration.ofHours(24);
    /** The divisor of the memory limit that gives the maximum of one session; without it, one session could evict all others. */
    private static final int SHARE = 8;

    private final Clock clock;
    private final Map<String, Recording> kept = new LinkedHashMap<>();
    private volatile TranscriptSettings settings = TranscriptSettings.DEFAULT;
    private boolean isConfigured;
    private long octets;

    public Transcripts(Clock clock) {
        this.clock = clock;
    }

    /**
     * Sets the limits, unless they have been set before. To be called before sessions begin.
     *
     * @return the limits in effect
     */
    public synchronized TranscriptSettings configure(TranscriptSettings wanted) {
        if (!isConfigured) {
            settings = wanted;
            isConfigured = true;
        }
        return settings;
    }

    /** Whether transcripts are kept. */
    public boolean isOn() {
        return settings.octets() > 0;
    }

    /**
     * Begins the recording of a session, which its thread writes and ends.
     *
     * @param reference the reference of the session, as in its refusals
     * @param client the client's IP address, as text
     */
    public Recording begin(String reference, String client) {
        return new Recording(this, reference, client, now());
    }

    /** The last session with this reference, open or ended; empty if it is not kept. */
    public Optional<Transcript> find(String reference) {
        Recording found;
        synchronized (this) {
            removeExpired();
            found = kept.get(reference);
        }
        return Optional.ofNullable(found).map(Recording::transcript);
    }

    /** Whether a session with this reference is kept, open or ended. */
    public synchronized boolean has(String reference) {
        removeExpired();
        return kept.containsKey(reference);
    }

    /** The sessions with a refusal or an observed one, newest first, at most {@code max}. */
    public List<Transcript> recent(int max) {
        Deque<Recording> newest = new ArrayDeque<>();
        synchronized (this) {
            removeExpired();
            for (Recording next : kept.values()) {
                if (next.isShown()) {
                    newest.addFirst(next);
                    if (newest.size() > max) {
                        newest.removeLast();
                    }
                }
            }
        }
        return newest.stream().map(Recording::transcript).collect(Collectors.toUnmodifiableList());
    }

    /** The memory limit for all sessions, in octets. */
    public long octetLimit() {
        return settings.octets();
    }

    /** The memory in use, in octets. */
    public synchronized long octets() {
        return octets;
    }

    /** The number of sessions that are kept, including open ones. */
    public synchronized int sessions() {
        return kept.size();
    }

    int lines() {
        return settings.lines();
    }

    int maxOctetsPerSession() {
        return (int) Math.min(settings.octets() / SHARE, Integer.MAX_VALUE);
    }

    long now() {
        return clock.millis();
    }

    synchronized void makeRoom(Recording recording, int more) {
        removeExpired();
        if (kept.get(recording.reference()) != recording) {
            put(recording);
        }
        Iterator<Recording> oldest = kept.values().iterator();
        while (octets + more > settings.octets() && oldest.hasNext()) {
            Recording next = oldest.next();
            if (next != recording) {
                oldest.remove();
                octets -= next.drop();
            }
        }
        octets += more;
        recording.reserve(more);
    }

    synchronized void end(Recording recording) {
        boolean wasKept = recording.isKept();
        octets -= recording.close(now());
        if (wasKept) {
            kept.remove(recording.reference());
            if (recording.isKept()) {
                put(recording);
            }
        }
    }

    /** Adds a session as the newest. Replaces another one with the same (random, 32-bit) reference. */
    private void put(Recording recording) {
        Recording other = kept.remove(recording.reference());
        if (other != null && other != recording) {
            octets -= other.drop();
        }
        recording.keptSince(now());
        kept.put(recording.reference(), recording);
    }

    private void removeExpired() {
        long limit = now() - KEPT.toMillis();
        Iterator<Recording> oldest = kept.values().iterator();
        while (oldest.hasNext()) {
            Recording next = oldest.next();
            if (next.keptSince() > limit) {
                return;
            }
            oldest.remove();
            octets -= next.drop();
        }
    }
}
