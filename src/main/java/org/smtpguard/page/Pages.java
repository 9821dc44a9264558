package org.smtpguard.page;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

import org.smtpguard.diagnosis.Article;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Rehearsal;
import org.smtpguard.diagnosis.ReplyForm;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;

/** Makes the views, each of what there is at that moment. Threads: any. */
public final class Pages {
    private static final int RECENT = 12;
    private static final int MOST_BARS = 48;

    private final SequenceTable table;
    private final DiagnosisCatalogue catalogue;
    private final Transcripts transcripts;
    private final Violations violations;
    private final Clock clock;
    private final Times times;
    private final Map<DiagnosisId, List<ReplyForm>> forms;

    /** @param clock whose zone readers are shown */
    public Pages(SequenceTable table, DiagnosisCatalogue catalogue, Transcripts transcripts, Violations violations, Clock clock) {
        this.table = table;
        this.catalogue = catalogue;
        this.transcripts = transcripts;
        this.violations = violations;
        this.clock = clock;
        this.times = new Times(clock.getZone());
        this.forms = new EnumMap<>(ReplyForm.all(table).stream().collect(Collectors.groupingBy(ReplyForm::id)));
    }

    public ZoneId zone() {
        return clock.getZone();
    }

    /** @param range how far back counts go */
    public View overview(Range range, List<BackendStatus> backends) {
        List<ViolationCount> counts = counts(range, ViolationCount.By.RULE);
        return new OverviewView(clock.instant(), times, range, counts, chart(range, ViolationCount::total), backends, transcripts,
            transcripts.recent(RECENT), diagnosisList(counts),
            StateGraph.ofSubmission(table));
    }

    /** Empty if no such session is kept here. */
    public Optional<View> session(String reference) {
        return transcripts.find(reference).map(this::session);
    }

    View session(Transcript transcript) {
        return new SessionView(transcript, catalogue, table, times);
    }

    /** The sessions that were refused something last. */
    public View sessions() {
        return new SessionsView(transcripts.recent(RECENT * RECENT), times);
    }

    /** What is said where a session is not kept. */
    public String sessionUnknown() {
        return "No session of that reference is kept here. Kept are the sessions that were refused something, for "
            + Transcripts.KEPT.toHours() + " hours, as far as they fit into " + transcripts.octetLimit() + " octets, and in the memory of"
            + " the James that served them: a restart forgets them, and of a distributed James each node has its own; ask the others, too.";
    }

    public View violations(Range range, ViolationCount.By by, Optional<Shown> shown) {
        return new ViolationsView(range, range.since(clock.instant()), by, shown, counts(range, by),
            chart(range, shown.map(Shown::number).orElse(ViolationCount::total)));
    }

    public View diagnoses() {
        return new DiagnosesView(diagnosisList(counts(Range.DAY, ViolationCount.By.RULE)), catalogue);
    }

    /** What HELP says of that topic, a diagnosis id, a reply code or a verb, in any case; empty if it is none. */
    public Optional<View> diagnosis(String topic) {
        Optional<DiagnosisId> id = DiagnosisId.of(topic);
        if (id.isPresent()) {
            return id.map(known -> new DiagnosisView(known.toString(), catalogue.article(known), forms.get(known),
                counts(Range.DAY, ViolationCount.By.RULE)));
        }
        Optional<Article> ofCode = topic.matches("[2-5]\\d\\d") ? catalogue.article(Integer.parseInt(topic)) : Optional.empty();
        if (ofCode.isPresent()) {
            return ofCode.map(article -> new DiagnosisView(topic, article, all().stream()
                .filter(form -> form.code() == Integer.parseInt(topic)).collect(Collectors.toList()), List.of()));
        }
        Verb verb = Verb.of(topic.toUpperCase(Locale.ROOT));
        return catalogue.article(verb).map(article -> new DiagnosisView(verb.name(), article, all().stream()
            .filter(form -> form.verbs().contains(verb)).collect(Collectors.toList()), List.of()));
    }

    public View backends(List<BackendStatus> backends) {
        return new BackendsView(backends, clock.instant(), times);
    }

    /** What the guard would say to these commands. */
    public View simulation(List<String> commands, SessionState begin) {
        List<CommandLine> lines = commands.stream().map(Pages::line).collect(Collectors.toList());
        return new SimulationView(commands, begin, new Rehearsal(table).of(lines, begin), table);
    }

    /** @param answers what each backend said; none if none was asked yet */
    public View authCheck(List<String> backends, List<Answer> answers) {
        return new AuthCheckView(backends, answers);
    }

    /** A failure, for a reader. */
    public View failure(int status, String message) {
        return new FailureView(status, message);
    }

    private static CommandLine line(String command) {
        return CommandLine.parse((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private List<ReplyForm> all() {
        return ReplyForm.all(table);
    }

    private List<ViolationCount> counts(Range range, ViolationCount.By by) {
        return violations.since(range.since(clock.instant()), by);
    }

    private TimeChart chart(Range range, ToLongFunction<ViolationCount> number) {
        Instant since = range.since(clock.instant());
        Duration step = step(Duration.between(since, clock.instant()));
        return new TimeChart(violations.over(since, step), step, times, number);
    }

    /** So that there are at most {@value #MOST_BARS} bars. */
    static Duration step(Duration range) {
        for (int minutes : new int[] {1, 2, 5, 10, 15, 30}) {
            if (range.toMinutes() <= (long) minutes * MOST_BARS) {
                return Duration.ofMinutes(minutes);
            }
        }
        return Duration.ofHours(1);
    }

    private DiagnosisList diagnosisList(List<ViolationCount> counts) {
        return new DiagnosisList(catalogue, forms, counts);
    }
}
