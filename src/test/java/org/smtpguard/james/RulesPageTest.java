package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.ReplyForm;
import org.smtpguard.diagnosis.Requirement;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Mode;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;

/**
 * Generates {@code docs/rules.md} from the table and the catalogue, and compares the page in the repository with it. After a
 * change of a rule, {@code mvn test -Dtest=RulesPageTest -Dsmtpguard.update=true} writes the page again.
 */
class RulesPageTest {
    private static final Path PAGE = Path.of("docs", "rules.md");

    private final SequenceTable table = new SequenceTable();
    private final DiagnosisCatalogue catalogue = new DiagnosisCatalogue();
    private final List<DiagnosisId> rules = Stream.of(DiagnosisId.values())
        .filter(id -> id.isRule() || table.rows().stream().anyMatch(row -> row.id() == id)).collect(Collectors.toList());

    @Test
    void thePageInTheRepositoryIsTheOneThatTheTableMakes() throws IOException {
        String page = page();
        if (Boolean.getBoolean("smtpguard.update")) {
            Files.writeString(PAGE, page, StandardCharsets.UTF_8);
        }

        assertThat(Files.readString(PAGE, StandardCharsets.UTF_8))
            .as("docs/rules.md differs from the table; write it again with -Dtest=RulesPageTest -Dsmtpguard.update=true")
            .isEqualTo(page);
    }

    @Test
    void aRequirementHasTheWordOfItsLevelAndASectionThatHelpNames() {
        for (DiagnosisId id : rules) {
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
        assertThat(rules).filteredOn(id -> id.group() == DiagnosisId.Group.SEQUENCE).isNotEmpty()
            .allSatisfy(id -> assertThat(catalogue.article(id).requirement()).as("%s", id).isPresent());
    }

    private String page() {
        List<String> page = new ArrayList<>(List.of(
            "# The rules",
            "",
            "<!-- Made by RulesPageTest from SequenceTable, Fault and DiagnosisCatalogue: do not edit this page, edit those. -->",
            "",
            "The rules about the order and the form of commands. Every command that breaks no rule is legal; NOOP, HELP, VRFY and EXPN",
            "always are, and so are RSET and QUIT without an argument. A refusal changes nothing: sender, recipients, greeting, TLS and",
            "login stay as they were.",
            "",
            "A rule has the same id in `<rule id=\"...\" mode=\"enforce|observe|off\"/>`, in the log, in the metrics and in `HELP <id>`.",
            "The page of an id has its meaning, the fix, a dialogue, the sentence of the RFC and the clients known to break the rule.",
            "*Required* is how strictly the RFC requires the rule (RFC 2119); *none*: the RFC gives the reason, and the refusal is our",
            "reading of it.",
            "",
            "| rule | reply | commands | refused because | required | default mode |",
            "|---|---|---|---|---|---|"));
        rules.forEach(id -> page.add("| [" + id + "](diagnoses/" + id + ".md) | "
            + distinct(id, form -> form.code() + " " + form.status()) + " | " + distinct(id, RulesPageTest::commands) + " | "
            + distinct(id, ReplyForm::cause) + " | " + level(id) + " | " + mode(id) + " |"));
        page.addAll(List.of("", "## Order", "",
            "The rules of a command are evaluated from left to right, and the first that is broken refuses the command.", "",
            "| command | rules |", "|---|---|"));
        for (Verb verb : Verb.values()) {
            String order = table.rows().stream().filter(row -> row.verbs().contains(verb)).map(SequenceRule::id)
                .map(DiagnosisId::toString).distinct().collect(Collectors.joining(", "));
            if (!order.isEmpty()) {
                page.add("| " + verb + " | " + order + " |");
            }
        }
        return String.join("\n", page) + "\n";
    }

    private String distinct(DiagnosisId id, Function<ReplyForm, String> column) {
        return ReplyForm.all(table).stream().filter(form -> form.id() == id).map(column).distinct()
            .map(RulesPageTest::markdown).collect(Collectors.joining("<br>"));
    }

    private static String commands(ReplyForm form) {
        return form.verbs().isEmpty() ? "any" : form.verbs().stream().sorted().map(Enum::name).collect(Collectors.joining(", "));
    }

    private String level(DiagnosisId id) {
        return catalogue.article(id).requirement().map(Requirement::level).filter(level -> level != Requirement.Level.NONE)
            .map(Requirement.Level::name).orElse("none");
    }

    private static String mode(DiagnosisId id) {
        Mode mode = GuardSettings.defaults().mode(id);
        if (!id.isRule()) {
            return "always " + mode;
        }
        if (id == DiagnosisId.SEQ_GREETING_EARLY && GuardSettings.defaults().greetingWait().isZero()) {
            return mode + ", on ports with `<greeting waitMillis=\"...\"/>`";
        }
        return id.appliesAlwaysToAuth() ? mode + "; on AUTH always" : mode.toString();
    }

    private static String markdown(String text) {
        return text.replaceAll("([\\\\\\[\\]<*])", "\\\\$1").replace("|", "\\|");
    }
}
