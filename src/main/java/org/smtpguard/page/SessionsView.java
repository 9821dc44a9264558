package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.transcript.Transcript;

/** The sessions to which a filter applies, a page of them. */
final class SessionsView extends View {
    private final SessionFilter filter;
    private final int page;
    private final List<Transcript> sessions;
    private final boolean hasMore;
    private final List<String> outcomes;
    private final String kept;
    private final Times times;

    /**
     * @param page its number, from 1
     * @param hasMore whether there are older ones
     * @param outcomes of log-ins, to choose from
     * @param kept how long and how many are kept
     */
    SessionsView(SessionFilter filter, int page, List<Transcript> sessions, boolean hasMore, List<String> outcomes, String kept,
                 Times times) {
        this.filter = filter;
        this.page = page;
        this.sessions = sessions;
        this.hasMore = hasMore;
        this.outcomes = outcomes;
        this.kept = kept;
        this.times = times;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("sessions", SessionList.facts(sessions)).and("page", page).and("more", hasMore).map();
    }

    @Override
    String title() {
        return "Sessions";
    }

    @Override
    Place place() {
        return Place.SESSIONS;
    }

    @Override
    boolean isLive() {
        return true;
    }

    @Override
    Element content() {
        return el("div",
            el("section", filter.isEmpty() ? filter() : filter().at("open")).css("card").at("aria-label", "Filter"),
            el("section", el("h2", filter.isEmpty() ? "All that are kept, newest first" : "Those found, newest first"),
                SessionList.list(sessions, times, filter.isEmpty() ? "None yet." : "None. " + kept),
                pages()).css("card"),
            el("p", kept).css("muted"));
    }

    private Element filter() {
        return el("details", el("summary", "Filter"), form());
    }

    private Element form() {
        return el("form",
            el("div",
                text("client", "Client or network", "192.0.2.7 or 192.0.2.0/24"),
                text("user", "User", "alice@example.org"),
                choice("rule", "Refusal", Stream.of(DiagnosisId.values()).map(DiagnosisId::toString)),
                choice("outcome", "Log-in", outcomes.stream()),
                text("backend", "Backend", "apps"),
                text("port", "Port", "587"),
                text("since", "Since", "1h"),
                text("until", "Until", "15m")).css("fields"),
            el("div", el("button", "Show"), filter.isEmpty() ? Optional.empty()
                : Optional.of(el("a", "Show all").at("href", SessionFilter.NONE.href(1)))).css("row"))
            .css("form").at("action", Place.SESSIONS.href()).at("method", "get");
    }

    private Element text(String name, String label, String example) {
        return el("div", el("label", label).at("for", "by-" + name),
            el("input").at("id", "by-" + name).at("name", name).at("value", filter.value(name)).at("placeholder", example)
                .at("maxlength", 255).at("autocomplete", "off").at("autocapitalize", "none").at("spellcheck", "false"));
    }

    private Element choice(String name, String label, Stream<String> values) {
        return el("div", el("label", label).at("for", "by-" + name),
            el("select", el("option", "any").at("value", ""), values.map(value -> {
                Element option = el("option", value).at("value", value);
                return value.equals(filter.value(name)) ? option.at("selected") : option;
            })).at("id", "by-" + name).at("name", name));
    }

    private Optional<Element> pages() {
        if (page == 1 && !hasMore) {
            return Optional.empty();
        }
        return Optional.of(el("nav",
            page > 1 ? Optional.of(el("a", "Newer").at("href", filter.href(page - 1))) : Optional.empty(),
            el("span", "Page " + page).css("muted"),
            hasMore ? Optional.of(el("a", "Older").at("href", filter.href(page + 1))) : Optional.empty()).css("row")
            .at("aria-label", "Pages"));
    }
}
