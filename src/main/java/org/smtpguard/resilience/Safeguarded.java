package org.smtpguard.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;

import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.Secret;

/**
 * A backend with its {@link Safeguards}: each request passes a {@link RequestGate}, unless the cache has a verdict. Every request gets
 * exactly one answer, none is sent to the backend twice, and no stage fails.
 *
 * <p>Threads: any. A request is sent to the backend on the caller's thread or, after a wait, on the thread that ended another one. The
 * answer completes on the backend's thread, or on the JDK's timer after a timeout; callbacks must not block. Cached verdicts are returned
 * immediately.
 */
public final class Safeguarded implements CredentialBackend {
    private static final Reading<CredentialResult> VERDICTS = new Reading<>() {
        @Override
        public CredentialResult verdict(CredentialResult answer) {
            return answer;
        }

        @Override
        public Optional<CredentialResult> decision(CredentialResult answer) {
            return Optional.of(answer);
        }

        @Override
        public CredentialResult unavailable(CredentialResult why) {
            return why;
        }
    };

    /** Keys are not cached. */
    private static final Reading<KeyResult> KEYS = new Reading<>() {
        @Override
        public CredentialResult verdict(KeyResult answer) {
            return answer.asCredentialResult();
        }

        @Override
        public Optional<CredentialResult> decision(KeyResult answer) {
            return Optional.empty();
        }

        @Override
        public KeyResult unavailable(CredentialResult why) {
            return KeyResult.none(why);
        }
    };

    /** A challenge is a definite answer, and not a refusal. */
    private static final CredentialResult CHALLENGED = CredentialResult.accepted("challenged");
    private static final Reading<RelayStep> STEPS = new Reading<>() {
        @Override
        public CredentialResult verdict(RelayStep answer) {
            return answer.verdict().orElse(CHALLENGED);
        }

        @Override
        public Optional<CredentialResult> decision(RelayStep answer) {
            return answer.verdict();
        }

        @Override
        public RelayStep unavailable(CredentialResult why) {
            return RelayStep.verdict("", why);
        }
    };

    private final CredentialBackend backend;
    private final Safeguards safeguards;
    private final Time time;
    private final RequestGate gate;
    private final Optional<VerdictCache> cache;

    private Safeguarded(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        this.backend = backend;
        this.safeguards = safeguards;
        this.time = time;
        this.gate = new RequestGate(backend, safeguards.timeout().orElseGet(backend::timeLimit), safeguards, watch, time);
        this.cache = safeguards.cache().map(lifetimes -> new VerdictCache(lifetimes, time, gate.health::usedExpired));
        cache.ifPresent(verdicts -> backend.onChange(verdicts::drop));
    }

    /** The backend with safeguards. */
    public static Safeguarded around(CredentialBackend backend, Safeguards safeguards) {
        return around(backend, safeguards, Time.SYSTEM);
    }

    /**
     * The backend with safeguards, observed.
     *
     * @param watch called when a request is sent to the backend, with a stage that completes when it is answered or abandoned
     */
    public static Safeguarded around(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch) {
        return around(backend, safeguards, watch, Time.SYSTEM);
    }

    static Safeguarded around(CredentialBackend backend, Safeguards safeguards, Time time) {
        return around(backend, safeguards, sent -> { }, time);
    }

    static Safeguarded around(CredentialBackend backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        return new Safeguarded(backend, safeguards, watch, time);
    }

    /**
     * @param action called after each line on its health that is logged
     * @return this
     */
    public Safeguarded afterHealthLine(Runnable action) {
        gate.health.afterLine(action);
        return this;
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public Duration timeLimit() {
        return gate.limit;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        if (!credentials.canBeValid()) {
            // The same for known and unknown users: neither hashed nor looked up nor sent.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        if (cache.isEmpty()) {
            return verify(credentials, VERDICTS);
        }
        VerdictCache.Recollection recollection = cache.get().of(credentials, backend.relevant(credentials.origin()));
        return recollection.fresh().map(CompletableFuture::completedFuture).orElseGet(() -> verify(credentials, recollection));
    }

    private CompletableFuture<CredentialResult> verify(Credentials credentials, Reading<CredentialResult> reading) {
        return gate.submit(credentials.username(), credentials.origin(), timed -> backend.verify(credentials.from(timed)), reading);
    }

    @Override
    public boolean claims(Secret password) {
        return backend.claims(password);
    }

    @Override
    public Optional<AppPasswords> appPasswords() {
        return backend.appPasswords();
    }

    @Override
    public boolean hasKeys() {
        return backend.hasKeys();
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        return gate.submit(username, origin, timed -> backend.lookup(username, scheme, timed), KEYS);
    }

    @Override
    public KeyCensus census(String scheme) {
        return backend.census(scheme);
    }

    @Override
    public String identity(String username) {
        return backend.identity(username);
    }

    @Override
    public Set<String> relayed() {
        return backend.relayed();
    }

    @Override
    public CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse) {
        return step(origin, timed -> backend.relay(mechanism, timed, initialResponse));
    }

