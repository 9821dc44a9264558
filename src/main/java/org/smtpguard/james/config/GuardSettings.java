package org.smtpguard.james.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.diagnosis.ReplyRenderer;
import org.smtpguard.diagnosis.ReplyStyle;
import org.smtpguard.james.Authentication;
import org.smtpguard.james.SequenceGuard;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.Mode;
import org.smtpguard.transcript.TranscriptSettings;
import org.smtpguard.transcript.TranscriptSettings.Names;

/** The settings in {@code <handler class="org.smtpguard.james.SequenceGuard">}. Immutable. */
public final class GuardSettings {
    private static final int HELP_URL_LIMIT = 300;
    private static final int COUNT_LIMIT = 1_000_000;
    private static final int WAIT_LIMIT_MILLIS = 60_000;
    private static final int MIN_OCTETS = 1_048_576;
    private static final int OCTET_LIMIT = 999_999_999;
    private static final int LINE_LIMIT = 1000;
    private static final Duration MIN_KEEP = Duration.ofMinutes(1);
    private static final Duration MAX_KEEP = Duration.ofDays(30);
    private static final Set<DiagnosisId> OF_GREETING = EnumSet.of(DiagnosisId.SEQ_EHLO_MISSING, DiagnosisId.SEQ_EHLO_AFTER_TLS);

    private final Mode mode;
    private final Map<DiagnosisId, Mode> modes;
    private final ReplyRenderer renderer;
    private final Limits limits;
    private final Duration greetingWait;
    private final Optional<TranscriptSettings> transcripts;

    private GuardSettings(Mode mode, Map<DiagnosisId, Mode> modes, ReplyRenderer renderer, Limits limits, Duration greetingWait,
                          Optional<TranscriptSettings> transcripts) {
        this.mode = mode;
        this.modes = modes;
        this.renderer = renderer;
        this.limits = limits;
        this.greetingWait = greetingWait;
        this.transcripts = transcripts;
    }

    /** For a chain with {@link Authentication} but without {@link SequenceGuard}, where HELP does not explain refusals. */
    public static GuardSettings withoutGuard() {
        GuardSettings defaults = defaults();
        return new GuardSettings(defaults.mode, defaults.modes, defaults.renderer.withoutHelpCommand(), defaults.limits,
            defaults.greetingWait, defaults.transcripts);
    }

