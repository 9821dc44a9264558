package org.smtpguard.backend.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.smtpguard.credential.WorkerPool;

@Timeout(60)
class SidelineTest {
    @Test
    void takesSoManyWorkersAndNoMore() {
        List<Runnable> workers = new ArrayList<>();
        List<Integer> done = new ArrayList<>();
        Sideline sideline = new Sideline(WorkerPool.on(workers::add), 2);

        for (int i = 0; i < 10; i++) {
            int number = i;
            sideline.offer(() -> done.add(number));
        }
        assertThat(workers).hasSize(2);

        workers.forEach(Runnable::run);
        assertThat(done).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        workers.clear();
        sideline.offer(() -> done.add(10));
        assertThat(workers).as("the places are free again").hasSize(1);
    }

    @Test
    void turnsAwayWhatDoesNotFit() {
        Sideline sideline = new Sideline(WorkerPool.on(task -> { }), 1);
        for (int i = 0; i < 1000; i++) {
            sideline.offer(() -> { });
        }

        assertThat(sideline.offer(() -> { })).isFalse();
    }

    @Test
    void turnsAwayWhatTheWorkersTurnAwayAndForgetsIt() {
        List<Runnable> workers = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        AtomicInteger busy = new AtomicInteger(1);
        Sideline sideline = new Sideline(WorkerPool.on(task -> {
            if (busy.getAndDecrement() > 0) {
                throw new RejectedExecutionException();
            }
            workers.add(task);
        }), 1);

        assertThat(sideline.offer(done::incrementAndGet)).isFalse();
        sideline.offer(() -> done.addAndGet(100));
        workers.forEach(Runnable::run);

        assertThat(done).hasValue(100);
    }

    @Test
    void goesOnAfterATaskThatFails() {
        AtomicInteger done = new AtomicInteger();
        Sideline sideline = new Sideline(WorkerPool.on(Runnable::run), 1);

        sideline.offer(() -> {
            throw new IllegalStateException();
        });
        sideline.offer(done::incrementAndGet);

        assertThat(done).hasValue(1);
    }

    @Test
    void losesNothingWhereManyComeAtOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        Sideline sideline = new Sideline(WorkerPool.on(pool), 2);
        CountDownLatch begin = new CountDownLatch(1);
        try {
            for (int i = 0; i < 4; i++) {
                new Thread(() -> {
                    try {
                        begin.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    for (int n = 0; n < 200; n++) {
                        sideline.offer(() -> {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            done.incrementAndGet();
                        });
                    }
                }).start();
            }
            begin.countDown();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(done).hasValue(800));
            assertThat(most).hasValueLessThanOrEqualTo(2);
        } finally {
            pool.shutdownNow();
        }
    }
}
