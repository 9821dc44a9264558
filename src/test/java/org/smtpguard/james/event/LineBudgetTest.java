package org.smtpguard.james.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

class LineBudgetTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final LineBudget budget = new LineBudget(now::get);

    @Test
    void aNetworkHasSoManyLinesAndOthersHaveTheirOwn() {
        assertThat(admitted("203.0.113.7", LineBudget.PER_NETWORK + 9)).isEqualTo(LineBudget.PER_NETWORK);
        assertThat(admitted("203.0.113.8", 1)).isEqualTo(1);
        assertThat(admitted("2001:db8::1", LineBudget.PER_NETWORK) + admitted("2001:db8::2", 1)).isEqualTo(LineBudget.PER_NETWORK);
    }

    @Test
    void whatExceedsThemIsToldOnceAfterTheMinute() {
        admitted("203.0.113.7", LineBudget.PER_NETWORK + 9);
        admitted("203.0.113.8", 3);
        assertThat(budget.next()).isEmpty();

        now.addAndGet(LineBudget.PERIOD.toNanos());

        assertThat(budget.next()).contains("9 more within 60 s, most from 203.0.113.7/32 (69 in all)");
        assertThat(budget.next()).isEmpty();
        assertThat(admitted("203.0.113.7", 1)).isEqualTo(1);
    }

    @Test
    void nothingIsToldIfNothingWasLeftOut() {
        admitted("203.0.113.7", LineBudget.PER_NETWORK);
        now.addAndGet(LineBudget.PERIOD.toNanos());

        assertThat(budget.next()).isEmpty();
    }

    @Test
    void allNetworksTogetherHaveALimitToo() {
        int admitted = 0;
        for (int network = 0; network < LineBudget.TOTAL + 100; network++) {
            admitted += admitted("10." + network / 65536 + "." + network / 256 % 256 + "." + network % 256, 1);
        }
        assertThat(admitted).isEqualTo(LineBudget.TOTAL);
        now.addAndGet(LineBudget.PERIOD.toNanos());
        assertThat(budget.next()).hasValueSatisfying(text -> assertThat(text).startsWith("100 more within 60 s"));
    }

    private int admitted(String client, int lines) {
        int admitted = 0;
        for (int i = 0; i < lines; i++) {
            admitted += budget.admits(client) ? 1 : 0;
        }
        return admitted;
    }
}
