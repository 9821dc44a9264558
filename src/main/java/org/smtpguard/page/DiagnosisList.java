package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.head;
import static org.smtpguard.page.Parts.link;
import static org.smtpguard.page.Parts.numbers;
import static org.smtpguard.page.Parts.rowOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.ReplyForm;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.transcript.ViolationCount;

/** The list of all diagnoses with their counts. */
final class DiagnosisList {
    private final DiagnosisCatalogue catalogue;
    private final Map<DiagnosisId, List<ReplyForm>> forms;
    private final List<ViolationCount> counts;

    DiagnosisList(DiagnosisCatalogue catalogue, Map<DiagnosisId, List<ReplyForm>> forms, List<ViolationCount> counts) {
        this.catalogue = catalogue;
        this.forms = forms;
        this.counts = counts;
    }

    List<Map<String, Object>> facts() {
        List<Map<String, Object>> facts = new ArrayList<>();
        for (DiagnosisId id : DiagnosisId.values()) {
            facts.add(Facts.of("id", id).and("replies", replies(id)).and("meaning", catalogue.article(id).meaning())
                .and("refused", count(id).map(ViolationCount::refused).orElse(0L))
                .and("observed", count(id).map(ViolationCount::observed).orElse(0L))
                .and("href", Place.DIAGNOSES.href(id.toString())).map());
        }
        return facts;
    }

    Element table() {
        Element body = el("tbody");
        for (DiagnosisId id : DiagnosisId.values()) {
            long refused = count(id).map(ViolationCount::refused).orElse(0L);
            long observed = count(id).map(ViolationCount::observed).orElse(0L);
            body.add(el("tr",
                rowOf(link(id)),
                el("td", String.join(", ", replies(id))).css("code"),
                el("td", catalogue.article(id).meaning()).css("words"),
                el("td", refused).css(refused > 0 ? "number refused" : "number zero").at("data-label", "refused"),
                el("td", observed).css(observed > 0 ? "number observed" : "number zero").at("data-label", "observed")));
        }
        return el("table", head(column("id"), column("reply"),
            column("meaning"), numbers("refused"),
            numbers("observed")), body).css("diagnoses");
    }

    private List<String> replies(DiagnosisId id) {
        return forms.get(id).stream().map(form -> form.code() + " " + form.status()).distinct().collect(Collectors.toList());
    }

    private Optional<ViolationCount> count(DiagnosisId id) {
        return counts.stream().filter(count -> count.key().filter(id.toString()::equals).isPresent()).findFirst();
    }
}
