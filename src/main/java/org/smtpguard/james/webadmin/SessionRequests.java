package org.smtpguard.james.webadmin;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.bruteforce.Network;
import org.smtpguard.james.event.AuthOutcome;
import org.smtpguard.page.Pages;
import org.smtpguard.page.Range;
import org.smtpguard.page.SessionFilter;
import org.smtpguard.page.View;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.transcript.LogIn;
import org.smtpguard.transcript.Transcript;
import spark.Request;

/** Requests about sessions: lists by what is searched for, one session, and deletion. Threads: WebAdmin's own, which never wait. */
final class SessionRequests {
    /** The query parameters of a list. */
    static final String[] LIST = {"ref", "client", "user", "rule", "port", "backend", "outcome", "since", "until", "page"};
    /** Those of a deletion: all that narrow a list. */
    static final String[] FILTERS = {"client", "user", "rule", "port", "backend", "outcome", "since", "until"};

    /** Also as a refusal shows it. */
    private static final Pattern REFERENCE = Pattern.compile("\\(?(?:session\\s+)?([0-9A-Fa-f-]{1,64})\\)?[.;]?");
    private static final List<String> OUTCOMES = Stream.of(AuthOutcome.values()).map(AuthOutcome::word)
        .collect(Collectors.toUnmodifiableList());
    private static final int PORTS = 65_535;
    private static final int PAGES = 10_000;
    private static final int NOT_FOUND = 404;

    private final Pages pages;
    private final Clock clock;

    SessionRequests(Pages pages, Clock clock) {
        this.pages = pages;
        this.clock = clock;
    }

    View list(Request request) {
        Optional<String> sought = GuardSite.query(request, "ref");
        if (sought.isEmpty()) {
            return pages.sessions(filter(name -> GuardSite.query(request, name)), number(request, "page", PAGES).orElse(1), OUTCOMES);
        }
        Matcher reference = REFERENCE.matcher(sought.get());
        if (!reference.matches()) {
            // The search of each page finds addresses and users as well.
            throw new SeeOtherException(Pages.explanationPath(sought.get()));
        }
        return session(reference.group(1));
    }

    View session(String reference) {
        return pages.session(reference.trim().toLowerCase(Locale.ROOT)).orElseThrow(this::unknown);
    }

    View delete(Request request) {
        SessionFilter filter = filter(name -> GuardSite.query(request, name));
        if (filter.isEmpty()) {
            throw new BadRequestException(400, "Name the transcripts to delete: DELETE " + View.BASE + "/sessions/7f3a9c21, or with"
                + " parameters, such as ?user=alice@example.org or ?client=192.0.2.7.");
        }
        return pages.delete(filter);
    }

    View delete(String reference) {
        String wanted = reference.trim().toLowerCase(Locale.ROOT);
        if (pages.session(wanted).isEmpty()) {
            throw unknown();
        }
        return pages.delete(SessionFilter.NONE.and("ref", wanted, session -> session.reference().equals(wanted)));
    }

    View deleteForm(Request request) {
        return delete(GuardForm.of(request, Set.of("reference")).required("reference"));
    }

    private BadRequestException unknown() {
        return new BadRequestException(NOT_FOUND, pages.sessionUnknown());
    }

    private SessionFilter filter(Function<String, Optional<String>> query) {
        Instant now = clock.instant();
        SessionFilter filter = with(SessionFilter.NONE, query, "client", this::client);
        filter = with(filter, query, "user", this::user);
        filter = with(filter, query, "rule", SessionRequests::rule);
        filter = with(filter, query, "port", SessionRequests::port);
        filter = with(filter, query, "backend", backend -> logIn(logIn -> logIn.backend().filter(backend::equals).isPresent()));
        filter = with(filter, query, "outcome", SessionRequests::outcome);
        filter = with(filter, query, "since", text -> {
            Instant begin = time("since", text).begin(now);
            return session -> !session.begin().isBefore(begin);
        });
        return with(filter, query, "until", text -> {
            Instant end = time("until", text).begin(now);
            return session -> !session.begin().isAfter(end);
        });
    }

    private static SessionFilter with(SessionFilter filter, Function<String, Optional<String>> query, String name,
                                      Function<String, Predicate<Transcript>> condition) {
        return query.apply(name).map(String::trim).map(text -> filter.and(name, text, condition.apply(text))).orElse(filter);
    }

    private Predicate<Transcript> client(String text) {
        if (!pages.isPersonal()) {
            String shown = pages.shown(text);
            return session -> session.client().equals(shown) || session.client().equals(text);
        }
        Network network = Network.parse(text).orElseThrow(() -> new BadRequestException(400,
            "client has to be an IP address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64."));
        return session -> Network.parse(session.client()).filter(network::contains).isPresent();
    }

    private Predicate<Transcript> user(String text) {
        String shown = pages.shown(text);
        return logIn(logIn -> logIn.user().filter(user -> user.equalsIgnoreCase(text) || user.equals(shown)).isPresent());
    }

    private static Predicate<Transcript> rule(String text) {
        DiagnosisId id = DiagnosisId.of(text).orElseThrow(() -> new BadRequestException(400,
            "rule has to be the id of a diagnosis, such as SEQ-MAIL-MISSING; " + View.BASE + "/diagnoses lists them."));
        return session -> session.refusals().stream().anyMatch(refusal -> refusal.id() == id);
    }

    private static Predicate<Transcript> port(String text) {
        int port = number("port", text, PORTS);
        return session -> session.port() == port;
    }

    private static Predicate<Transcript> outcome(String text) {
        if (!OUTCOMES.contains(text)) {
            throw new BadRequestException(400, "outcome can be " + String.join(", ", OUTCOMES) + ".");
        }
        return logIn(logIn -> logIn.outcome().equals(text));
    }

    private static Predicate<Transcript> logIn(Predicate<LogIn> condition) {
        return session -> session.logIns().stream().anyMatch(condition);
    }

    private static Range time(String name, String text) {
        return Range.parse(text).orElseThrow(() -> new BadRequestException(400,
            name + " has to be a duration before now, such as 15m, 6h or 1d, or a time such as 2026-01-31T12:00:00Z."));
    }

    private static Optional<Integer> number(Request request, String name, int max) {
        return GuardSite.query(request, name).map(text -> number(name, text, max));
    }

    private static int number(String name, String text, int max) {
        int number = text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
        if (number < 1 || number > max) {
            throw new BadRequestException(400, name + " has to be a whole number from 1 to " + max + ".");
        }
        return number;
    }
}
