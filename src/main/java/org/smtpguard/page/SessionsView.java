package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;

import org.smtpguard.transcript.Transcript;

/** The last sessions with a refusal. */
final class SessionsView extends View {
    private final List<Transcript> sessions;
    private final Times times;

    SessionsView(List<Transcript> sessions, Times times) {
        this.sessions = sessions;
        this.times = times;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("sessions", SessionList.facts(sessions)).map();
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
    Element content() {
        return el("section", el("p", "The last sessions with a refusal, newest first.").css("muted"),
            SessionList.list(sessions, times)).css("card");
    }
}
