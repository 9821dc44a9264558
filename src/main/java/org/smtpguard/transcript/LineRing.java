package org.smtpguard.transcript;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.smtpguard.protocol.DiagnosisId;

/**
 * The first lines of one session, and the last in a ring. One array of octets, so that a line needs no object: the first lines, a gap,
 * and the ring. Grows only on {@link #growTo}. Not thread-safe.
 *
 * <p>An entry consists of its length (2 octets), the speaker (1), the diagnosis or 0 (1), the milliseconds since the session began (6),
 * the octets on the wire (4), and the text; a refusal also has the state and the next commands. A text is its length (2) and its
 * octets.
 */
final class LineRing {
    /** Separates the lines of a reply, and the next commands. */
    static final char BETWEEN_LINES = '\n';

    private static final int HEAD = 14;
    private static final int LENGTH = 2;
    private static final int MIN_CAPACITY = 256;
    private static final int ELLIPSIS = 3;
    private static final byte[] EMPTY = new byte[0];
    private static final DiagnosisId[] IDS = DiagnosisId.values();
    private static final TranscriptLine.Speaker[] SPEAKERS = TranscriptLine.Speaker.values();

    private byte[] octets = EMPTY;
    /** Where the first lines end. */
    private int head;
    private int headCount;
    private int first;
    private int end;
    private int count;
    private long omitted;

    /** The size of an entry in octets. */
    static int size(int text) {
        return HEAD + LENGTH + text;
    }

    /** The size of a refusal in octets. */
    static int size(int text, int state, int next) {
        return size(text) + LENGTH + state + LENGTH + next;
    }

    /** The capacity that is needed to append an entry of this size; at least the current capacity. */
    int capacityFor(int size) {
        int needed = used() + size;
        return needed <= octets.length ? octets.length : Math.max(MIN_CAPACITY, Integer.highestOneBit(needed - 1) << 1);
    }

    private int used() {
        return head + end - first;
    }

    int capacity() {
        return octets.length;
    }

    int count() {
        return headCount + count;
    }

    /** Whether a line can be dropped: the first ones cannot. */
    boolean canDrop() {
        return count > 0;
    }

    void growTo(int capacity) {
        if (capacity > octets.length) {
            move(new byte[capacity]);
        }
    }

    /** Shrinks the array to its content. */
    void trim() {
        move(new byte[used()]);
    }

    /** Removes all lines, and counts them as omitted. */
    void clear() {
        omitted += count();
        octets = EMPTY;
        head = 0;
        headCount = 0;
        first = 0;
        end = 0;
        count = 0;
    }

    /** Drops the oldest line of the ring. */
    void dropFirst() {
        first += number(first, LENGTH);
        count--;
        omitted++;
    }

    /** Begins an entry; the caller then appends its texts. The capacity must be sufficient. */
    void open(int size, TranscriptLine.Speaker speaker, int diagnosis, long millis, int wire) {
        if (end + size > octets.length) {
            move(octets);
        }
        put(size, LENGTH);
        put(speaker.ordinal(), 1);
        put(diagnosis, 1);
        put(millis, 6);
        put(wire, 4);
        count++;
    }

    /**
     * Keeps the line that was appended last as one of the first, unless lines have been dropped before it or there are enough of them.
     *
     * @param lines the maximum number of first lines
     * @param size their maximum size in octets
     */
    void keepAsFirst(int lines, int size) {
        if (omitted == 0 && headCount < lines && first == head && count == 1 && end <= size) {
            head = end;
            first = end;
            headCount++;
            count = 0;
        }
    }

    /** The length of the joined parts, cut at the limit. */
    static int length(List<? extends CharSequence> parts, int limit) {
        return Math.min(fullLength(parts), limit);
    }

    private static int fullLength(List<? extends CharSequence> parts) {
        int length = Math.max(0, parts.size() - 1);
        for (int i = 0; i < parts.size(); i++) {
            length += parts.get(i).length();
        }
        return length;
    }

    /** Appends octets of UTF-8 as they are. */
    void text(byte[] text) {
        put(text.length, LENGTH);
        System.arraycopy(text, 0, octets, end, text.length);
        end += text.length;
    }

    /** Appends the joined parts as printable ASCII, cut at the limit; {@code ...} marks a cut. */
    void text(List<? extends CharSequence> parts, char between, int limit) {
        int fullLength = fullLength(parts);
        int length = Math.min(fullLength, limit);
        put(length, LENGTH);
        int last = end + length;
        for (int i = 0; i < parts.size() && end < last; i++) {
            if (i > 0) {
                octets[end++] = (byte) between;
            }
            copy(parts.get(i), Math.min(parts.get(i).length(), last - end));
        }
        if (fullLength > length) {
            Arrays.fill(octets, last - ELLIPSIS, last, (byte) '.');
        }
    }

    private void copy(CharSequence text, int length) {
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            octets[end++] = (byte) (c >= ' ' && c < 0x7f ? c : '?');
        }
    }

    /** A snapshot. */
    LineRing copy() {
        LineRing copy = new LineRing();
        copy.octets = new byte[used()];
        System.arraycopy(octets, 0, copy.octets, 0, head);
        System.arraycopy(octets, first, copy.octets, head, end - first);
        copy.head = head;
        copy.headCount = headCount;
        copy.first = head;
        copy.end = copy.octets.length;
        copy.count = count;
        copy.omitted = omitted;
        return copy;
    }

    /** The number of first lines, after which others may have been dropped. */
    int headCount() {
        return headCount;
    }

    long omitted() {
        return omitted;
    }

    List<TranscriptLine> lines(Instant begin) {
        List<TranscriptLine> lines = new ArrayList<>(count());
        addLines(lines, begin, 0, head);
        addLines(lines, begin, first, end);
        return lines;
    }

    private void addLines(List<TranscriptLine> lines, Instant begin, int from, int to) {
        for (int at = from; at < to; at += number(at, LENGTH)) {
            int diagnosis = number(at + 3, 1);
            String text = text(at + HEAD);
            int state = at + HEAD + LENGTH + number(at + HEAD, LENGTH);
            Instant time = begin.plusMillis(time(at + 4));
            TranscriptLine.Speaker speaker = SPEAKERS[number(at + 2, 1)];
            lines.add(speaker == TranscriptLine.Speaker.GUARD ? TranscriptLine.of(time, LogIn.read(text))
                : TranscriptLine.of(time, speaker, text, number(at + 10, 4),
                    diagnosis == 0 ? Optional.empty() : Optional.of(refusal(IDS[diagnosis - 1], state))));
        }
    }

    private Refusal refusal(DiagnosisId id, int at) {
        String state = text(at);
        String next = text(at + LENGTH + state.length());
        return new Refusal(id, state, next.isEmpty() ? List.of() : List.of(next.split(String.valueOf(BETWEEN_LINES))));
    }

    private String text(int at) {
        return new String(octets, at + LENGTH, number(at, LENGTH), StandardCharsets.UTF_8);
    }

    private void move(byte[] to) {
        System.arraycopy(octets, 0, to, 0, head);
        System.arraycopy(octets, first, to, head, end - first);
        octets = to;
        end = used();
        first = head;
    }

    private void put(long number, int width) {
        for (int shift = (width - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            octets[end++] = (byte) (number >>> shift);
        }
    }

    private int number(int at, int width) {
        return (int) longNumber(at, width);
    }

    private long time(int at) {
        return longNumber(at, 6);
    }

    private long longNumber(int at, int width) {
        long number = 0;
        for (int i = at; i < at + width; i++) {
            number = number << Byte.SIZE | (octets[i] & 0xff);
        }
        return number;
    }
}
