package org.smtpguard.james;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.it.fault.Login.Claim;

/**
 * Clients that log in, one AUTH after the other, and now and then hang up over one. Each of them waits a little after it was told
 * that nobody could judge, as clients do. None keeps a thread.
 */
final class Soak {
    private static final int CLIENTS = 32;
    private static final int HANG_UP_PERCENT = 2;
    private static final int LONGEST_PATIENCE_MILLIS = 20;
    private static final int TOLD = 6;
    private static final int RETRY_MILLIS = 100;

    private final BackendChain chain;
    private final long auths;
    private final long seed;
    private final AtomicLong begun = new AtomicLong();
    private final Map<CredentialResult.Kind, LongAdder> answers = new EnumMap<>(CredentialResult.Kind.class);
    private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();
    private final LongAdder hungUp = new LongAdder();
    private final LongAccumulator slowest = new LongAccumulator(Math::max, 0);
    private final Queue<String> flaws = new ConcurrentLinkedQueue<>();

    Soak(BackendChain chain, long auths, long seed) {
        this.chain = chain;
        this.auths = auths;
        this.seed = seed;
        for (CredentialResult.Kind kind : CredentialResult.Kind.values()) {
            answers.put(kind, new LongAdder());
        }
    }

    /** Done when each AUTH has had its answer or was given up. */
    CompletableFuture<Void> begin() {
        CompletableFuture<?>[] clients = new CompletableFuture<?>[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            clients[i] = new Client(new Random(seed + i)).begin();
        }
        return CompletableFuture.allOf(clients);
    }

    long answered() {
        return answers.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long answered(CredentialResult.Kind kind) {
        return answers.get(kind).sum();
    }

    long hungUp() {
        return hungUp.sum();
    }

    Duration slowest() {
        return Duration.ofNanos(slowest.get());
    }

    /** Why nobody could judge, the most frequent first. */
    String reasons() {
        return reasons.entrySet().stream().sorted((one, other) -> Long.compare(other.getValue().sum(), one.getValue().sum()))
            .map(reason -> reason.getValue() + " x " + reason.getKey()).limit(TOLD).collect(Collectors.joining("; "));
    }

    /** A yes to a wrong password, a no to a right one, a question that failed. */
    Queue<String> flaws() {
        return flaws;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d AUTHs: %d accepted, %d refused, %d unavailable, %d hung up over; slowest %d ms", begun.get(),
            answered(CredentialResult.Kind.ACCEPTED),
            answered() - answered(CredentialResult.Kind.ACCEPTED) - answered(CredentialResult.Kind.UNAVAILABLE),
            answered(CredentialResult.Kind.UNAVAILABLE), hungUp(), slowest().toMillis());
    }

    private final class Client {
        private final Random random;
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        private Client(Random random) {
            this.random = random;
        }

        private CompletableFuture<Void> begin() {
            after(0, this::next);
            return over;
        }

        private void next() {
            if (begun.incrementAndGet() > auths) {
                begun.decrementAndGet();
                over.complete(null);
                return;
            }
            Claim claim = Claim.any(random);
            long start = System.nanoTime();
            CompletableFuture<CredentialResult> answer = chain.verify(Credentials.of(claim.user(), Secret.of(claim.password())));
            if (random.nextInt(100) < HANG_UP_PERCENT) {
                after(random.nextInt(LONGEST_PATIENCE_MILLIS), () -> answer.cancel(false));
            }
            answer.whenComplete((result, fault) -> {
                if (answer.isCancelled()) {
                    hungUp.increment();
                } else {
                    slowest.accumulate(System.nanoTime() - start);
                    judge(claim, Optional.ofNullable(result));
                }
                boolean told = result != null && result.kind() == CredentialResult.Kind.UNAVAILABLE;
                after(told ? RETRY_MILLIS : 0, this::next);
            });
        }

        private void judge(Claim claim, Optional<CredentialResult> result) {
            if (result.isEmpty()) {
                flaws.add(claim + " failed");
                return;
            }
            answers.get(result.get().kind()).increment();
            if (result.get().kind() == CredentialResult.Kind.UNAVAILABLE) {
                reasons.computeIfAbsent(result.get().reason().replaceAll("\\d+", "n"), reason -> new LongAdder()).increment();
            }
            boolean isTrue = claim.isRight() ? result.get().isAccepted() : result.get().kind().isRefusal();
            if (!isTrue && result.get().kind() != CredentialResult.Kind.UNAVAILABLE) {
                flaws.add(claim + " got " + result.get());
            }
        }

        /** On another thread, always: whoever brings an answer is not to ask the next question within it. */
        private void after(int millis, Runnable task) {
            CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(task);
        }
    }
}
