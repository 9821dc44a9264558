package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Health;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;

/** The start page: the state of the backends, counts of refusals, and the last sessions. */
final class OverviewView extends View {
    private final Instant now;
    private final Times times;
    private final Range range;
    private final List<ViolationCount> counts;
    private final TimeChart chart;
    private final List<BackendStatus> backends;
    private final Health guessing;
    private final Transcripts transcripts;
    private final List<Transcript> recent;
    private final Mode mode;
    private final int blocks;
    private final DiagnosisList diagnoses;
    private final StateGraph states;

    OverviewView(Instant now, Times times, Range range, List<ViolationCount> counts, TimeChart chart, List<BackendStatus> backends,
                 Health guessing, Transcripts transcripts, List<Transcript> recent, Mode mode, int blocks, DiagnosisList diagnoses,
                 StateGraph states) {
        this.now = now;
        this.times = times;
        this.range = range;
        this.counts = counts;
        this.chart = chart;
        this.backends = backends;
        this.guessing = guessing;
        this.transcripts = transcripts;
        this.recent = recent;
        this.mode = mode;
        this.blocks = blocks;
        this.diagnoses = diagnoses;
        this.states = states;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("since", range.since(now)).and("refused", refused()).and("observed", observed())
            .and("transcripts", Facts.of("sessions", transcripts.sessions()).and("octets", transcripts.octets())
                .and("octetLimit", transcripts.octetLimit()))
            .and("backends", backends.stream().map(BackendFacts::of).collect(Collectors.toList()))
            .and("guessing", Facts.of("health", guessing.state().toString()).and("reason", guessing.reason())
                .and("since", guessing.since()))
            .and("sessions", SessionList.facts(recent)).and("blocks", blocks)
            .and("diagnoses", diagnoses.facts()).map();
    }

    @Override
    String title() {
        return "Overview";
    }

    @Override
    Place place() {
        return Place.OVERVIEW;
    }

    @Override
    boolean isLive() {
        return true;
    }

    @Override
    Element content() {
        return el("div",
            verdict(),
            el("dl",
                figure("refused", refused(), refused() > 0 ? "refused" : "", "in the last " + range),
                figure("observed", observed(), observed() > 0 ? "observed" : "", "would have been refused"),
                figure("blocks", blocks, blocks == 0 ? "" : mode == Mode.ENFORCE ? "refused" : "observed",
                    el("a", mode == Mode.ENFORCE ? "of networks and users" : "would block networks and users")
                        .at("href", Place.BLOCKS.href())),
                figure("sessions", transcripts.sessions(), "", "kept, including open ones"),
                figure("memory", percent() + " %", "", "of the memory for transcripts")).css("figures"),
            el("section",
                el("div", el("h2", "Refusals by rule"), ranges()).css("heading"),
                chart.draw()).css("card"),
            el("div",
                el("section", el("h2", "Backends"), BackendFacts.cards(backends, now, times)).css("card"),
                el("section", el("h2", "Last sessions with a refusal"),
                    SessionList.list(recent, times, "No session with a refusal since James started.")).css("card")).css("pair"),
            el("section", el("h2", "The order of commands"),
                el("p", "The legal commands on a port with STARTTLS, and AUTH under TLS. HELO is like EHLO, but without AUTH and ",
                    "STARTTLS. NOOP, VRFY, EXPN, HELP, RSET and QUIT are always legal; any other command is refused, and changes nothing.")
                    .css("muted"),
                new StateDiagram(states).draw(Optional.empty(), Optional.empty())).css("card"),
            el("section", el("h2", "Every diagnosis"), diagnoses.table()).css("card"));
    }

    private Element verdict() {
        String down = named(Health.State.DOWN);
        String degraded = Stream.of(named(Health.State.DEGRADED), guessing.isHealthy() ? "" : "the limit on guessing ("
            + guessing.reason() + ")").filter(name -> !name.isEmpty()).collect(Collectors.joining(", "));
        if (!down.isEmpty()) {
            boolean isAll = backends.stream().allMatch(backend -> backend.health().isDown());
            return banner("bad", "Down: " + down + "." + (isAll ? " No backend answers." : "") + degraded(degraded));
        }
        if (!degraded.isEmpty()) {
            return banner("warn", (backends.isEmpty() ? "" : "No backend is down.") + degraded(degraded));
        }
        String silent = backends.stream().filter(backend -> backend.lastAnswer().isEmpty()).map(BackendStatus::name)
            .collect(Collectors.joining(", "));
        return banner("good", backends.isEmpty() ? "The guard is active. No port has a backend."
            : silent.isEmpty() ? "OK: " + all(backends.size()) + "."
            : "OK: no problem is known. No request was answered yet by " + silent + ".");
    }

    private static String degraded(String what) {
        return what.isEmpty() ? "" : " Degraded: " + what + ".";
    }

    private String named(Health.State state) {
        return backends.stream().filter(backend -> backend.health().state() == state).map(BackendStatus::name)
            .collect(Collectors.joining(", "));
    }

    private static String all(int number) {
        return number == 1 ? "the backend answers" : number == 2 ? "both backends answer" : "all " + number + " backends answer";
    }

    private static Element banner(String kind, String words) {
        return el("p", el("span").css("dot").at("aria-hidden", "true"), words).css("banner " + kind).at("role", "status");
    }

    private static Element figure(String name, Object number, String kind, Object words) {
        return el("div", el("dt", name), el("dd", el("b", number).css(kind), " ", el("span", words)));
    }

    private Element ranges() {
        return el("nav", Range.OFFERED.stream().map(text -> {
            Element link = el("a", text).at("href", View.BASE + "?since=" + text);
            return text.equals(range.toString()) ? link.at("aria-current", "true") : link;
        })).css("ranges").at("aria-label", "Time");
    }

    private long refused() {
        return counts.stream().mapToLong(ViolationCount::refused).sum();
    }

    private long observed() {
        return counts.stream().mapToLong(ViolationCount::observed).sum();
    }

    private long percent() {
        return transcripts.octetLimit() == 0 ? 0 : transcripts.octets() * 100 / transcripts.octetLimit();
    }
}
