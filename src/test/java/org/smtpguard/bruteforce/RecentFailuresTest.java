package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

class RecentFailuresTest {
    private static final Network NETWORK = Network.parse("192.0.2.7").orElseThrow();
    private static final Network OTHER = Network.parse("198.51.100.7").orElseThrow();

    private final RecentFailures recent = new RecentFailures();

    @Test
    void areShownNewestFirstByUserAndByNetwork() {
        add("first", 1, 11, NETWORK);
        add("second", 2, 11, NETWORK);
        add("third", 1, 12, OTHER);

        assertThat(sessions(recent.of(Optional.empty(), Optional.empty(), 10))).containsExactly("third", "second", "first");
        assertThat(sessions(recent.of(Optional.of(1L), Optional.empty(), 10))).containsExactly("third", "first");
        assertThat(sessions(recent.of(Optional.empty(), Optional.of(11L), 10))).containsExactly("second", "first");
        assertThat(sessions(recent.of(Optional.of(1L), Optional.of(11L), 10))).containsExactly("first");
        assertThat(sessions(recent.within(Network.parse("192.0.2.0/24").orElseThrow(), 10))).containsExactly("second", "first");
    }

    @Test
    void asManyAreShownAsAreAskedFor() {
        add("first", 1, 11, NETWORK);
        add("second", 1, 11, NETWORK);

        assertThat(sessions(recent.of(Optional.of(1L), Optional.empty(), 1))).containsExactly("second");
        assertThat(recent.within(NETWORK, 0)).isEmpty();
    }

    @Test
    void theOldestAreForgotten() {
        for (int i = 0; i <= RecentFailures.LIMIT; i++) {
            add("session " + i, 1, 11, NETWORK);
        }

        List<FailedAttempt> all = recent.within(NETWORK, Integer.MAX_VALUE);
        assertThat(all).hasSize(RecentFailures.LIMIT);
        assertThat(all.get(all.size() - 1).session()).hasValue("session 1");
    }

    private void add(String session, long user, long network, Network address) {
        recent.add(new Login(Optional.of("alice"), address, user, network, 0),
            new FailedAttempt(Instant.EPOCH, address, Optional.of("alice"), Optional.of(session)));
    }

    private static List<String> sessions(List<FailedAttempt> attempts) {
        return attempts.stream().map(attempt -> attempt.session().orElseThrow()).collect(Collectors.toList());
    }
}
