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
 * The transcripts of all ports, by reference, within one number of octets. Where there is no room the session goes first
 * that began, or ended, or came back after it had to go, the longest time ago; one that goes on comes back with its next
 * line. A session without a refusal, whose reference nobody was shown, is forgotten when it ends; the others a day later.
 *
 * <p>Threads: any. The monitor is held for the moment in which a session begins, grows, ends or is looked up, and within it
 * that of a {@link Recording}; never the other way round.
 */
public final class Transcripts {
    /** How long a session is kept that has ended. */
    public static final Duration KEPT = Duration.ofHours(24);
    /** No session may take more than that part of the room, or the lines of one could push out all others. */
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
     * Has so much kept, where nobody has said otherwise before. To be called before sessions begin.
     *
     * @return what holds: as wanted, or what somebody else has said before
     */
    public synchronized TranscriptSettings configure(TranscriptSettings wanted) {
        if (!isConfigured) {
            settings = wanted;
            isConfigured = true;
        }
        return settings;
    }

    /** Whether anything is kept at all. */
    public boolean isOn() {
        return settings.octets() > 0;
    }

    /**
     * A recording of a session, to be written to on its thread and ended when it ends.
     *
     * @param reference what the session's refusals call it
     * @param client its IP address, as text
     */
    public Recording begin(String reference, String client) {
        return new Recording(this, reference, client, now());
    }

    /** The last session of that reference, if it is kept; whether it has ended or goes on. */
    public Optional<Transcript> find(String reference) {
        Recording found;
        synchronized (this) {
            forgetTheOld();
            found = kept.get(reference);
        }
        return Optional.ofNullable(found).map(Recording::transcript);
    }

    /** The sessions that were refused something, or would have been, the youngest first, and at most so many of them. */
    public List<Transcript> recent(int most) {
        Deque<Recording> youngest = new ArrayDeque<>();
        synchronized (this) {
            forgetTheOld();
            for (Recording next : kept.values()) {
                if (next.isShown()) {
                    youngest.addFirst(next);
                    if (youngest.size() > most) {
                        youngest.removeLast();
                    }
                }
            }
        }
        return youngest.stream().map(Recording::transcript).collect(Collectors.toUnmodifiableList());
    }

    /** How many octets all of it may take. */
    public long octetLimit() {
        return settings.octets();
    }

    /** How many octets all of it takes now. */
    public synchronized long octets() {
        return octets;
    }

    /** How many sessions are kept now, those that go on among them. */
    public synchronized int sessions() {
        return kept.size();
    }

    int lines() {
        return settings.lines();
    }

    int mostOfOne() {
        return (int) Math.min(settings.octets() / SHARE, Integer.MAX_VALUE);
    }

    long now() {
        return clock.millis();
    }

    synchronized void makeRoom(Recording recording, int more) {
        forgetTheOld();
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

    /** As the youngest. Another of the same reference, which is as likely as two equal throws of 32 coins, has to go. */
    private void put(Recording recording) {
        Recording other = kept.remove(recording.reference());
        if (other != null && other != recording) {
            octets -= other.drop();
        }
        recording.keptSince(now());
        kept.put(recording.reference(), recording);
    }

    private void forgetTheOld() {
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
