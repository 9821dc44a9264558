package org.smtpguard.transcript;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;
import org.smtpguard.transcript.TranscriptLine.Speaker;

/**
 * The transcript of one session while it is recorded, redacted by {@link TranscriptRedactor}.
 *
 * <p>Threads: lines are written by the session's thread; log-ins, reads and removals come from any. Its monitor is held while octets are
 * copied, and never while it requests memory from the store.
 */
public final class Recording {
    /** The maximum length of a client's line, and of a reply, in characters. */
    static final int LINE_LIMIT = 256;
    static final int REPLY_LIMIT = 1024;
    /** The maximum length of the state, and of the next commands, in characters. */
    static final int DETAIL_LIMIT = 512;
    /** The memory of a session without its lines, in octets: the objects, their texts, the entry in the store. */
    static final int OVERHEAD = 400;

    /** The share of the first lines in all that are kept: what a client is and whether it has logged in is said first. */
    private static final int FIRST_SHARE = 4;
    /** Commands whose argument is the name of a client or user. */
    private static final Set<Verb> NAMING = Set.of(Verb.EHLO, Verb.HELO, Verb.VRFY, Verb.EXPN);
    private static final int CRLF = 2;
    private static final long GOES_ON = -1;

    private final Transcripts store;
    private final String reference;
    private final String client;
    private final int port;
    private final Optional<Mask> mask;
    private final long begin;
    private Optional<String> tls = Optional.empty();

    private final LineRing ring = new LineRing();
    private int reserved;
    private long end = GOES_ON;
    private boolean isShown;
    private boolean isLoggedIn;

    private boolean isConfidential;
    /** Guarded by the monitor of the store. */
    private long keptSince;

    Recording(Transcripts store, String reference, String client, int port, Optional<Mask> mask, long begin) {
        this.store = store;
        this.reference = reference;
        this.client = mask.map(hiding -> hiding.learn(client)).orElse(client);
        this.port = port;
        this.mask = mask;
        this.begin = begin;
    }

    String reference() {
        return reference;
    }

    /** @param octets the length of the line with its delimiter; 0 if it was too long to be read */
    public void command(CommandLine command, int octets) {
        isConfidential = TranscriptRedactor.isConfidential(command);
        mask.ifPresent(hiding -> command.argument().filter(name -> NAMING.contains(command.verb())).map(String::trim)
            .ifPresent(hiding::learn));
        add(Speaker.CLIENT, octets, hidden(TranscriptRedactor.command(command, octets)), ' ', LINE_LIMIT);
    }

    /** The session is under TLS from here on, of a version such as {@code TLSv1.3}. */
    public synchronized void tls(String version) {
        tls = Optional.of(version);
    }

    public synchronized boolean isUnderTls() {
        return tls.isPresent();
    }

    /** Whether a log-in was accepted. */
    public synchronized boolean isLoggedIn() {
        return isLoggedIn;
    }

    private List<? extends CharSequence> hidden(List<? extends CharSequence> texts) {
        return mask.isPresent() ? mask.get().hide(texts) : texts;
    }

    private Refusal hidden(Refusal refusal) {
        return mask.map(hiding -> new Refusal(refusal.id(), hiding.hide(List.of(refusal.state())).get(0), hiding.hide(refusal.next())))
            .orElse(refusal);
    }

