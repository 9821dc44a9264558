package org.smtpguard.it.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What happens to a backend in one row of the fault matrix, and what is right then. */
public enum Row {
    DOWN_AT_START("down at start", Ailment.REFUSES),
    REFUSED("connections are refused", Ailment.REFUSES),
    SILENT("accepts and never answers", Ailment.SILENT),
    SLOW("answers too late", Ailment.SLOW),
    RUBBISH("answers rubbish", Ailment.RUBBISH),
    CUTS("breaks off in mid-answer", Ailment.CUTS),
    CERTIFICATE("TLS certificate wrong", Ailment.UNTRUSTED_CERTIFICATE, Ailment.FOREIGN_CERTIFICATE),
    /** In the midst of log-ins, and then there is nobody. */
    DIES("dies under load", Ailment.REFUSES),
    /** After it has died: this row has nothing of its own. */
    COMES_BACK("comes back", Ailment.NONE),
    /** It is there and gone again, several times a second. */
    FLAPS("flaps", Ailment.REFUSES, Ailment.CUTS),
    /** It is well, but far more come at once than it is asked at once. */
    EXHAUSTED("more at once than its pool takes", Ailment.BUSY);

    /** How long an answer may take, as configured. */
    public static final Duration LIMIT = Duration.ofSeconds(1);
    /** How long a backend is left in peace, as configured. */
    public static final Duration PROBE_EVERY = Duration.ofSeconds(1);
    /** What every backend of the matrix has in its element. */
    public static final String SAFEGUARDS =
        "<timeout>1s</timeout><concurrency max=\"4\" queue=\"8\"/><circuitBreaker failures=\"5\" retryAfter=\"1s\"/>";

    /** How long a request may wait in queues of the server, before the limit begins: where more come than a backend takes. */
    private static final Duration QUEUE_LIMIT = Duration.ofSeconds(10);
    private static final Duration GRACE = Duration.ofSeconds(1);
    /** A backend that is not back by then never comes back; how soon it is, docs/reliability.md says as measured. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String title;
    private final List<Ailment> ailments;

    Row(String title, Ailment... ailments) {
        this.title = title;
        this.ailments = List.of(ailments);
    }

    public String title() {
        return title;
    }

    public List<Ailment> ailments() {
        return ailments;
    }

    /**
     * What is wrong with how it went; nothing if all is well.
     *
     * @param stall for how long the machine stood still
     */
    List<String> flaws(boolean isMissed, List<Login> meanwhile, List<Login> afterwards, Optional<Duration> back, Duration stall) {
        List<String> flaws = new ArrayList<>();
        meanwhile.stream().filter(login -> !isRight(isMissed, login)).forEach(login -> flaws.add("not what is right: " + login));
        afterwards.stream().filter(login -> !login.isTrue() && !(login.isUnavailable() && (isMissed || this == EXHAUSTED)))
            .forEach(login -> flaws.add("not what is right afterwards: " + login));
        Duration longest = (this == EXHAUSTED ? QUEUE_LIMIT.plus(LIMIT) : LIMIT).plus(GRACE).plus(stall);
        Stream.concat(meanwhile.stream(), afterwards.stream()).filter(login -> login.time().compareTo(longest) > 0)
            .forEach(login -> flaws.add("too late: " + login));
        if (this == EXHAUSTED && (meanwhile.stream().noneMatch(Login::isUnavailable) || meanwhile.stream().noneMatch(Login::isTrue))) {
            flaws.add("nobody was turned away, or everybody, of " + meanwhile.size());
        }
        if (this != COMES_BACK && meanwhile.isEmpty()) {
            flaws.add("nobody has come");
        }
        if (back.filter(time -> time.compareTo(PROBE_EVERY.plus(PATIENCE).plus(stall)) <= 0).isEmpty()) {
            flaws.add("not back in time: " + back);
        }
        return flaws;
    }

    private boolean isRight(boolean isMissed, Login login) {
        switch (this) {
            case DIES:
            case FLAPS:
                return login.isTrue() || (login.isUnavailable() && isMissed);
            case EXHAUSTED:
                return login.isTrue() || login.isUnavailable();
            default:
                return isMissed ? login.isUnavailable() : login.isTrue();
        }
    }

    /** What users meet, in the words of the page. */
    public String outcome(boolean isMissed) {
        switch (this) {
            case DIES:
            case FLAPS:
                return isMissed ? "right or `454`" : "right";
            case EXHAUSTED:
                return "right or `454`";
            case COMES_BACK:
                return "right";
            default:
                return isMissed ? "`454`" : "right";
        }
    }
}
