package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.fact;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.smtpguard.resilience.BackendStatus;

/** The state of a backend, as facts and as a card. */
final class BackendFacts {
    private BackendFacts() {
    }

    static Map<String, Object> of(BackendStatus backend) {
        return Facts.of("name", backend.name()).and("state", backend.state().toString()).and("since", backend.since())
            .and("flaw", backend.flaw())
            .and("pending", backend.pending()).and("waiting", backend.waiting()).and("overloaded", backend.overloaded())
            .and("cache", Facts.of("hits", backend.cache().hits()).and("stale", backend.cache().stale())
                .and("misses", backend.cache().misses()).and("entries", backend.cache().entries()))
            .and("lastFailure", backend.lastFailure().map(failure -> Facts.of("reason", failure.reason()).and("at", failure.at()))).map();
    }

    static Element cards(List<BackendStatus> backends, Instant now, Times times) {
        if (backends.isEmpty()) {
            return el("p", "No port has a backend: AUTH is not offered, or James handles it.").css("muted");
        }
        return el("div", backends.stream().map(backend -> card(backend, now, times))).css("backends");
    }

    private static Element card(BackendStatus backend, Instant now, Times times) {
        return el("article",
            el("h3", el("span").css("dot").at("aria-hidden", "true"), backend.name()),
            el("p", words(backend), " ", el("span", "for " + Times.span(Duration.between(backend.since(), now))).css("muted")),
            backend.flaw().map(flaw -> el("p", flaw).css("observed")),
            el("dl",
                fact("pending", backend.pending() + (backend.waiting() > 0 ? ", and " + backend.waiting() + " waiting" : "")),
                fact("overload", backend.overloaded() == 0 ? "none since the start"
                    : backend.overloaded() + " answered 454 since the start, because a queue was full or the wait too long"),
                fact("cache", cache(backend.cache())),
                fact("last failure", backend.lastFailure()
                    .map(failure -> (Object) el("span", failure.reason(), ", ", times.moment(failure.at())))
                    .orElse("none since the start")))).css(kind(backend));
    }

    private static String cache(BackendStatus.CacheStatus cache) {
        long requests = cache.hits() + cache.stale() + cache.misses();
        return requests == 0 ? "none, or not used yet" : cache.hits() + " of " + requests + " requests answered"
            + (cache.stale() > 0 ? ", " + cache.stale() + " expired" : "") + "; " + cache.entries() + " entries";
    }

    private static String words(BackendStatus backend) {
        switch (backend.state()) {
            case CLOSED:
                return "Answers";
            case OPEN:
                return "Circuit open, after too many failures in a row";
            default:
                return "Circuit half-open: a trial request is pending";
        }
    }

    private static String kind(BackendStatus backend) {
        Optional<String> flaw = backend.flaw();
        return backend.state() != BackendStatus.State.CLOSED ? "bad" : flaw.isPresent() ? "warn" : "good";
    }
}
