package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;

/** Clients that do not wait for each other. */
final class Crowd {
    private Crowd() {
    }

    /**
     * Returns when nobody goes on; fails when somebody still does after that time.
     *
     * @param threads how many at a time
     * @param goesOn asked before each client, with its number from 0
     */
    static void of(int threads, LongPredicate goesOn, Duration patience, LongConsumer client) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        ExecutorService clients = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            clients.execute(() -> {
                for (long number = next.getAndIncrement(); goesOn.test(number); number = next.getAndIncrement()) {
                    client.accept(number);
                }
            });
        }
        clients.shutdown();
        boolean ended = clients.awaitTermination(patience.toSeconds(), TimeUnit.SECONDS);
        clients.shutdownNow();
        assertThat(ended).as("all clients have got away").isTrue();
    }
}
