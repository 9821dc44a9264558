package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.smtpguard.diagnosis.Article;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.diagnosis.Requirement;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.Mode;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;

/**
 * Makes {@code docs/rules.md} from the table and the catalogue, and holds the page in the repository to it. After a change of a
 * rule, {@code mvn test -Dtest=RulesPageTest -Dsmtpguard.update=true} writes the page anew.
 */
class RulesPageTest {
    private static final Path PAGE = Path.of("docs", "rules.md");

    private final SequenceTable table = new SequenceTable();
    private final DiagnosisCatalogue catalogue = new DiagnosisCatalogue();
    private final Map<DiagnosisId, List<String>> forms = forms();
    private final Map<DiagnosisId, Dialogue> dialogues = Dialogues.ofRules();

    @Test
    void thePageInTheRepositoryIsTheOneThatTheTableMakes() throws IOException {
        String page = page();
        if (Boolean.getBoolean("smtpguard.update")) {
            Files.writeString(PAGE, page, StandardCharsets.UTF_8);
        }

        assertThat(Files.readString(PAGE, StandardCharsets.UTF_8))
            .as("docs/rules.md is not what the table says; write it anew with -Dtest=RulesPageTest -Dsmtpguard.update=true")
            .isEqualTo(page);
    }

    @Test
    void everyRuleHasADialogueThatEndsInItsRefusal() {
        assertThat(dialogues.keySet()).isEqualTo(forms.keySet());
        dialogues.forEach((id, dialogue) -> assertThat(dialogue.lastRefusal()).as("dialogue of %s", id).contains(id));
    }

    @Test
    void aRequirementSaysTheWordOfItsLevelAndStandsInASectionThatHelpNames() {
        for (DiagnosisId id : forms.keySet()) {
            catalogue.article(id).requirement().ifPresent(requirement -> {
                if (requirement.level() != Requirement.Level.NONE) {
                    assertThat(requirement.sentence()).as("%s", id).contains(requirement.level().name());
                }
                assertThat(requirement.sentence()).as("%s", id).endsWith(".");
                String rfc = requirement.section().replaceFirst(" [0-9.]+$", "");
                String section = requirement.section().substring(rfc.length() + 1);
                assertThat(catalogue.article(id).reference()).as("%s", id).contains(rfc)
                    .containsPattern("(^|[ ,])" + Pattern.quote(section) + "(,|$)");
            });
        }
    }

    @Test
    void everyRuleOfTheSequenceHasItsRequirement() {
        assertThat(forms.keySet()).filteredOn(id -> id.name().startsWith("SEQ_"))
            .allSatisfy(id -> assertThat(catalogue.article(id).requirement()).as("%s", id).isPresent());
    }

    private String page() {
        List<String> page = new ArrayList<>(List.of(
            "# The rules",
            "",
            "<!-- Made by RulesPageTest from SequenceTable, Fault and DiagnosisCatalogue: do not edit this page, edit those. -->",
            "",
            "Every rule about the order and the form of commands: what it refuses, with which reply, and why. What no rule here",
            "refuses is legal; NOOP, HELP, VRFY, EXPN, RSET and QUIT always are. A refusal changes nothing: sender, recipients,",
            "greeting, TLS and login are as they were before it.",
            "",
            "A rule is named by its id, in `<rule id=\"...\" mode=\"enforce|observe|off\"/>` as in the log, the metrics, and `HELP <id>`.",
            "*Asked for* is how strictly the RFC asks for it (RFC 2119); *none* means that the sentence gives the reason, and the",
            "refusal is our reading of it. Dialogues are in the full style. Replies to what is accepted are shortened to `...`, and",
            "lines end in CRLF unless another end is shown.",
            "",
            "| rule | reply | commands | asked for | by default |",
            "|---|---|---|---|---|"));
        forms.keySet().forEach(id -> page.add("| [" + id + "](#" + id.toString().toLowerCase(Locale.ROOT) + ") | "
            + String.join("<br>", distinct(id, 0)) + " | " + String.join("<br>", distinct(id, 1)) + " | " + level(id) + " | " + mode(id)
            + " |"));
        forms.keySet().forEach(id -> page.addAll(section(id)));
        return String.join("\n", page) + "\n";
    }

