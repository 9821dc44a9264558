package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.fact;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Health;

/** The state of a backend, as facts and as a card. */
final class BackendFacts {
    private BackendFacts() {
    }

    static Map<String, Object> of(BackendStatus backend) {
        return Facts.of("name", backend.name()).and("class", backend.type()).and("address", backend.address())
            .and("health", backend.health().state().toString()).and("reason", backend.health().reason())
            .and("since", backend.health().since())
            .and("circuit", backend.circuit().toString())
            .and("requests", requests(backend.requests()))
            .and("latency", backend.latency().map(latency -> Facts.of("p50", round(latency.median()))
                .and("p99", round(latency.percentile99())).and("requests", latency.requests())))
            .and("queue", Facts.of("pending", backend.load().pending()).and("maxPending", backend.load().maxPending())
                .and("waiting", backend.load().waiting()).and("maxWaiting", backend.load().maxWaiting()))
            .and("cache", Facts.of("hits", backend.cache().hits()).and("stale", backend.cache().stale())
                .and("misses", backend.cache().misses()).and("entries", backend.cache().entries()))
            .and("lastAnswer", backend.lastAnswer())
            .and("lastFailure", backend.lastFailure().map(failure -> Facts.of("reason", failure.reason()).and("at", failure.at()))).map();
    }

    private static Facts requests(BackendStatus.Requests requests) {
        return Facts.of("accepted", requests.accepted()).and("refused", requests.refused()).and("undecided", requests.undecided())
            .and("failed", requests.failed()).and("overloaded", requests.overloaded());
    }

    /** To a tenth of a millisecond. */
    private static double round(double millis) {
        return Math.round(millis * 10) / 10.0;
    }

    static Element cards(List<BackendStatus> backends, Instant now, Times times) {
        if (backends.isEmpty()) {
            return el("p", "No port has a backend: AUTH is not offered, or James handles it.").css("muted");
        }
        return el("div", backends.stream().map(backend -> card(backend, now, times))).css("backends");
    }

    private static Element card(BackendStatus backend, Instant now, Times times) {
        Health health = backend.health();
        return el("article",
            el("h3", el("span").css("dot").at("aria-hidden", "true"), backend.name()),
            el("p", backend.type() + backend.address().map(where -> " at " + where).orElse("")).css("muted"),
            el("p", words(health.state()), " ", el("span", "for " + Times.span(Duration.between(health.since(), now))).css("muted")),
            el("p", health.reason()).css(health.isHealthy() ? "muted" : "observed"),
            el("dl",
                fact("answers", answers(backend.requests())),
                fact("failures", failures(backend.requests())),
                fact("latency", backend.latency().map(latency -> "p50 " + round(latency.median()) + " ms, p99 "
                    + round(latency.percentile99()) + " ms (last " + latency.requests() + " requests)").orElse("not known yet")),
                fact("circuit", backend.circuit().toString()),
                fact("pending", backend.load().pending() + " of at most " + backend.load().maxPending()),
                fact("waiting", backend.load().waiting() + " of at most " + backend.load().maxWaiting()),
                fact("cache", cache(backend.cache())),
                fact("last answer", backend.lastAnswer().map(at -> (Object) times.moment(at)).orElse("none since the start")),
                fact("last failure", backend.lastFailure()
                    .map(failure -> (Object) el("span", failure.reason(), ", ", times.moment(failure.at())))
                    .orElse("none since the start")))).css(kind(health));
    }

    private static String answers(BackendStatus.Requests requests) {
        return requests.accepted() + " yes, " + requests.refused() + " no"
            + (requests.undecided() > 0 ? ", " + requests.undecided() + " keys and challenges" : "");
    }

    private static String failures(BackendStatus.Requests requests) {
        return requests.failed() + (requests.overloaded() == 0 ? ", no overload of this server"
            : ", and " + requests.overloaded() + " because this server was overloaded");
    }

    private static String cache(BackendStatus.CacheStatus cache) {
        long requests = cache.hits() + cache.stale() + cache.misses();
        return requests == 0 ? "none, or not used yet" : cache.hits() + " of " + requests + " requests answered"
            + (cache.stale() > 0 ? ", " + cache.stale() + " expired" : "") + "; " + cache.entries() + " entries";
    }

    private static String words(Health.State state) {
        switch (state) {
            case HEALTHY:
                return "Healthy";
            case DEGRADED:
                return "Degraded";
            default:
                return "Down";
        }
    }

    /** The style of a statement about it. */
    static String kind(Health health) {
        switch (health.state()) {
            case HEALTHY:
                return "good";
            case DEGRADED:
                return "warn";
            default:
                return "bad";
        }
    }
}
