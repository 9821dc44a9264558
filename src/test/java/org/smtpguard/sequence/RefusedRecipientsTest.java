package org.smtpguard.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

class RefusedRecipientsTest {
    private static RefusedRecipients refused(int number) {
        RefusedRecipients refused = RefusedRecipients.none();
        for (int i = 0; i < number; i++) {
            refused = refused.and(RefusedRecipient.of("<nobody" + i + "@localhost>", "550 5.1.1 unknown"));
        }
        return refused;
    }

    @Test
    void allAreCountedAndTheFirstAreKept() {
        RefusedRecipients refused = refused(100_000);

        assertThat(refused.size()).isEqualTo(100_000);
        assertThat(refused.stream().map(RefusedRecipient::recipient).collect(Collectors.toList()))
            .hasSize(RefusedRecipients.KEPT).startsWith("<nobody0@localhost>", "<nobody1@localhost>").endsWith("<nobody99@localhost>");
    }

    @Test
    void oneMoreChangesNoneThatWereThere() {
        RefusedRecipients one = refused(1);

        assertThat(one.and(RefusedRecipient.of("<bob@localhost>", "550")).size()).isEqualTo(2);
        assertThat(one.size()).isEqualTo(1);
        assertThat(RefusedRecipients.none().isEmpty()).isTrue();
    }

    @Test
    void noMoreOfAClientsWordsIsKeptThanARefusalCanShow() {
        RefusedRecipient recipient = RefusedRecipient.of("a".repeat(8_000), "b".repeat(8_000));

        assertThat(recipient.recipient().length() + recipient.reason().length()).isLessThan(2_000);
    }
}
