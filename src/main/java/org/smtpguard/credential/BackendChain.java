package org.smtpguard.credential;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queries backends one after the other. The first that accepts ends the chain; each link says whether to continue after other results.
 * If no backend accepts, the log-in is refused only if every queried backend refused it: {@link CredentialResult.Kind#UNAVAILABLE}
 * takes precedence over refusals, these over {@link CredentialResult.Kind#UNKNOWN}, and the first over later ones of the same weight.
 *
 * <p>A backend that throws, returns {@code null} or fails its stage is unavailable. The chain has no time limit of its own; package
 * {@code resilience} puts one around each backend.
 *
 * <p>Threads: any; {@link #verify} returns immediately. The first backend is queried on the caller's thread, each further one on the
 * thread that completed the previous result, which also completes the future: callbacks must not block.
 */
public final class BackendChain {
    private static final Logger LOGGER = LoggerFactory.getLogger(BackendChain.class);

    private final List<Link> links;

    /**
     * @param links the backends, in the order in which they are queried
     * @throws IllegalArgumentException if there is no link
     */
    public BackendChain(List<Link> links) {
        if (links.isEmpty()) {
            throw new IllegalArgumentException("A chain needs a backend");
        }
        this.links = List.copyOf(links);
    }

    /**
     * Verifies credentials. The future never fails. Its result names the deciding backend; if that was unavailable and another one
     * refused, it also has the refusal ({@link CredentialResult#refusal}). Credentials that no user can have
     * ({@link Credentials#canBeValid}) are refused without a query. If backends {@linkplain CredentialBackend#claims claim} the password,
     * no other is queried.
     *
     * <p>When the client disconnects, the caller cancels the future: no further backend is queried, and a waiting request is dropped. The
     * result is that of the backends queried so far ({@link RequestFuture}).
     */
    public CompletableFuture<CredentialResult> verify(Credentials credentials) {
        if (!credentials.canBeValid()) {
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        List<Link> claiming = links.stream().filter(link -> link.backend.claims(credentials.password()))
            .collect(Collectors.toUnmodifiableList());
        return new Query(claiming.isEmpty() ? links : claiming, backend -> backend.verify(credentials)).start();
    }

    /**
     * Looks up a user's SCRAM keys, by the same rules: the first backend that has them ends the chain. The future never fails.
     *
     * @param scheme the mechanism of the keys, without {@code -PLUS}
     * @param origin the origin of the request
     */
    public CompletableFuture<KeyResult> lookup(String username, String scheme, Origin origin) {
        AtomicReference<Optional<KeyResult>> found = new AtomicReference<>(Optional.empty());
        CompletableFuture<CredentialResult> verdict = new Query(links, backend -> {
            CompletionStage<KeyResult> looked = backend.lookup(username, scheme, origin);
            CompletionStage<CredentialResult> judged = looked.thenApply(result -> {
                if (result.keys().isPresent()) {
                    found.set(Optional.of(result));
                }
                return result.asCredentialResult();
            });
            return RequestFuture.of(judged, () -> abandon(looked));
        }).start();
        return RequestFuture.of(verdict.thenApply(result -> found.get().filter(any -> result.isAccepted())
            .orElseGet(() -> KeyResult.none(result)).by(result.backend())), verdict);
    }

    /** The census of all backends' SCRAM keys of a scheme. Returns immediately. */
    public KeyCensus census(String scheme) {
        return links.stream().map(link -> link.backend.census(scheme)).reduce(KeyCensus.counted(Map.of()), KeyCensus::and);
    }

    /** The same for all names by which every backend finds the same user. */
    public String identity(String username) {
        return links.stream().reduce(username, (name, link) -> link.backend.identity(name), (one, other) -> other);
    }

    /** One request that is sent along the chain. */
    private static final class Query {
        private final List<Link> queried;
        private final Function<CredentialBackend, CompletionStage<CredentialResult>> request;
        private volatile CompletionStage<?> current = CompletableFuture.completedFuture(null);
        private volatile boolean abandoned;

        Query(List<Link> queried, Function<CredentialBackend, CompletionStage<CredentialResult>> request) {
            this.queried = queried;
            this.request = request;
        }

        CompletableFuture<CredentialResult> start() {
            // A fold over the links, not a recursion, so that the depth of calls does not grow with the chain.
            CompletableFuture<Progress> progress = CompletableFuture.completedFuture(Progress.START);
            for (Link link : queried) {
                progress = progress.thenCompose(soFar -> soFar.over || abandoned
                    ? CompletableFuture.completedFuture(soFar)
                    : query(link).thenApply(result -> soFar.and(result, link)));
            }
            return RequestFuture.of(progress.thenApply(Progress::verdict), this::abandonQuery);
        }

        private void abandonQuery() {
            abandoned = true;
            abandon(current);
        }

        private CompletableFuture<CredentialResult> query(Link link) {
            CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
            try {
                CompletionStage<CredentialResult> stage = Objects.requireNonNull(request.apply(link.backend));
                current = stage;
                stage.whenComplete((result, failure) -> {
                    if (failure == null && result != null) {
                        answer.complete(result);
                    } else {
                        answer.completeExceptionally(failure == null ? new NullPointerException() : failure);
                    }
                });
                if (abandoned) {
                    abandon(stage);
                }
            } catch (Throwable failure) {
                // Also errors: a driver that is not on the class path must not leave a client without a reply.
                answer.completeExceptionally(failure);
            }
            return answer.handle((result, failure) -> (failure == null ? result : CredentialResult.unavailable(failure)).by(link.name))
                .thenApply(this::log);
        }

        /** A failing backend is logged even if a later one accepts; a backend that was not queried has not failed. */
        private CredentialResult log(CredentialResult result) {
            if (result.kind() == CredentialResult.Kind.UNAVAILABLE && result.wasQueried() && !abandoned) {
                LOGGER.warn("Backend {} is unavailable: {}", result.backend().orElseThrow(), result.reason());
            }
            return result;
        }
    }

    private static void abandon(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().cancel(false);
        } catch (RuntimeException e) {
            // Not every stage is a future that can be cancelled; then its result is ignored.
            LOGGER.debug("A backend's stage cannot be cancelled: {}", e.getClass().getName());
        }
    }

    /** The results of the links queried so far. Immutable. */
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
            CredentialResult verdict = weightiest.orElseGet(() -> CredentialResult.unavailable("no backend was queried"));
            return verdict.kind() == CredentialResult.Kind.UNAVAILABLE ? refusal.map(verdict::withRefusal).orElse(verdict) : verdict;
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

    /** What to do after a result other than ACCEPTED. */
    public enum Then {
        /** Query the next backend; the default. */
        NEXT,
        /** End the chain. */
        STOP
    }

    /** A backend, and whether the chain continues after its results. Immutable. */
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

        /** A link that continues after every result other than ACCEPTED. */
        public static Link of(CredentialBackend backend) {
            return new Link(backend, Then.NEXT, Then.NEXT, Then.NEXT);
        }

        /** After {@link CredentialResult.Kind#UNKNOWN}. */
        public Link onUnknown(Then then) {
            return new Link(backend, then, onRefused, onUnavailable);
        }

        /**
         * After {@link CredentialResult.Kind#REFUSED}, {@link CredentialResult.Kind#DISABLED},
         * {@link CredentialResult.Kind#EXPIRED} and {@link CredentialResult.Kind#TOO_WEAK}: the user is known and may not log in.
         */
        public Link onRefused(Then then) {
            return new Link(backend, onUnknown, then, onUnavailable);
        }

        /** After {@link CredentialResult.Kind#UNAVAILABLE}, including exceptions. */
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
