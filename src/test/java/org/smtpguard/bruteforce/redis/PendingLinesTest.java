package org.smtpguard.bruteforce.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.smtpguard.bruteforce.redis.PendingLines.Line;

class PendingLinesTest {
    private final PendingLines lines = new PendingLines(3);

    @Test
    void comeOutInTheOrderInWhichTheyWereAdded() {
        lines.add("1", false);
        lines.add("2", true);
        lines.add("3", false);

        assertThat(texts()).containsExactly("1", "2", "3");
        assertThat(lines.isEmpty()).isTrue();
    }

    @Test
    void theOldestFailuresAreDroppedAndNothingElse() {
        lines.add("lasting", true);
        for (int i = 0; i < 5; i++) {
            lines.add("failure " + i, false);
        }

        assertThat(texts()).containsExactly("lasting", "failure 2", "failure 3", "failure 4");
        assertThat(lines.takeDropped()).isEqualTo(2);
        assertThat(lines.takeDropped()).isZero();
    }

    @Test
    void whatIsPutBackComesFirstAgainAsFarAsThereIsRoom() {
        for (int i = 0; i < 3; i++) {
            lines.add("failure " + i, false);
        }
        List<Line> taken = List.of(lines.poll().orElseThrow(), lines.poll().orElseThrow());
        lines.add("failure 3", false);

        lines.putBack(taken);

        assertThat(texts()).containsExactly("failure 1", "failure 2", "failure 3");
        assertThat(lines.takeDropped()).isEqualTo(1);
    }

    private List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (Optional<Line> line = lines.poll(); line.isPresent(); line = lines.poll()) {
            texts.add(line.get().text);
        }
        return texts;
    }
}
