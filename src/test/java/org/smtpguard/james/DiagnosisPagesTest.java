package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.smtpguard.diagnosis.Article;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.ReplyForm;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.SequenceTable;

/**
 * Makes {@code docs/diagnoses/} from the table and the catalogue, a page for each diagnosis, and holds the pages in the repository
 * to it. After a change of words, {@code mvn test -Dtest=DiagnosisPagesTest -Dsmtpguard.update=true} writes them anew.
 */
class DiagnosisPagesTest {
    private static final Path DIRECTORY = Path.of("docs", "diagnoses");
    private static final String MADE =
        "<!-- Made by DiagnosisPagesTest from DiagnosisCatalogue and SequenceTable: do not edit this page, edit those. -->";

    private final SequenceTable table = new SequenceTable();
    private final DiagnosisCatalogue catalogue = new DiagnosisCatalogue();
    private final Map<DiagnosisId, Dialogue> dialogues = Dialogues.all();

    @Test
    void thePagesInTheRepositoryAreThoseThatTheCatalogueMakes() throws IOException {
        Map<String, String> pages = pages();
        if (Boolean.getBoolean("smtpguard.update")) {
            Files.createDirectories(DIRECTORY);
            for (Map.Entry<String, String> page : pages.entrySet()) {
                Files.writeString(DIRECTORY.resolve(page.getKey()), page.getValue(), StandardCharsets.UTF_8);
            }
        }

        assertThat(files()).as("docs/diagnoses/ is not what the catalogue says; write it anew with -Dtest=DiagnosisPagesTest"
            + " -Dsmtpguard.update=true, and remove what is too much").isEqualTo(pages);
    }

    @Test
    void everyDiagnosisHasADialogueThatEndsInItsRefusal() {
        assertThat(dialogues.keySet()).containsExactly(DiagnosisId.values());
        dialogues.forEach((id, dialogue) -> assertThat(dialogue.lastRefusal()).as("dialogue of %s", id).contains(id));
    }

    @Test
    void everyLinkLeadsToAPage() throws IOException {
        for (Map.Entry<String, String> page : files().entrySet()) {
            assertThat(page.getValue().lines().flatMap(line -> Stream.of(line.split("]\\(")).skip(1)).map(rest -> rest.split("[)#]")[0]))
                .filteredOn(target -> !target.startsWith("https:"))
                .allSatisfy(target -> assertThat(DIRECTORY.resolve(target)).as(page.getKey()).exists());
        }
    }

