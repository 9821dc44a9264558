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
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.Explanation;
import org.smtpguard.bruteforce.FailedAttempt;
import org.smtpguard.bruteforce.GuessLimiter;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.diagnosis.Article;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Rehearsal;
import org.smtpguard.diagnosis.ReplyForm;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Health;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;

/** Makes the views, each a snapshot. Threads: any. */
public final class Pages {
    /** The last part of the path to which forms that lift a block are sent. */
    public static final String LIFT = BlockFacts.LIFT;
    /** The last part of the path to which forms that revoke an app password are sent. */
    public static final String REVOKE = AppPasswordFacts.REVOKE;
    /** The same for the form that deletes a transcript. */
    public static final String DELETE = SessionView.DELETE;

    private static final int RECENT = 12;
    private static final int PAGE = 50;
    private static final int MAX_BARS = 48;
    private static final int USERS_OF_A_SESSION = 5;

    private final SequenceTable table;
    private final DiagnosisCatalogue catalogue;
    private final Transcripts transcripts;
    private final Violations violations;
    private final Supplier<Optional<GuessLimiter>> limiter;
    private final Clock clock;
    private final Times times;
    private final Map<DiagnosisId, List<ReplyForm>> forms;

    /**
     * @param limiter the limit on guessing; empty while no port has one
     * @param clock also provides the time zone of HTML pages
     */
    public Pages(SequenceTable table, DiagnosisCatalogue catalogue, Transcripts transcripts, Violations violations,
                 Supplier<Optional<GuessLimiter>> limiter, Clock clock) {
        this.table = table;
        this.catalogue = catalogue;
        this.transcripts = transcripts;
        this.violations = violations;
        this.limiter = limiter;
        this.clock = clock;
        this.times = new Times(clock.getZone());
        this.forms = new EnumMap<>(ReplyForm.all(table).stream().collect(Collectors.groupingBy(ReplyForm::id)));
    }

    public ZoneId zone() {
        return clock.getZone();
    }

    /**
     * @param range the time range of the counts
     * @param guessing whether failed log-ins are counted as they should
     */
    public View overview(Range range, List<BackendStatus> backends, Health guessing) {
        List<ViolationCount> counts = counts(range, ViolationCount.By.RULE);
        return new OverviewView(clock.instant(), times, range, counts, chart(range, ViolationCount::total), backends, guessing, transcripts,
            transcripts.recent(RECENT), mode(), currentBlocks().size(), diagnosisList(counts),
            StateGraph.ofSubmission(table));
    }

    /** A session; empty if it is not kept. */
    public Optional<View> session(String reference) {
        return transcripts.find(reference).map(this::session);
    }

    View session(Transcript transcript) {
        return new SessionView(transcript, catalogue, table, times, mode(), limiter.get().map(guesses -> blocks(guesses, transcript))
            .orElse(List.of()), blockFacts());
    }

    /** Those of the client's network, and of users whose log-ins have failed in the session. */
    private static List<Block> blocks(GuessLimiter limiter, Transcript transcript) {
        Optional<Explanation> network = limiter.explainAddress(transcript.client()).filter(explained -> !explained.isExempt());
        if (network.isEmpty()) {
            return List.of();
        }
        List<String> users = network.get().recent().stream()
            .filter(failure -> failure.session().filter(transcript.reference()::equals).isPresent())
            .map(FailedAttempt::user).flatMap(Optional::stream).distinct().limit(USERS_OF_A_SESSION).collect(Collectors.toList());
        Stream<Block> ofUsers = users.stream().flatMap(user -> limiter.explainUser(user).blocks().stream())
            .filter(block -> block.subject() == Block.Subject.USER);
        return Stream.concat(network.get().blocks().stream()
            .filter(block -> block.subject() == Block.Subject.NETWORK || block.user().filter(users::contains).isPresent()), ofUsers)
            .collect(Collectors.toUnmodifiableList());
    }

    /** All networks and users that are blocked now. */
    public View blocks() {
        return new BlocksView(mode(), currentBlocks(), blockFacts());
    }

    /** Whether log-ins from a network or of a user are refused, and why. */
    public View explanation(Explanation explained) {
        return new ExplanationView(mode(), explained, blockFacts(), times);
    }

    /** An operator has blocked a network or user. */
    public View blocked(Block block) {
        return BlockChangeView.blocked(mode(), block, blockFacts());
    }

