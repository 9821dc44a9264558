package org.smtpguard.bruteforce.redis;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.lettuce.core.StreamMessage;
import org.smtpguard.bruteforce.EventLog;

/**
 * What was read from several streams at once, each from its own place and up to a limit: the lines of all in order of time, as far as it is
 * known that no other comes in between. Immutable.
 */
final class StreamPage {
    static final String LINE = "l";

    private final List<StreamMessage<String, String>> messages;
    private final boolean isLast;

    private StreamPage(List<StreamMessage<String, String>> messages, boolean isLast) {
        this.messages = messages;
        this.isLast = isLast;
    }

    /** @param limit how many messages were read from each stream at most */
    static StreamPage of(List<StreamMessage<String, String>> read, int limit) {
        List<Part> parts = read.stream().collect(Collectors.groupingBy(StreamMessage::getStream)).values().stream()
            .map(messages -> new Part(messages, messages.size() >= limit)).collect(Collectors.toList());
        boolean isLast = parts.stream().noneMatch(part -> part.hasMore);
        List<StreamMessage<String, String>> merged = new ArrayList<>();
        // Where a stream has more, its next line may come before all others that are left.
        while (parts.stream().noneMatch(part -> part.hasMore && part.left.isEmpty())) {
            Optional<Part> first = parts.stream().filter(part -> !part.left.isEmpty()).min(Comparator.comparingLong(Part::time));
            if (first.isEmpty()) {
                break;
            }
            merged.add(first.get().left.remove());
        }
        return new StreamPage(List.copyOf(merged), isLast);
    }

    List<StreamMessage<String, String>> messages() {
        return messages;
    }

    /** Whether there were no more messages when it was read. */
    boolean isLast() {
        return isLast;
    }

    /** What was read of one stream. */
    private static final class Part {
        private final Deque<StreamMessage<String, String>> left;
        private final boolean hasMore;

        private Part(List<StreamMessage<String, String>> messages, boolean hasMore) {
            this.left = new ArrayDeque<>(messages);
            this.hasMore = hasMore;
        }

        private long time() {
            Map<String, String> body = left.element().getBody();
            return EventLog.time(body.getOrDefault(LINE, ""));
        }
    }
}
