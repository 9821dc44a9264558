package org.smtpguard.page;

import static java.util.stream.Collectors.joining;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

import org.smtpguard.transcript.Transcript;

/** Which sessions are listed, as in the query of the URL. Immutable. */
public final class SessionFilter {
    /** All sessions. */
    public static final SessionFilter NONE = new SessionFilter(Map.of(), session -> true);

    private final Map<String, String> parameters;
    private final Predicate<Transcript> predicate;

    private SessionFilter(Map<String, String> parameters, Predicate<Transcript> predicate) {
        this.parameters = parameters;
        this.predicate = predicate;
    }

    /**
     * One condition more.
     *
     * @param parameter its name in the query
     * @param value its value there
     */
    public SessionFilter and(String parameter, String value, Predicate<Transcript> condition) {
        Map<String, String> more = new LinkedHashMap<>(parameters);
        more.put(parameter, value);
        return new SessionFilter(more, predicate.and(condition));
    }

    /** Whether it excludes nothing. */
    public boolean isEmpty() {
        return parameters.isEmpty();
    }

    /** Whether a session is listed. */
    public Predicate<Transcript> predicate() {
        return predicate;
    }

    /** The value of a parameter, for the form; empty if it is not set. */
    String value(String parameter) {
        return parameters.getOrDefault(parameter, "");
    }

    /** The path of a page of the list, the first being 1. */
    String href(int page) {
        Map<String, String> all = new LinkedHashMap<>(parameters);
        if (page > 1) {
            all.put("page", Integer.toString(page));
        }
        return Place.SESSIONS.href() + (all.isEmpty() ? "" : "?") + all.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8)).collect(joining("&"));
    }

    /** The path of the list of all sessions with this value of a parameter. */
    static String href(String parameter, String value) {
        return NONE.and(parameter, value, session -> true).href(1);
    }

}