    /** A log-in has ended. */
    public void logIn(LogIn logIn) {
        byte[] text = mask.map(hiding -> logIn.withUser(logIn.user().map(hiding::learn).orElse(""))).orElse(logIn).octets();
        int missing;
        while ((missing = tryToAdd(text, logIn.isAccepted())) > 0) {
            store.makeRoom(this, missing);
        }
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
     * A message, including its end.
     *
     * @param octets the length of all lines with their delimiters
     */
    public void content(long octets) {
        add(Speaker.CLIENT, (int) Math.min(octets, Integer.MAX_VALUE), List.of(TranscriptRedactor.content(octets)), ' ', LINE_LIMIT);
    }

    /**
     * A reply other than a refusal by the guard.
     *
     * @param lines as they are sent, with the code
     */
    public void reply(String code, List<? extends CharSequence> lines) {
        int octets = octets(lines);
        add(Speaker.SERVER, octets, hidden(isConfidential ? TranscriptRedactor.reply(code, lines, octets) : lines),
            LineRing.BETWEEN_LINES, REPLY_LIMIT);
    }

    /**
     * A reply in which the guard refuses a command. It shows the reference, so from now on the session can be looked up.
     *
     * @param lines the summary and the details, without the codes
     * @param octets the length of the whole reply
     */
    public void refusal(Refusal refusal, List<String> lines, int octets) {
        add(Speaker.SERVER, octets, hidden(lines), hidden(refusal));
    }

    /**
     * A command that a rule in mode observe would have refused.
     *
     * @param summary what would have been refused and why
     */
    public void observed(Refusal refusal, String summary) {
        add(Speaker.OBSERVER, 0, hidden(List.of(summary)), hidden(refusal));
    }

    /** The length of a reply's lines on the wire, in octets. */
    public static int octets(List<? extends CharSequence> lines) {
        int octets = 0;
        for (int i = 0; i < lines.size(); i++) {
            octets += lines.get(i).length() + CRLF;
        }
        return octets;
    }

    /** Ends the recording: nothing can be added any more. A session whose reference was never shown is discarded. */
    public void end() {
        store.end(this);
    }

    private void add(Speaker speaker, int octets, List<? extends CharSequence> parts, char between, int limit) {
        int missing;
        while ((missing = tryToAdd(speaker, octets, parts, between, limit)) > 0) {
            // Making room evicts other sessions; concurrently, another session may evict this one: then try again.
            store.makeRoom(this, missing);
        }
    }

    private void add(Speaker speaker, int octets, List<? extends CharSequence> lines, Refusal refusal) {
        int missing;
        while ((missing = tryToAdd(speaker, octets, lines, refusal)) > 0) {
            store.makeRoom(this, missing);
        }
    }

    /** @return how many octets have to be reserved first; 0 if the entry was added, or the recording has ended */
    private synchronized int tryToAdd(Speaker speaker, int octets, List<? extends CharSequence> parts, char between, int limit) {
        int size = LineRing.size(LineRing.length(parts, limit));
        int missing = prepare(size);
        if (missing == 0 && end == GOES_ON) {
            ring.open(size, speaker, 0, store.now() - begin, octets);
            ring.text(parts, between, limit);
            keepAsFirst();
        }
        return missing;
    }

    private synchronized int tryToAdd(byte[] logIn, boolean isAccepted) {
        int size = LineRing.size(logIn.length);
        int missing = prepare(size);
        if (missing == 0 && end == GOES_ON) {
            isLoggedIn |= isAccepted;
            ring.open(size, Speaker.GUARD, 0, store.now() - begin, 0);
            ring.text(logIn);
            keepAsFirst();
        }
        return missing;
    }

    private synchronized int tryToAdd(Speaker speaker, int octets, List<? extends CharSequence> lines, Refusal refusal) {
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
            keepAsFirst();
        }
        return missing;
    }

    private void keepAsFirst() {
        ring.keepAsFirst(store.lines() / FIRST_SHARE, store.maxOctetsPerSession() / FIRST_SHARE);
    }

    /** Removes the oldest lines as necessary. @return how many octets have to be reserved first */
    private int prepare(int size) {
        if (end != GOES_ON) {
            return 0;
        }
        while (ring.canDrop() && (ring.count() >= store.lines() || ring.capacityFor(size) > store.maxOctetsPerSession())) {
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

    /** Called by the store when it has the memory. */
    synchronized void reserve(int octets) {
        reserved += octets;
    }

    /** Called by the store. Removes all lines. @return how many octets that frees */
    synchronized int drop() {
        int freed = reserved;
        ring.clear();
        reserved = 0;
        return freed;
    }

    /** Called by the store. Keeps the lines if the reference was shown. @return how many octets that frees */
    synchronized int close(long now) {
        end = now;
        if (!isShown || reserved == 0) {
            return drop();
        }
        ring.trim();
        int freed = reserved - OVERHEAD - ring.capacity();
        reserved -= freed;
        return freed;
    }

    /** Called by the store: the time that determines the order of eviction. */
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
        Optional<String> version;
        synchronized (this) {
            copy = ring.copy();
            ended = end;
            version = tls;
        }
        Instant began = Instant.ofEpochMilli(begin);
        return new Transcript(reference, client, port, version, began,
            ended == GOES_ON ? Optional.empty() : Optional.of(Instant.ofEpochMilli(ended)), copy.omitted(), copy.headCount(),
            copy.lines(began));
    }
}
