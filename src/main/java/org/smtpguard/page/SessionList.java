package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.TranscriptLine;

/** A list of sessions. */
final class SessionList {
    private SessionList() {
    }

    static List<Map<String, Object>> facts(List<Transcript> sessions) {
        return sessions.stream().map(session -> Facts.of("reference", session.reference()).and("client", session.client())
            .and("begin", session.begin()).and("end", session.end()).and("lastDiagnosis", last(session).map(Refusal::id))
            .and("href", href(session)).map()).collect(Collectors.toList());
    }

    static Element list(List<Transcript> sessions, Times times) {
        if (sessions.isEmpty()) {
            return el("p", "No session with a refusal since James started.").css("muted");
        }
        return el("ul", sessions.stream().map(session -> el("li",
            el("a", session.reference()).at("href", href(session)).css("code"), " ",
            el("span", session.client()).css("code"), " ",
            el("span", last(session).map(refusal -> refusal.id().toString()).orElse("")).css("id"), " ",
            times.second(session.begin())))).css("sessions");
    }

    private static String href(Transcript session) {
        return Place.SESSIONS.href(session.reference());
    }

    private static Optional<Refusal> last(Transcript session) {
        return session.lines().stream().map(TranscriptLine::refusal).flatMap(Optional::stream).reduce((first, second) -> second);
    }
}