    private CompletionStage<RelayStep> step(Origin origin, Function<Origin, CompletionStage<RelayStep>> question) {
        CompletableFuture<RelayStep> sent = gate.submit("", origin, question, STEPS);
        return RequestFuture.of(sent.thenApply(next -> next.challenge()
            .map(challenge -> RelayStep.challenge(challenge, response -> step(origin, timed -> next.respond(response)))).orElse(next)),
            sent);
    }

    @Override
    public Origin relevant(Origin origin) {
        return backend.relevant(origin);
    }

    /** The maximum time for an answer, including the time in queues. */
    public Duration answerLimit() {
        return gate.limit.plus(RequestGate.QUEUE_LIMIT);
    }

    /**
     * Limited in time too. Independent of circuit breaker and concurrency limit, since a check is most useful during an outage. Its result
     * becomes part of the {@link Health}. Empty if nothing is known: the backend has no check, or this server is too busy to make one.
     */
    @Override
    public CompletionStage<Optional<String>> check() {
        long begin = time.nanos();
        CompletableFuture<Optional<String>> answer = new CompletableFuture<>();
        Time.Alarm alarm = time.in(gate.limit, () -> answer.completeExceptionally(new TimeoutException()));
        try {
            backend.check().whenComplete((found, failure) -> {
                if (failure == null) {
                    answer.complete(found);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (Throwable failure) {
            answer.completeExceptionally(failure);
        }
        return answer.handle((found, failure) -> {
            alarm.callOff();
            return failure == null ? checked(begin, found) : notChecked(failure);
        });
    }

    /** A backend that only reports a flaw, such as an unusable new version of its file, is available. */
    private Optional<String> checked(long begin, Optional<String> found) {
        if (found.isEmpty() || found.equals(flaw())) {
            gate.health.checkSucceeded(begin);
        } else {
            gate.health.checkFailed(found.get());
        }
        return found;
    }

    private Optional<String> notChecked(Throwable failure) {
        if (failure instanceof UnsupportedOperationException) {
            return Optional.empty();
        }
        CredentialResult result = failure instanceof TimeoutException
            ? gate.isBusy() ? CredentialResult.overloaded("this server is busy") : CredentialResult.unavailable(gate.timeoutReason())
            : gate.failure(failure);
        if (result.isOverload()) {
            return Optional.empty();
        }
        gate.health.checkFailed(result.reason());
        return Optional.of(result.reason());
    }

    @Override
    public Optional<String> flaw() {
        return backend.flaw();
    }

    @Override
    public Optional<String> mistake() {
        return backend.mistake();
    }

    @Override
    public List<String> notices() {
        return backend.notices();
    }

    @Override
    public Optional<String> summary() {
        return backend.summary();
    }

    @Override
    public Optional<String> address() {
        return backend.address();
    }

    /** How it is now. */
    public Health health() {
        return gate.health.now();
    }

    /** A snapshot of its state. */
    public BackendStatus status() {
        return new BackendStatus(name(), type(), address(), health(), gate.breaker.state(),
            gate.tally.requests(gate.overloaded()), gate.tally.latency(),
            new BackendStatus.Load(gate.limiter.inside(), safeguards.concurrency(), gate.limiter.waiting(), safeguards.queue()),
            cache.map(VerdictCache::status).orElse(BackendStatus.CacheStatus.NONE), gate.health.answeredAt(), gate.breaker.lastFailure());
    }

    /** The class as it may be written in the configuration. */
    private String type() {
        return backend.getClass().getName().replaceFirst("^org\\.smtpguard\\.backend\\.[a-z]+\\.", "");
    }

    /** Waiting requests are answered immediately, pending ones within the time limit. */
    @Override
    public void close() {
        gate.close();
        backend.close();
    }

    @Override
    public String toString() {
        return backend.toString();
    }
}
