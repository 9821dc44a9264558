package org.smtpguard.transcript;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.transcript.TranscriptLine.Speaker;

/**
 * The transcript of one session while it is written. What is written is what {@link TranscriptRedactor} leaves of it.
 *
 * <p>Threads: written to by the session's own thread alone, read and emptied by others; its monitor is held while octets are
 * copied, and never while it asks the store for room.
 */
public final class Recording {
    /** The longest text of a client's line, and of a reply, in characters. */
    static final int LINE_LIMIT = 256;
    static final int REPLY_LIMIT = 1024;
    /** Of the state, and of what is next. */
    static final int DETAIL_LIMIT = 512;
    /** What a session takes beside its lines, in octets: the object, its ring, its texts, its place in the store. */
    static final int OVERHEAD = 400;

    private static final int CRLF = 2;
    private static final long GOES_ON = -1;

    private final Transcripts store;
    private final String reference;
    private final String client;
    private final long begin;

    private final LineRing ring = new LineRing();
    private int reserved;
    private long end = GOES_ON;
    private boolean isShown;

    private boolean isConfidential;
    /** The store's, and guarded by its monitor. */
    private long keptSince;

    Recording(Transcripts store, String reference, String client, long begin) {
        this.store = store;
        this.reference = reference;
        this.client = client;
        this.begin = begin;
    }

    String reference() {
        return reference;
    }

    /** @param octets of its line, with the delimiter; 0 if it was too long to be read */
    public void command(CommandLine command, int octets) {
        isConfidential = TranscriptRedactor.isConfidential(command);
        add(Speaker.CLIENT, octets, TranscriptRedactor.command(command, octets), ' ', LINE_LIMIT);
    }

    /**
     * A response in an AUTH exchange.
     *
     * @param line with its delimiter; empty if it was too long to be read
     */
    public void response(byte[] line) {
        isConfidential = true;
        add(Speaker.CLIENT, line.length, List.of(TranscriptRedactor.response(line)), ' ', LINE_LIMIT);
    }

    /**
     * A message, its end included.
     *
     * @param octets of all its lines, with their delimiters
     */
    public void content(long octets) {
        add(Speaker.CLIENT, (int) Math.min(octets, Integer.MAX_VALUE), List.of(TranscriptRedactor.content(octets)), ' ', LINE_LIMIT);
    }

    /**
     * A reply that is no refusal of the guard's.
     *
     * @param lines as they are sent, code and all
     */
    public void reply(String code, List<? extends CharSequence> lines) {
        int octets = octets(lines);
        add(Speaker.SERVER, octets, isConfidential ? TranscriptRedactor.reply(code, lines, octets) : lines,
            LineRing.BETWEEN_LINES, REPLY_LIMIT);
    }

    /**
     * A reply in which the guard refuses a command: from now on somebody may ask for this session.
     *
     * @param lines what was wrong, behind the codes, and details
     * @param octets of the whole reply
     */
    public void refusal(Refusal refusal, List<String> lines, int octets) {
        add(Speaker.SERVER, octets, lines, refusal);
    }

    /**
     * A refusal that there would have been, were the rule enforced.
     *
     * @param summary what is wrong
     */
    public void observed(Refusal refusal, String summary) {
        add(Speaker.OBSERVER, 0, List.of(summary), refusal);
    }

    /** The octets of a reply's lines on the wire. */
    public static int octets(List<? extends CharSequence> lines) {
        int octets = 0;
        for (int i = 0; i < lines.size(); i++) {
            octets += lines.get(i).length() + CRLF;
        }
        return octets;
    }

    /** The session has ended; what nobody can ask for is forgotten. Nothing can be added any more. */
    public void end() {
        store.end(this);
    }

    private void add(Speaker speaker, int octets, List<? extends CharSequence> parts, char between, int limit) {
        int missing;
        while ((missing = tryToAdd(speaker, octets, parts, between, limit)) > 0) {
            // Others may be pushed out for it, and meanwhile this one, too: then once more.
            store.makeRoom(this, missing);
        }
    }

    private void add(Speaker speaker, int octets, List<String> lines, Refusal refusal) {
        int missing;
        while ((missing = tryToAdd(speaker, octets, lines, refusal)) > 0) {
            store.makeRoom(this, missing);
        }
    }

    /** @return how many octets are missing for it; 0 if it was added, or never will be */
    private synchronized int tryToAdd(Speaker speaker, int octets, List<? extends CharSequence> parts, char between, int limit) {
        int size = LineRing.size(LineRing.length(parts, limit));
        int missing = prepare(size);
        if (missing == 0 && end == GOES_ON) {
            ring.open(size, speaker, 0, store.now() - begin, octets);
            ring.text(parts, between, limit);
        }
        return missing;
    }

    private synchronized int tryToAdd(Speaker speaker, int octets, List<String> lines, Refusal refusal) {
        List<String> state = List.of(refusal.state());
        int size = LineRing.size(LineRing.length(lines, REPLY_LIMIT), LineRing.length(state, DETAIL_LIMIT),
            LineRing.length(refusal.next(), DETAIL_LIMIT));
        int missing = prepare(size);
        if (missing == 0 && end == GOES_ON) {
            isShown = true;
            ring.open(size, speaker, refusal.id().ordinal() + 1, store.now() - begin, octets);
            ring.text(lines, LineRing.BETWEEN_LINES, REPLY_LIMIT);
            ring.text(state, LineRing.BETWEEN_LINES, DETAIL_LIMIT);
            ring.text(refusal.next(), LineRing.BETWEEN_LINES, DETAIL_LIMIT);
        }
        return missing;
    }

    /** Lets the oldest lines go that have to. @return how many octets are missing then */
    private int prepare(int size) {
        if (end != GOES_ON) {
            return 0;
        }
        while (ring.count() > 0 && (ring.count() >= store.lines() || ring.capacityFor(size) > store.mostOfOne())) {
            ring.dropFirst();
        }
        int capacity = ring.capacityFor(size);
        int missing = OVERHEAD + capacity - reserved;
        if (missing > 0) {
            return missing;
        }
        ring.growTo(capacity);
        return 0;
    }

    /** Called by the store, which has the room. */
    synchronized void reserve(int octets) {
        reserved += octets;
    }

    /** Called by the store. Forgets all lines. @return how many octets that gives back */
    synchronized int drop() {
        int given = reserved;
        ring.clear();
        reserved = 0;
        return given;
    }

    /** Called by the store. Keeps the lines if somebody may ask for them. @return how many octets that gives back */
    synchronized int close(long now) {
        end = now;
        if (!isShown || reserved == 0) {
            return drop();
        }
        ring.trim();
        int given = reserved - OVERHEAD - ring.capacity();
        reserved -= given;
        return given;
    }

    /** Called by the store: since when it is kept there, as far as the order of going is concerned. */
    void keptSince(long now) {
        keptSince = now;
    }

    /** Called by the store. */
    long keptSince() {
        return keptSince;
    }

    synchronized boolean isKept() {
        return reserved > 0;
    }

    synchronized boolean isShown() {
        return isShown;
    }

    Transcript transcript() {
        LineRing copy;
        long ended;
        synchronized (this) {
            copy = ring.copy();
            ended = end;
        }
        Instant began = Instant.ofEpochMilli(begin);
        return new Transcript(reference, client, began, ended == GOES_ON ? Optional.empty() : Optional.of(Instant.ofEpochMilli(ended)),
            copy.omitted(), copy.lines(began));
    }
}
