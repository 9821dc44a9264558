package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.transcript.LogIn;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcript;

/** A list of sessions. */
final class SessionList {
    private SessionList() {
    }

    static List<Map<String, Object>> facts(List<Transcript> sessions) {
        return sessions.stream().map(session -> Facts.of("reference", session.reference()).and("client", session.client())
            .and("port", session.port()).and("tls", session.tls()).and("begin", session.begin()).and("end", session.end())
            .and("users", users(session).stream().map(Names::clean).collect(Collectors.toList()))
            .and("lastLogIn", lastLogIn(session).map(LogIn::outcome)).and("refused", session.refusals().size())
            .and("lastDiagnosis", last(session).map(Refusal::id)).and("href", href(session)).map()).collect(Collectors.toList());
    }

    /** Those who tried to log in, each once. */
    static List<String> users(Transcript session) {
        return session.logIns().stream().map(LogIn::user).flatMap(Optional::stream).distinct().collect(Collectors.toList());
    }

    /** @param none the words if there are no sessions */
    static Element list(List<Transcript> sessions, Times times, String none) {
        if (sessions.isEmpty()) {
            return el("p", none).css("muted");
        }
        return el("ul", sessions.stream().map(session -> el("li",
            el("a", session.reference()).at("href", href(session)).css("code"),
            el("a", session.client()).at("href", SessionFilter.href("client", session.client())).css("code"),
            el("span", users(session).stream().limit(1).map(user -> el("a", Names.cut(user)).at("href", SessionFilter.href("user", user)))),
            el("span", lastLogIn(session).filter(logIn -> !logIn.isAccepted()).map(LogIn::outcome).orElse("")).css("id"),
            el("span", last(session).map(refusal -> refusal.id().toString()).orElse("")).css("id"),
            times.second(session.begin())))).css("sessions");
    }

    private static String href(Transcript session) {
        return Place.SESSIONS.href(session.reference());
    }

    private static Optional<Refusal> last(Transcript session) {
        return session.refusals().stream().reduce((first, second) -> second);
    }

    private static Optional<LogIn> lastLogIn(Transcript session) {
        return session.logIns().stream().reduce((first, second) -> second);
    }
}
