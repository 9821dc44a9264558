package org.smtpguard.resilience;

import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

import com.codahale.metrics.SlidingWindowReservoir;
import com.codahale.metrics.Snapshot;
import org.smtpguard.credential.CredentialResult;

/** Counts the requests to a backend since the start, and keeps the times of the last {@value #WINDOW}. Threads: any. */
final class RequestTally {
    /** Enough for a 99th percentile, and 8 kB. */
    private static final int WINDOW = 1024;
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder undecided = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final SlidingWindowReservoir nanos = new SlidingWindowReservoir(WINDOW);

    /**
     * A request was answered, and the backend works.
     *
     * @param decision the verdict; empty if the answer is none, such as a challenge
     */
    void answered(Optional<CredentialResult> decision, long took) {
        nanos.update(took);
        (decision.isEmpty() ? undecided : decision.get().isAccepted() ? accepted
            : decision.get().kind().isRefusal() ? refused : failed).increment();
    }

    /** A request was not answered. */
    void failed(long took) {
        nanos.update(took);
        failed.increment();
    }

    /** @param overloaded requests that were not sent, since this server is overloaded */
    BackendStatus.Requests requests(long overloaded) {
        return new BackendStatus.Requests(accepted.sum(), refused.sum(), undecided.sum(), failed.sum(), overloaded);
    }

    /** Empty before the first request. */
    Optional<BackendStatus.Latency> latency() {
        Snapshot times = nanos.getSnapshot();
        return times.size() == 0 ? Optional.empty() : Optional.of(new BackendStatus.Latency(times.getMedian() / NANOS_PER_MILLI,
            times.get99thPercentile() / NANOS_PER_MILLI, times.size()));
    }
}
