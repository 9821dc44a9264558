package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.smtpguard.resilience.BackendStatus;

/** The state of all backends. */
final class BackendsView extends View {
    private final List<BackendStatus> backends;
    private final Instant now;
    private final Times times;

    BackendsView(List<BackendStatus> backends, Instant now, Times times) {
        this.backends = backends;
        this.now = now;
        this.times = times;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("backends", backends.stream().map(BackendFacts::of).collect(Collectors.toList())).map();
    }

    @Override
    String title() {
        return "Backends";
    }

    @Override
    Place place() {
        return Place.BACKENDS;
    }

    @Override
    boolean isLive() {
        return true;
    }

    @Override
    Element content() {
        return el("section", el("h2", "How they are"), BackendFacts.cards(backends, now, times)).css("card");
    }
}