    private static Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(DIRECTORY)) {
            for (Path file : all.collect(Collectors.toList())) {
                files.put(file.getFileName().toString(), Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    private Map<String, String> pages() {
        Map<String, String> pages = new TreeMap<>();
        for (DiagnosisId id : DiagnosisId.values()) {
            pages.put(id + ".md", text(page(id)));
        }
        pages.put("235-or-503.md", text(comparison()));
        pages.put("README.md", text(index()));
        return pages;
    }

    private List<String> page(DiagnosisId id) {
        Article article = catalogue.article(id);
        List<String> page = new ArrayList<>(List.of("# " + id, "", MADE, "", "**" + markdown(article.meaning()) + "**", "",
            "| | |", "|---|---|",
            "| when | " + cell(article.when()) + " |",
            "| fix | " + cell(article.fix()) + " |",
            "| see | " + article.reference() + " |",
            "| on the wire | `HELP " + id + "` |", "",
            "## On the wire", "", "```"));
        page.addAll(dialogues.get(id).lines());
        page.addAll(List.of("```", "", "## Refusals", "", "| reply | commands | refused because |", "|---|---|---|"));
        ReplyForm.all(table).stream().filter(form -> form.id() == id).forEach(form -> page.add("| `" + form.code() + " " + form.status()
            + "` | " + commands(form) + " | " + cell(form.cause()) + " |"));
        article.requirement().ifPresent(requirement -> page.addAll(List.of("", "## " + requirement.section(), "",
            "> " + markdown(requirement.sentence()))));
        if (!article.offenders().isEmpty()) {
            page.addAll(List.of("", "## Clients known to break this rule, some of them fixed", ""));
            article.offenders().forEach(offender -> page.add("- [" + offender.client() + "](" + offender.url() + ")"));
        }
        page.addAll(List.of("", "[All diagnoses](README.md) · [how to read a refusal](../diagnoses.md)"));
        return page;
    }

    private List<String> comparison() {
        Article good = catalogue.article(235).orElseThrow();
        Article early = catalogue.article(503).orElseThrow();
        List<String> accepted = Dialogue.onOpenPort().server("220 ...").client("EHLO client.example")
            .client("AUTH PLAIN AGFsaWNlAHNlY3JldA==").lines();
        List<String> refused = dialogues.get(DiagnosisId.SEQ_AUTH_REPEATED).lines();
        List<String> page = new ArrayList<>(List.of("# 235 or 503", "", MADE, "",
            "Both can be an answer to AUTH, and they are about different things: 235 is about who you are, 503 about the order of",
            "commands.", "",
            "| | `235` | `503` |", "|---|---|---|",
            "| means | " + cell(good.meaning()) + " | " + cell(early.meaning()) + " |",
            "| when | " + cell(good.when()) + " | " + cell(early.when()) + " |",
            "| what to do | " + cell(good.fix()) + " | " + cell(early.fix()) + " |",
            "| your password | is right | was not looked at, or is not the matter: keep it |",
            "| the session afterwards | is authenticated | is as it was before the command |",
            "| see | " + good.reference() + " | " + early.reference() + " |",
            "| on the wire | `HELP 235` | `HELP 503` |", "",
            "Side by side, the same good password, once and twice:", "",
            "<table><tr><th>235</th><th>503</th></tr><tr valign=\"top\"><td>", "", "```"));
        page.addAll(accepted);
        page.addAll(List.of("```", "", "</td><td>", "", "```"));
        page.addAll(refused);
        page.addAll(List.of("```", "", "</td></tr></table>", "",
            "## Every 503", "", "| id | commands | refused because |", "|---|---|---|"));
        ReplyForm.all(table).stream().filter(form -> form.code() == 503).forEach(form -> page.add("| [" + form.id() + "](" + form.id()
            + ".md) | " + commands(form) + " | " + cell(form.cause()) + " |"));
        page.addAll(List.of("",
            "A wrong password is [535](AUTH-CREDENTIALS.md), and one that could not be checked is [454](AUTH-UNAVAILABLE.md).", "",
            "[All diagnoses](README.md) · [how to read a refusal](../diagnoses.md)"));
        return page;
    }

    private List<String> index() {
        List<String> page = new ArrayList<>(List.of("# All diagnoses", "", MADE, "",
            "What the guard says no with. `HELP` and the id, on any port in mode `enforce`, says the same in ten lines. People look for",
            "[235 or 503](235-or-503.md) first; [how to read a refusal](../diagnoses.md) explains its four lines.", "",
            "| id | reply | meaning |", "|---|---|---|"));
        for (DiagnosisId id : DiagnosisId.values()) {
            page.add("| [" + id + "](" + id + ".md) | " + ReplyForm.all(table).stream().filter(form -> form.id() == id)
                .map(form -> "`" + form.code() + " " + form.status() + "`").distinct().collect(Collectors.joining(", "))
                + " | " + cell(catalogue.article(id).meaning()) + " |");
        }
        return page;
    }

    private static String commands(ReplyForm form) {
        return form.verbs().isEmpty() ? "any"
            : form.verbs().stream().sorted().map(Enum::name).collect(Collectors.joining(", "));
    }

    private static String text(List<String> lines) {
        return lines.stream().map(String::stripTrailing).collect(Collectors.joining("\n")) + "\n";
    }

    private static String cell(String text) {
        return markdown(text).replace("|", "\\|");
    }

    private static String markdown(String text) {
        return text.replaceAll("([\\\\\\[\\]<*_])", "\\\\$1");
    }
}
