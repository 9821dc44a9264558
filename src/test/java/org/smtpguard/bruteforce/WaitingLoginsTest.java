package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.smtpguard.bruteforce.WaitingLogins.Waiter;

class WaitingLoginsTest {
    private static final int LIMIT_OF_A_LINE = 500;
    private static final int LIMIT = 10_000;

    private final WaitingLogins waiting = new WaitingLogins();
    private final List<Waiter> released = new ArrayList<>();

    @Test
    void areReleasedInTheOrderOfTheirArrivalAsManyAsThereArePlaces() {
        List<Waiter> waiters = List.of(waiting(1), waiting(1), waiting(1));

        waiting.release(1, 0, released);
        assertThat(released).isEmpty();
        waiting.release(1, 2, released);
        assertThat(released).isEqualTo(waiters.subList(0, 2));
        waiting.release(1, 2, released);
        assertThat(released).isEqualTo(waiters);
        waiting.release(1, 2, released);
        assertThat(released).hasSize(3);
    }

    @Test
    void waitForTheirOwnNetworkOrUser() {
        waiting(1);
        Waiter other = waiting(2);

        waiting.release(2, 5, released);
        waiting.release(3, 5, released);

        assertThat(released).containsExactly(other);
    }

    @Test
    void oneThatHasGoneTakesNoPlace() {
        waiting(1).admission.cancel(false);
        Waiter next = waiting(1);

        waiting.release(1, 1, released);

        assertThat(released).containsExactly(next);
    }

    @Test
    void areToldThatThereIsNoPlaceAfterTenSeconds() {
        List<String> timeouts = new ArrayList<>();
        CompletableFuture<Admission> admission = new CompletableFuture<>() {
            @Override
            public CompletableFuture<Admission> completeOnTimeout(Admission value, long timeout, TimeUnit unit) {
                timeouts.add(value.kind() + " after " + unit.toSeconds(timeout) + " s");
                return this;
            }
        };

        waiting.add(1, new Waiter(login(), Optional.empty(), admission));

        assertThat(timeouts).containsExactly("OVERLOADED after 10 s");
    }

    @Test
    void aLineHasItsLimit() {
        List<Waiter> line = new ArrayList<>();
        for (int i = 0; i < LIMIT_OF_A_LINE; i++) {
            line.add(waiting(1));
        }

        assertThat(waiting.add(1, waiter())).isFalse();
        assertThat(waiting.add(2, waiter())).as("another line").isTrue();
        line.get(7).admission.cancel(false);
        assertThat(waiting.add(1, waiter())).as("in the place of one that has gone").isTrue();
        assertThat(waiting.add(1, waiter())).isFalse();
    }

    @Test
    void allLinesTogetherHaveTheirLimit() {
        Waiter gone = waiting(1);
        waiting(2);
        waiting(2);
        for (int i = 3; i < LIMIT; i++) {
            waiting(i);
        }

        assertThat(waiting.add(LIMIT, waiter())).isFalse();
        waiting.release(2, 2, released);
        assertThat(waiting.add(LIMIT, waiter())).isTrue();
        assertThat(waiting.add(LIMIT, waiter())).isTrue();
        assertThat(waiting.add(LIMIT, waiter())).isFalse();
        gone.admission.cancel(false);
        assertThat(waiting.add(1, waiter())).as("in the place of one that has gone").isTrue();
        assertThat(waiting.add(1, waiter())).isFalse();
    }

    private Waiter waiting(long key) {
        Waiter waiter = waiter();
        assertThat(waiting.add(key, waiter)).isTrue();
        return waiter;
    }

    private static Waiter waiter() {
        return new Waiter(login(), Optional.empty(), new CompletableFuture<>());
    }

    private static Login login() {
        return new Login(Optional.of("alice"), Network.parse("192.0.2.7").orElseThrow(), 1, 2, 3);
    }
}
