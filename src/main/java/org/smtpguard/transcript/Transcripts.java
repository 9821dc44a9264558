package org.smtpguard.transcript;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The transcripts of all ports, by reference, within a memory limit. If the limit is reached, the session that began, ended or returned
 * the longest time ago is evicted; an open session returns with its next line. A session without a refusal, whose reference was never
 * shown, is discarded when it ends; the others are kept for {@link TranscriptSettings#keep}.
 *
 * <p>Threads: any. The monitor is held briefly when a session begins, grows, ends or is looked up. Lock order: this monitor, then that of
 * a {@link Recording}.
 */
public final class Transcripts {
    /** The divisor of the memory limit that gives the maximum of one session; without it, one session could evict all others. */
    private static final int SHARE = 8;

    private final Clock clock;
    private final Map<String, Recording> kept = new LinkedHashMap<>();
    private volatile TranscriptSettings settings = TranscriptSettings.DEFAULT;
    private final Pseudonyms pseudonyms = Pseudonyms.random();
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
     * @param port the port of the server
     */
    public Recording begin(String reference, String client, int port) {
        return new Recording(this, reference, client, port, isPersonal() ? Optional.empty() : Optional.of(new Mask(pseudonyms)), now());
    }

    /** A log-in has ended in the session with this reference. Without effect if the session is not kept, or has ended. */
    public void logIn(String reference, LogIn logIn) {
        Recording found;
        synchronized (this) {
            found = kept.get(reference);
        }
        if (found != null) {
            found.logIn(logIn);
        }
    }

    /** Whether names and addresses are shown; otherwise there are pseudonyms in their place. */
    public boolean isPersonal() {
        return settings.names() == TranscriptSettings.Names.SHOWN;
    }

    /** How a name or address of a person appears in transcripts: as it is, or as its pseudonym. */
    public String shown(String name) {
        return isPersonal() ? name : pseudonyms.of(name);
    }

    /** How long a session is kept after its end, at most. */
    public Duration keep() {
        return settings.keep();
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

    /** The sessions to which a filter applies, open or ended, newest first; the first {@code skip} of them are left out. */
    public List<Transcript> find(Predicate<Transcript> filter, int skip, int max) {
        return newestFirst().stream().map(Recording::transcript).filter(filter).skip(skip).limit(max)
            .collect(Collectors.toUnmodifiableList());
    }

    private synchronized List<Recording> newestFirst() {
        removeExpired();
        List<Recording> all = new ArrayList<>(kept.values());
        Collections.reverse(all);
        return all;
    }

    /**
     * Deletes what is kept of the sessions to which a filter applies. Of one that is still open, later lines are kept again.
     *
     * @return their number
     */
    public int delete(Predicate<Transcript> filter) {
        int deleted = 0;
        for (Recording recording : newestFirst()) {
            if (filter.test(recording.transcript()) && delete(recording)) {
                deleted++;
            }
        }
        return deleted;
    }

    private synchronized boolean delete(Recording recording) {
        if (!kept.remove(recording.reference(), recording)) {
            return false;
        }
        octets -= recording.drop();
        return true;
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
        long limit = now() - settings.keep().toMillis();
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
