package org.smtpguard.resilience;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;

/**
 * One request to a {@link RequestGate}. The thread that moves it to the next stage, of which there is exactly one, does the work of that
 * stage, outside of the lock.
 */
final class GatedRequest<T> implements ConcurrencyLimiter.Visitor, Origin.QueueListener {
    private static final Logger LOGGER = LoggerFactory.getLogger(GatedRequest.class);

    private final RequestGate gate;
    private final String name;
    private final Origin origin;
    private final Function<Origin, CompletionStage<T>> question;
    private final Reading<T> reading;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private volatile long admitted;
    private volatile long sentAt;
    private volatile Optional<CompletionStage<T>> sent = Optional.empty();
    // Guarded by this.
    private Stage stage = Stage.WAITS;
    private boolean clientGone;
    private long since;
    private long waited;
    private long used;
    private Optional<PendingAlarm> alarm = Optional.empty();

    /** @param name the user of the request; empty if unknown */
    GatedRequest(RequestGate gate, String name, Origin origin, Function<Origin, CompletionStage<T>> question, Reading<T> reading) {
        this.gate = gate;
        this.since = gate.time.nanos();
        this.name = name;
        this.origin = origin.reportingTo(this);
        this.question = question;
        this.reading = reading;
    }

    CompletableFuture<T> start() {
        gate.limiter.enter(origin.network(), this);
        setAlarm();
        if (outcome.isDone()) {
            return outcome;
        }
        return RequestFuture.of(outcome, this::onClientGone);
    }

    @Override
    public void admitted() {
        OptionalLong permit = gate.breaker.admit(name);
        if (permit.isEmpty()) {
            gate.limiter.leave();
            refuseForOutage(gate.breaker.reason());
            return;
        }
        admitted = permit.getAsLong();
        sentAt = gate.time.nanos();
        if (!move(Stage.WAITS, Stage.PENDING)) {
            gate.breaker.withdrawn(admitted);
            gate.limiter.leave();
            return;
        }
        try {
            gate.watch.accept(outcome);
            CompletionStage<T> given = Objects.requireNonNull(question.apply(origin));
            sent = Optional.of(given);
            if (isOver()) {
                abandon();
            }
            given.whenComplete(this::onAnswer);
        } catch (Throwable failure) {
            // Also errors: a driver that is not on the class path must not leave a client without a reply.
            onAnswer(null, failure);
        }
        setAlarm();
    }

    @Override
    public void displaced() {
        if (move(Stage.WAITS, Stage.OVER)) {
            finish(reading.unavailable(gate.overload("too many requests wait, " + gate.limiter.inside() + " are pending")));
        }
    }

    @Override
    public void queued() {
        if (!move(Stage.PENDING, Stage.QUEUED)) {
            return;
        }
        if (isClientGone()) {
            onClientGone();
        } else {
            setAlarm();
        }
    }

    @Override
    public void started() {
        if (move(Stage.QUEUED, Stage.PENDING)) {
            setAlarm();
        }
    }

    private void onAnswer(T answer, Throwable failure) {
        CredentialResult verdict = verdict(answer, failure);
        if (!move(Stage.PENDING, Stage.OVER) && !move(Stage.QUEUED, Stage.OVER)) {
            return;
        }
        if (verdict.kind() != CredentialResult.Kind.UNAVAILABLE) {
            answered(verdict.kind().isRefusal(), reading.decision(answer));
            reading.definite(answer);
            leave(answer);
        } else if (verdict.isForThisUser()) {
            // The service works, so an expired verdict must not replace this answer.
            answered(true, Optional.of(verdict));
            leave(answer);
        } else if (verdict.wasQueried()) {
            fail(verdict);
        } else {
            gate.breaker.withdrawn(admitted);
            leave(reading.unavailable(verdict.isOverload() ? gate.overload(verdict.reason()) : verdict));
        }
    }

    private void answered(boolean isRefusal, Optional<CredentialResult> decision) {
        gate.breaker.answered(admitted, isRefusal);
        gate.tally.answered(decision, used());
        gate.health.answered();
    }

    private CredentialResult verdict(T answer, Throwable failure) {
        try {
            return failure == null ? reading.verdict(Objects.requireNonNull(answer)) : gate.failure(failure);
        } catch (RuntimeException invalidAnswer) {
            return gate.failure(invalidAnswer);
        }
    }

    /** The time limit of the stage has expired. */
    private void onTimeout(Stage from) {
        if (from == Stage.WAITS) {
            gate.limiter.forget(this);
            finish(reading.unavailable(gate.overload(waitedTooLong())));
            return;
        }
        // Abandoned first, so that one request never occupies two backends.
        abandon();
        if (from == Stage.PENDING) {
            fail(CredentialResult.unavailable(gate.timeoutReason()).perhapsForThisUser());
        } else {
            gate.breaker.withdrawn(admitted);
            leave(reading.unavailable(gate.overload(waitedTooLong())));
        }
    }