    /** An operator has lifted blocks. */
    public View lifted(List<Block> blocks) {
        return BlockChangeView.lifted(mode(), blocks, blockFacts());
    }

    /** The path of the explanation of a network or user. */
    public static String explanationPath(String name) {
        return BlockFacts.explanation(name);
    }

    private BlockFacts blockFacts() {
        return new BlockFacts(transcripts::has, times);
    }

    private Mode mode() {
        return limiter.get().map(GuessLimiter::mode).orElse(Mode.OFF);
    }

    private List<Block> currentBlocks() {
        return limiter.get().map(GuessLimiter::blocks).orElse(List.of());
    }

    /**
     * Sessions to which a filter applies, newest first.
     *
     * @param page the first is 1
     * @param outcomes of log-ins, to choose from
     */
    public View sessions(SessionFilter filter, int page, List<String> outcomes) {
        List<Transcript> found = transcripts.find(filter.predicate(), (page - 1) * PAGE, PAGE + 1);
        return new SessionsView(filter, page, found.subList(0, Math.min(PAGE, found.size())), found.size() > PAGE, outcomes, kept(), times);
    }

    /** Deletes the transcripts of the sessions to which a filter applies. */
    public View delete(SessionFilter filter) {
        return new DeletionView(transcripts.delete(filter.predicate()));
    }

    /** How a name or address of a person appears in transcripts. */
    public String shown(String name) {
        return transcripts.shown(name);
    }

    /** Whether transcripts show names and addresses. */
    public boolean isPersonal() {
        return transcripts.isPersonal();
    }

    /** The message for a session that is not kept. */
    public String sessionUnknown() {
        return "No session with this reference is kept. " + kept() + " Query the other nodes too.";
    }

    private String kept() {
        return "Sessions with a refusal are kept for " + Times.span(transcripts.keep()) + " after their end, all others until they end, as"
            + " far as they fit into " + Sizes.of(transcripts.octetLimit()) + ", in the memory of the James that served them: they are"
            + " lost on restart, and each node of a distributed James has its own.";
    }

    public View violations(Range range, ViolationCount.By by, Optional<Shown> shown) {
        return new ViolationsView(range, range.since(clock.instant()), by, shown, counts(range, by),
            chart(range, shown.map(Shown::number).orElse(ViolationCount::total)));
    }

    public View diagnoses() {
        return new DiagnosesView(diagnosisList(counts(Range.DAY, ViolationCount.By.RULE)), catalogue);
    }

    /** The article of a topic: a diagnosis id, a reply code or a verb, ignoring case. Empty if there is none. */
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

    /** The app passwords of a user; without one, a form that asks for one. */
    public View appPasswords(List<String> backends, Optional<String> user, List<AppPassword> all) {
        return new AppPasswordsView(backends, user, all, appPasswordFacts());
    }

    /** A new app password with its secret, which is shown once. */
    public View appPasswordMade(IssuedAppPassword made) {
        return new AppPasswordMadeView(made, appPasswordFacts());
    }

    public View appPasswordsRevoked(String user, List<AppPassword> revoked) {
        return new AppPasswordsRevokedView(user, revoked, appPasswordFacts());
    }

    private AppPasswordFacts appPasswordFacts() {
        return new AppPasswordFacts(clock.instant(), times);
    }

    public View backends(List<BackendStatus> backends) {
        return new BackendsView(backends, clock.instant(), times);
    }

    /** Simulates these commands. */
    public View simulation(List<String> commands, SessionState begin) {
        List<CommandLine> lines = commands.stream().map(Pages::line).collect(Collectors.toList());
        return new SimulationView(commands, begin, new Rehearsal(table).of(lines, begin), table);
    }

    /** @param answers the backends' answers; empty if none was queried yet */
    public View authCheck(List<String> backends, List<Answer> answers) {
        return new AuthCheckView(backends, answers);
    }

    /** An error page. */
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

    /** The step for at most {@value #MAX_BARS} bars. */
    static Duration step(Duration range) {
        for (int minutes : new int[] {1, 2, 5, 10, 15, 30}) {
            if (range.toMinutes() <= (long) minutes * MAX_BARS) {
                return Duration.ofMinutes(minutes);
            }
        }
        return Duration.ofHours(1);
    }

    private DiagnosisList diagnosisList(List<ViolationCount> counts) {
        return new DiagnosisList(catalogue, forms, counts);
    }
}