    /** Everything enforced, in full style. */
    public static GuardSettings defaults() {
        return new GuardSettings(Mode.ENFORCE, Map.of(), new ReplyRenderer(ReplyStyle.FULL, Optional.empty()), Limits.DEFAULT,
            Duration.ZERO, Optional.empty());
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException naming the element and the fix */
    public static GuardSettings parse(ConfigurationElement handler) {
        handler.onlyAttributes("class").onlyElements("mode", "rule", "replies", "limits", "greeting", "transcripts");
        Mode mode = handler.child("mode")
            .map(element -> mode(element.onlyAttributes().onlyElements(), element.text().orElse(""))).orElse(Mode.ENFORCE);
        ReplyRenderer renderer = handler.child("replies").map(GuardSettings::renderer).orElse(defaults().renderer);
        // In other modes, James answers HELP.
        return new GuardSettings(mode, rules(handler), mode == Mode.ENFORCE ? renderer : renderer.withoutHelpCommand(),
            handler.child("limits").map(GuardSettings::limits).orElse(Limits.DEFAULT),
            handler.child("greeting").map(GuardSettings::greetingWait).orElse(Duration.ZERO),
            handler.child("transcripts").map(GuardSettings::transcripts));
    }

    private static Limits limits(ConfigurationElement element) {
        element.onlyAttributes("errors", "authFailures", "refusedRecipients").onlyElements();
        return new Limits(element.number("errors", 0, COUNT_LIMIT).orElse(Limits.DEFAULT.errors),
            element.number("authFailures", 0, COUNT_LIMIT).orElse(Limits.DEFAULT.authFailures),
            element.number("refusedRecipients", 0, COUNT_LIMIT).orElse(Limits.DEFAULT.refusedRecipients));
    }

    private static Duration greetingWait(ConfigurationElement element) {
        element.onlyAttributes("waitMillis").onlyElements();
        return Duration.ofMillis(element.number("waitMillis", 0, WAIT_LIMIT_MILLIS).orElse(0));
    }

    private static TranscriptSettings transcripts(ConfigurationElement element) {
        element.onlyAttributes("bytes", "lines", "keep", "names").onlyElements();
        int octets = element.number("bytes", 0, OCTET_LIMIT).orElse((int) TranscriptSettings.DEFAULT.octets());
        if (octets > 0 && octets < MIN_OCTETS) {
            throw element.fault("has bytes=\"" + octets + "\"; it must be 0 (none) or a whole number from " + MIN_OCTETS + " to "
                + OCTET_LIMIT);
        }
        return new TranscriptSettings(octets, element.number("lines", 1, LINE_LIMIT).orElse(TranscriptSettings.DEFAULT.lines()),
            element.attribute("keep").map(text -> keep(element, text)).orElse(TranscriptSettings.DEFAULT.keep()),
            element.attribute("names").map(text -> Names.of(text).orElseThrow(() -> element.fault("has names=\"" + text
                + "\"; it can be shown or pseudonyms"))).orElse(TranscriptSettings.DEFAULT.names()));
    }

    private static Duration keep(ConfigurationElement element, String text) {
        return BackendSettings.duration(text).filter(time -> time.compareTo(MIN_KEEP) >= 0 && time.compareTo(MAX_KEEP) <= 0)
            .orElseThrow(() -> element.fault("has keep=\"" + text + "\"; it can be a time from 1m to 30d, such as 30m, 24h or 7d"));
    }

    private static Map<DiagnosisId, Mode> rules(ConfigurationElement handler) {
        Map<DiagnosisId, Mode> modes = new EnumMap<>(DiagnosisId.class);
        for (ConfigurationElement rule : handler.children("rule")) {
            rule.onlyAttributes("id", "mode").onlyElements();
            String name = rule.requiredAttribute("id");
            DiagnosisId id = DiagnosisId.of(name).filter(DiagnosisId::isRule)
                .orElseThrow(() -> rule.fault("has id=\"" + name + "\", which is not a rule; the rules are"
                    + " " + Arrays.stream(DiagnosisId.values())
                    .filter(DiagnosisId::isRule).map(DiagnosisId::toString).collect(Collectors.joining(", "))));
            if (modes.put(id, mode(rule, rule.requiredAttribute("mode"))) != null) {
                throw rule.fault("with id=\"" + id + "\" is configured twice; remove one");
            }
        }
        return modes;
    }

    private static Mode mode(ConfigurationElement element, String text) {
        return Mode.of(text).orElseThrow(() -> element.fault("has \"" + text + "\"; it can be enforce, observe or off"));
    }

    private static ReplyRenderer renderer(ConfigurationElement replies) {
        replies.onlyAttributes("style", "helpUrl").onlyElements();
        ReplyStyle style = replies.attribute("style").map(text -> ReplyStyle.of(text)
            .orElseThrow(() -> replies.fault("has style=\"" + text + "\"; it can be full or brief"))).orElse(ReplyStyle.FULL);
        Optional<String> url = replies.attribute("helpUrl");
        url.filter(text -> text.length() > HELP_URL_LIMIT || !text.chars().allMatch(c -> c > ' ' && c < 0x7f)
            || !text.toLowerCase(Locale.ROOT).matches("https?://.+")).ifPresent(text -> {
                throw replies.fault("has a helpUrl that is not an http(s) URL of at most " + HELP_URL_LIMIT + " ASCII characters");
            });
        return new ReplyRenderer(style, url);
    }

    /** All ports share one store of transcripts. */
    public static InvalidConfigurationException differ(TranscriptSettings wanted, TranscriptSettings active) {
        return new InvalidConfigurationException("<transcripts> in " + NamedClass.SEQUENCE_GUARD.asHandler() + " has " + wanted
            + ", and that of another port " + active + "; all ports share one store: use the same values, or configure it once.");
    }

    /** A delayed greeting is one of the guard's core handlers. */
    public static InvalidConfigurationException greetingNeeds(NamedClass handlers) {
        return new InvalidConfigurationException("<greeting> in " + NamedClass.SEQUENCE_GUARD.asHandler() + " needs"
            + " <handlerchain coreHandlersPackage=\"" + handlers.className() + "\">.");
    }

    /** The handler's own mode. */
    public Mode mode() {
        return mode;
    }

    /** The rule's own mode takes precedence over the handler's, unless the handler is off: then all rules are off. */
    public Mode mode(DiagnosisId id) {
        return mode == Mode.OFF ? Mode.OFF : modes.getOrDefault(id, mode);
    }

    /**
     * The mode on a port whose {@code <heloEhloEnforcement>} is false: no greeting is required there, unless a rule's own mode
     * requires it.
     */
    public Mode modeWithoutGreeting(DiagnosisId id) {
        return OF_GREETING.contains(id) && !modes.containsKey(id) ? Mode.OFF : mode(id);
    }

    public ReplyRenderer renderer() {
        return renderer;
    }

    public Limits limits() {
        return limits;
    }

    /** The delay of the greeting, to detect clients that send before it; zero for none. */
    public Duration greetingWait() {
        return mode(DiagnosisId.SEQ_GREETING_EARLY) == Mode.OFF ? Duration.ZERO : greetingWait;
    }

    /** The limits of transcripts, if configured on this port. */
    public Optional<TranscriptSettings> transcripts() {
        return transcripts;
    }

    /** The limits after which a session is closed; 0 is no limit. Immutable. */
    public static final class Limits {
        private static final Limits DEFAULT = new Limits(20, 5, 100);

        private final int errors;
        private final int authFailures;
        private final int refusedRecipients;

        private Limits(int errors, int authFailures, int refusedRecipients) {
            this.errors = errors;
            this.authFailures = authFailures;
            this.refusedRecipients = refusedRecipients;
        }

        /** Whether this number of errors reaches the limit. */
        public boolean isErrorLimitReached(int count) {
            return errors > 0 && count >= errors;
        }

        /** Whether this number of failed log-ins reaches the limit. */
        public boolean isAuthFailureLimitReached(int count) {
            return authFailures > 0 && count >= authFailures;
        }

        /** Whether this number of refused recipients reaches the limit. */
        public boolean isRefusedRecipientLimitReached(int count) {
            return refusedRecipients > 0 && count >= refusedRecipients;
        }
    }
}
