package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.OverloadException;

@Timeout(60)
class FairPoolTest {
    private static final Origin HOSTILE = origin("192.0.2.66");
    private static final Origin ALICE = origin("2001:db8::1");

    private final FairPool pool = new FairPool("fair-pool-test-", 1, 4);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final List<String> done = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        gate.countDown();
        pool.close();
    }

    @Test
    void servesANewcomerInItsTurnAndMakesRoomForIt() {
        block();
        List<CompletableFuture<Boolean>> hostile = IntStream.range(0, 4).mapToObj(i -> submit(HOSTILE, "hostile" + i))
            .collect(Collectors.toList());

        CompletableFuture<Boolean> alice = submit(ALICE, "alice");

        assertThat(hostile.get(3)).isCompletedExceptionally();
        assertThat(hostile.get(3).handle((any, fault) -> fault).join()).isInstanceOf(OverloadException.class);
        gate.countDown();
        await().until(() -> alice.isDone() && hostile.get(2).isDone());
        assertThat(done).containsExactly("hostile0", "alice", "hostile1", "hostile2");
    }

    @Test
    void aCancelledRequestFreesItsPlaceAndIsNeverBegun() {
        block();
        List<CompletableFuture<Boolean>> gone = IntStream.range(0, 4).mapToObj(i -> submit(HOSTILE, "gone" + i))
            .collect(Collectors.toList());
        gone.forEach(answer -> answer.cancel(false));
        assertThat(pool.waiting()).isZero();

        CompletableFuture<Boolean> next = submit(HOSTILE, "next");
        gate.countDown();

        await().until(next::isDone);
        assertThat(done).containsExactly("next");
    }

    @Test
    void goesOnAfterATaskThatFails() {
        CompletableFuture<Boolean> failing = pool.submit(ALICE, () -> {
            throw new NoClassDefFoundError();
        });
        await().until(failing::isDone);

        assertThat(failing).isCompletedExceptionally();
        assertThat(submit(ALICE, "next").orTimeout(30, TimeUnit.SECONDS).join()).isTrue();
    }

    @Test
    void turnsAwayWhatWaitsWhenItIsClosed() {
        block();
        CompletableFuture<Boolean> waiting = submit(ALICE, "waiting");

        pool.close();

        assertThat(waiting).isCompletedExceptionally();
        gate.countDown();
        CompletableFuture<Boolean> late = submit(ALICE, "late");
        await().until(late::isDone);
        assertThat(late).isCompletedExceptionally();
        assertThat(done).isEmpty();
    }

    private void block() {
        CountDownLatch begun = new CountDownLatch(1);
        pool.submit(HOSTILE, () -> {
            begun.countDown();
            return gate.await(30, TimeUnit.SECONDS);
        });
        await().until(() -> begun.getCount() == 0);
    }

    private CompletableFuture<Boolean> submit(Origin origin, String name) {
        return pool.submit(origin, () -> done.add(name));
    }

    private static Origin origin(String address) {
        return Origin.of("PLAIN", Optional.of(address), Optional.empty(), true);
    }
}