    private List<String> section(DiagnosisId id) {
        Article article = catalogue.article(id);
        List<String> section = new ArrayList<>(List.of("", "## " + id, "", markdown(article.meaning()), "",
            "| reply | commands | cause |", "|---|---|---|"));
        section.addAll(forms.get(id));
        section.add("");
        section.add("- When: " + markdown(article.when()));
        section.add("- Fix: " + markdown(article.fix()));
        section.add("- See: " + article.reference());
        section.add("- Asked for: " + level(id));
        section.add("- By default: " + mode(id));
        section.addAll(article.requirement()
            .map(requirement -> List.of("", "> " + markdown(requirement.sentence()), ">", "> (" + requirement.section() + ")"))
            .orElse(List.of()));
        section.addAll(List.of("", "```"));
        section.addAll(dialogues.get(id).lines());
        section.addAll(List.of("```", ""));
        section.add("Clients known to break it: " + (article.offenders().isEmpty() ? "none known." : ""));
        article.offenders().forEach(offender -> section.add("- [" + offender.client() + "](" + offender.url() + ")"));
        return section.stream().map(String::stripTrailing).collect(Collectors.toList());
    }

    private List<String> distinct(DiagnosisId id, int column) {
        return forms.get(id).stream().map(row -> row.split("\\|")[column + 1].trim()).distinct().collect(Collectors.toList());
    }

    private String level(DiagnosisId id) {
        return catalogue.article(id).requirement().map(Requirement::level).filter(level -> level != Requirement.Level.NONE)
            .map(Requirement.Level::name).orElse("none");
    }

    private static String mode(DiagnosisId id) {
        Mode mode = GuardSettings.defaults().mode(id);
        if (id == DiagnosisId.SEQ_GREETING_EARLY && GuardSettings.defaults().greetingWait().isZero()) {
            return mode + ", on ports with `<greeting waitMillis=\"...\"/>`";
        }
        return id.name().startsWith("AUTH_") ? "always " + mode : mode.toString();
    }

    /** The rows of the table and the faults of commands, by diagnosis, each as a row of Markdown. */
    private Map<DiagnosisId, List<String>> forms() {
        Map<DiagnosisId, List<String>> all = new EnumMap<>(DiagnosisId.class);
        for (SequenceRule rule : table.rows()) {
            String verbs = rule.verbs().stream().sorted().map(Enum::name).collect(Collectors.joining(", "));
            all.computeIfAbsent(rule.id(), id -> new ArrayList<>()).add(form(rule.code() + " " + rule.status(), verbs, rule.cause()));
        }
        Stream.of(Fault.values()).filter(fault -> !fault.id().name().startsWith("AUTH_")).forEach(fault ->
            all.computeIfAbsent(fault.id(), id -> new ArrayList<>()).add(form(fault.code() + " " + fault.status(), commands(fault),
                fault.cause())));
        return all;
    }

    private static String form(String reply, String commands, String cause) {
        return "| " + reply + " | " + commands + " | " + cause + " |";
    }

    private static String commands(Fault fault) {
        switch (fault) {
            case PIPELINED:
                return "what stands behind EHLO, HELO, AUTH, STARTTLS";
            case PIPELINED_BEHIND:
                return "STARTTLS";
            case PIPELINED_CONTENT:
                return "DATA";
            case UNKNOWN_COMMAND:
                return "unknown ones";
            case EARLY_TALK:
                return "whatever comes first";
            case TOO_MANY_AUTH_FAILURES:
                return "AUTH";
            case TOO_MANY_REFUSED_RECIPIENTS:
                return "RCPT";
            default:
                return "all";
        }
    }

    private static String markdown(String text) {
        return text.replaceAll("([\\\\\\[\\]<*])", "\\\\$1");
    }
}