    private static String waitedTooLong() {
        return "its turn did not come within " + RequestGate.QUEUE_LIMIT.toMillis() + " ms";
    }

    private void onClientGone() {
        synchronized (this) {
            clientGone = true;
        }
        String reason = "the client has gone";
        if (move(Stage.QUEUED, Stage.OVER)) {
            abandon();
            gate.breaker.withdrawn(admitted);
            leave(reading.unavailable(CredentialResult.notQueried(reason)));
        } else {
            refuse(reason);
        }
    }

    /** Ends the request if it waits for the concurrency limit. */
    void refuse(String reason) {
        if (move(Stage.WAITS, Stage.OVER)) {
            gate.limiter.forget(this);
            finish(reading.unavailable(CredentialResult.notQueried(reason)));
        }
    }

    void refuseForOutage(String reason) {
        if (move(Stage.WAITS, Stage.OVER)) {
            finish(reading.outage(CredentialResult.notQueried(reason)));
        }
    }

    private void fail(CredentialResult verdict) {
        CircuitBreaker.Effect effect = gate.breaker.failed(admitted, sentAt, name, verdict);
        gate.tally.failed(used());
        if (effect == CircuitBreaker.Effect.UNCOUNTED) {
            gate.health.unanswered(verdict.reason());
        } else {
            gate.health.now();
        }
        if (effect == CircuitBreaker.Effect.OPENED) {
            gate.limiter.forgetAll().forEach(waiting -> ((GatedRequest<?>) waiting).refuseForOutage(gate.breaker.reason()));
        }
        leave(reading.outage(verdict));
    }

    private void leave(T result) {
        gate.limiter.leave();
        finish(result);
    }

    private void finish(T result) {
        callOff();
        outcome.complete(result);
    }

    private void abandon() {
        try {
            sent.ifPresent(given -> given.toCompletableFuture().cancel(false));
        } catch (RuntimeException e) {
            // Not every stage is a future that can be cancelled; then its result is ignored.
            LOGGER.debug("A backend's stage cannot be cancelled: {}", e.getClass().getName());
        }
    }

    /** @return whether the request was in stage {@code from} and has been moved */
    private synchronized boolean move(Stage from, Stage to) {
        if (stage != from) {
            return false;
        }
        long now = gate.time.nanos();
        if (from == Stage.PENDING) {
            used += now - since;
        } else {
            waited += now - since;
        }
        if ((from == Stage.QUEUED) != (to == Stage.QUEUED)) {
            gate.queued(to == Stage.QUEUED);
        }
        since = now;
        stage = to;
        return true;
    }

    /** The time that the backend took, in nanoseconds. */
    private synchronized long used() {
        return used;
    }

    private synchronized boolean isOver() {
        return stage == Stage.OVER;
    }

    private synchronized boolean isClientGone() {
        return clientGone;
    }

    /** Sets an alarm for the end of the stage's time, unless one is set for that time or before; an early alarm sets another. */
    private synchronized void setAlarm() {
        if (stage == Stage.OVER) {
            return;
        }
        long left = left();
        long at = gate.time.nanos() + left;
        if (alarm.filter(set -> set.at - at <= 0).isEmpty()) {
            callOff();
            alarm = Optional.of(new PendingAlarm(at, gate.time.in(Duration.ofNanos(Math.max(0, left)), this::onAlarm)));
        }
    }

    private synchronized long left() {
        long end = stage == Stage.PENDING ? gate.limit.toNanos() - used : RequestGate.QUEUE_LIMIT.toNanos() - waited;
        return end - (gate.time.nanos() - since);
    }

    private void onAlarm() {
        Stage from;
        boolean isDue;
        synchronized (this) {
            alarm = Optional.empty();
            from = stage;
            isDue = left() <= 0 && stage != Stage.OVER && move(stage, Stage.OVER);
        }
        if (isDue) {
            onTimeout(from);
        } else {
            setAlarm();
        }
    }

    private synchronized void callOff() {
        alarm.ifPresent(set -> set.alarm.callOff());
        alarm = Optional.empty();
    }

    private enum Stage {
        /** It waits for the concurrency limit. */
        WAITS,
        /** It was sent to the backend. */
        PENDING,
        /** The backend's work waits for a worker. */
        QUEUED,
        /** It is answered or abandoned. */
        OVER
    }

    /** An alarm that is set. */
    private static final class PendingAlarm {
        private final long at;
        private final Time.Alarm alarm;

        PendingAlarm(long at, Time.Alarm alarm) {
            this.at = at;
            this.alarm = alarm;
        }
    }
}
