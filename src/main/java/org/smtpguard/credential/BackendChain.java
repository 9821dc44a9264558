package org.smtpguard.credential;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks backends one after the other. The first that accepts ends the chain; what a backend's "no" or silence means for
 * those behind it is the link's to say. When nobody accepted, the claim is refused only if every backend that was asked
 * has definitely said no: {@link CredentialResult.Kind#UNAVAILABLE} outweighs the refusals, these outweigh
 * {@link CredentialResult.Kind#UNKNOWN}, and among equals the first counts.
 *
 * <p>A backend that throws, gives {@code null} or fails its stage is unavailable. One that does not answer is waited for: the
 * time limit is kept by what stands around each backend.
 *
 * <p>Threads: {@link #verify} returns at once. The first backend is asked on the caller's thread, each further one on the
 * thread that brought the answer before it, where the result is completed too: none of them may be made to wait. Nothing is
 * shared between two calls.
 */
public final class BackendChain {
    private static final Logger LOGGER = LoggerFactory.getLogger(BackendChain.class);

    private final List<Link> links;

    /**
     * @param links the backends, in the order of asking
     * @throws IllegalArgumentException if there is no link
     */
    public BackendChain(List<Link> links) {
        if (links.isEmpty()) {
            throw new IllegalArgumentException("A chain needs a backend");
        }
        this.links = List.copyOf(links);
    }

    /**
     * Judges a claim. The future never fails; its result names the backend that decided, and holds a definite "no" of another
     * ({@link CredentialResult#refusal}) where that one could not judge. Credentials
     * that no user can have ({@link Credentials#canBeValid}) are refused and no backend is queried, so none is named.
     *
     * <p>A client that has gone cancels the future: no further backend is queried then, and a request that still waits is dropped. What
     * the backends have said by then, and what one that is already queried says, is the result ({@link RequestFuture}).
     */
    public CompletableFuture<CredentialResult> verify(Credentials credentials) {
        if (!credentials.canBeValid()) {
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        return new Inquiry(backend -> backend.verify(credentials)).begin();
    }

    /**
     * Looks for a user's SCRAM keys, by the same rules: the first backend that has them ends the chain. The future never
     * fails. Backends without keys ({@link CredentialBackend#hasKeys}) have none to give.
     *
     * @param scheme the mechanism that the keys were made for, without {@code -PLUS}
     * @param origin where the client is
     */
    public CompletableFuture<KeyResult> lookup(String username, String scheme, Origin origin) {
        AtomicReference<Optional<KeyResult>> found = new AtomicReference<>(Optional.empty());
        CompletableFuture<CredentialResult> verdict = new Inquiry(backend -> {
            CompletionStage<KeyResult> looked = backend.lookup(username, scheme, origin);
            CompletionStage<CredentialResult> judged = looked.thenApply(result -> {
                if (result.keys().isPresent()) {
                    found.set(Optional.of(result));
                }
                return result.asCredentialResult();
            });
            return RequestFuture.of(judged, () -> abandon(looked));
        }).begin();
        return RequestFuture.of(verdict.thenApply(result -> found.get().filter(any -> result.isAccepted())
            .orElseGet(() -> KeyResult.none(result)).by(result.backend())), verdict);
    }

    /** How the SCRAM keys of a scheme look that the backends hold, all of them together. Returns at once. */
    public KeyCensus census(String scheme) {
        return links.stream().map(link -> link.backend.census(scheme)).reduce(KeyCensus.counted(Map.of()), KeyCensus::and);
    }

    /** What tells users apart here: two names by which every backend finds the same user have the same. */
    public String identity(String username) {
        return links.stream().reduce(username, (name, link) -> link.backend.identity(name), (one, other) -> other);
    }

    /** One question on its way along the chain. */
    private final class Inquiry {
        private final Function<CredentialBackend, CompletionStage<CredentialResult>> question;
        private volatile CompletionStage<?> asked = CompletableFuture.completedFuture(null);
        private volatile boolean dropped;

        Inquiry(Function<CredentialBackend, CompletionStage<CredentialResult>> question) {
            this.question = question;
        }

        CompletableFuture<CredentialResult> begin() {
            // A fold over the links rather than a call from each to the next: its depth does not grow with the chain.
            CompletableFuture<Progress> standing = CompletableFuture.completedFuture(Progress.START);
            for (Link link : links) {
                standing = standing.thenCompose(soFar -> soFar.over || dropped
                    ? CompletableFuture.completedFuture(soFar)
                    : ask(link).thenApply(result -> soFar.and(result, link)));
            }
            return RequestFuture.of(standing.thenApply(Progress::verdict), this::drop);
        }

        private void drop() {
            dropped = true;
            abandon(asked);
        }

        private CompletableFuture<CredentialResult> ask(Link link) {
            CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
            try {
                CompletionStage<CredentialResult> stage = Objects.requireNonNull(question.apply(link.backend));
                asked = stage;
                stage.whenComplete((result, fault) -> {
                    if (fault == null && result != null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(fault == null ? new NullPointerException() : fault);
                    }
                });
                if (dropped) {
                    abandon(stage);
                }
            } catch (Throwable fault) {
                // Errors too: a driver that is not on the class path must not leave a client without an answer.
                answer.completeExceptionally(fault);
            }
            return answer.handle((result, fault) -> (fault == null ? result : CredentialResult.unavailable(fault)).by(link.name))
                .thenApply(this::logged);
        }

        /** A backend that fails must be seen even if one behind it mends the answer; who was not asked has not failed. */
        private CredentialResult logged(CredentialResult result) {
            if (result.kind() == CredentialResult.Kind.UNAVAILABLE && result.wasAsked() && !dropped) {
                LOGGER.warn("Backend {} is unavailable: {}", result.backend().orElseThrow(), result.reason());
            }
            return result;
        }
    }

    private static void abandon(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(false);
        } catch (RuntimeException e) {
            // A stage that is no future cannot be told; its answer is dropped. It must not spoil one that came in time.
            LOGGER.debug("A backend's stage cannot be cancelled: {}", e.getClass().getName());
        }
    }

    /** What is known after some of the links. Immutable. */
    private static final class Progress {
        private static final Progress START = new Progress(Optional.empty(), Optional.empty(), false);

        private final Optional<CredentialResult> weightiest;
        private final Optional<CredentialResult> refusal;
        private final boolean over;

        private Progress(Optional<CredentialResult> weightiest, Optional<CredentialResult> refusal, boolean over) {
            this.weightiest = weightiest;
            this.refusal = refusal;
            this.over = over;
        }

        Progress and(CredentialResult result, Link link) {
            return new Progress(weightier(weightiest, result), result.kind().isRefusal() ? weightier(refusal, result) : refusal,
                link.after(result) == Then.STOP);
        }

        CredentialResult verdict() {
            CredentialResult verdict = weightiest.orElseGet(() -> CredentialResult.unavailable("nobody was asked"));
            return verdict.kind() == CredentialResult.Kind.UNAVAILABLE ? refusal.map(verdict::after).orElse(verdict) : verdict;
        }

        private static Optional<CredentialResult> weightier(Optional<CredentialResult> before, CredentialResult result) {
            return before.filter(known -> weight(known) >= weight(result)).or(() -> Optional.of(result));
        }

        private static int weight(CredentialResult result) {
            switch (result.kind()) {
                case ACCEPTED:
                    return 3;
                case UNAVAILABLE:
                    return 2;
                case UNKNOWN:
                    return 0;
                default:
                    return 1;
            }
        }
    }

    /** What to do after an answer that is not "accepted". */
    public enum Then {
        /** Ask the next backend; the default throughout. */
        NEXT,
        /** Ask nobody else. */
        STOP
    }

    /** A backend and what its answers mean for those behind it. Immutable. */
    public static final class Link {
        private final CredentialBackend backend;
        private final String name;
        private final Then onUnknown;
        private final Then onRefused;
        private final Then onUnavailable;

        private Link(CredentialBackend backend, Then onUnknown, Then onRefused, Then onUnavailable) {
            this.backend = Objects.requireNonNull(backend, "backend");
            this.name = Objects.requireNonNull(backend.name(), "name");
            this.onUnknown = Objects.requireNonNull(onUnknown, "onUnknown");
            this.onRefused = Objects.requireNonNull(onRefused, "onRefused");
            this.onUnavailable = Objects.requireNonNull(onUnavailable, "onUnavailable");
        }

        /** A link that goes on after every answer but "accepted". */
        public static Link of(CredentialBackend backend) {
            return new Link(backend, Then.NEXT, Then.NEXT, Then.NEXT);
        }

        /** After {@link CredentialResult.Kind#UNKNOWN}. */
        public Link onUnknown(Then then) {
            return new Link(backend, then, onRefused, onUnavailable);
        }

        /**
         * After {@link CredentialResult.Kind#REFUSED}, {@link CredentialResult.Kind#DISABLED},
         * {@link CredentialResult.Kind#EXPIRED} and {@link CredentialResult.Kind#TOO_WEAK}: four ways to say that the user is
         * known and may not log in.
         */
        public Link onRefused(Then then) {
            return new Link(backend, onUnknown, then, onUnavailable);
        }

        /** After {@link CredentialResult.Kind#UNAVAILABLE}, and after every fault, which is the same. */
        public Link onUnavailable(Then then) {
            return new Link(backend, onUnknown, onRefused, then);
        }

        public CredentialBackend backend() {
            return backend;
        }

        private Then after(CredentialResult result) {
            switch (result.kind()) {
                case ACCEPTED:
                    return Then.STOP;
                case UNKNOWN:
                    return onUnknown;
                case UNAVAILABLE:
                    return onUnavailable;
                default:
                    return onRefused;
            }
        }
    }
}
