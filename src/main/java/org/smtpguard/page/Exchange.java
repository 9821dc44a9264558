package org.smtpguard.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.TranscriptLine;
import org.smtpguard.transcript.TranscriptLine.Speaker;

/**
 * A line of the client and what followed until its next one; and, if it was refused, the exchanges directly after it that were refused in
 * the same words.
 */
final class Exchange {
    private final List<TranscriptLine> lines = new ArrayList<>();
    private final List<Exchange> alike = new ArrayList<>();

    private Exchange() {
    }

    /** The lines in exchanges, equal refusals in a row in one. */
    static List<Exchange> of(List<TranscriptLine> lines) {
        List<Exchange> all = new ArrayList<>();
        for (TranscriptLine line : lines) {
            if (all.isEmpty() || line.speaker() == Speaker.CLIENT) {
                all.add(new Exchange());
            }
            all.get(all.size() - 1).lines.add(line);
        }
        List<Exchange> folded = new ArrayList<>();
        for (Exchange next : all) {
            Optional<Exchange> last = folded.isEmpty() ? Optional.empty() : Optional.of(folded.get(folded.size() - 1));
            if (last.filter(next::isRefusedLike).isPresent()) {
                last.get().alike.add(next);
            } else {
                folded.add(next);
            }
        }
        return folded;
    }

    List<TranscriptLine> lines() {
        return lines;
    }

    /** The exchanges after it that were refused in the same words. */
    List<Exchange> alike() {
        return alike;
    }

    private boolean isRefusedLike(Exchange other) {
        List<TranscriptLine> replies = replies();
        List<TranscriptLine> others = other.replies();
        if (replies.size() != others.size() || replies.stream().noneMatch(line -> line.refusal().isPresent())) {
            return false;
        }
        for (int i = 0; i < replies.size(); i++) {
            if (!isAlike(replies.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }

    private List<TranscriptLine> replies() {
        return lines.get(0).speaker() == Speaker.CLIENT ? lines.subList(1, lines.size()) : lines;
    }

    private static boolean isAlike(TranscriptLine line, TranscriptLine other) {
        return line.speaker() == other.speaker() && line.text().equals(other.text())
            && line.refusal().map(Exchange::words).equals(other.refusal().map(Exchange::words));
    }

    private static List<Object> words(Refusal refusal) {
        return List.of(refusal.id(), refusal.state(), refusal.next());
    }
}
