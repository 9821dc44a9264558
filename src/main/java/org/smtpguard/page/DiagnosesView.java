package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.protocol.Verb;

/** The index of diagnoses, reply codes and commands. */
final class DiagnosesView extends View {
    private final DiagnosisList diagnoses;
    private final DiagnosisCatalogue catalogue;

    DiagnosesView(DiagnosisList diagnoses, DiagnosisCatalogue catalogue) {
        this.diagnoses = diagnoses;
        this.catalogue = catalogue;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("diagnoses", diagnoses.facts()).and("codes", List.copyOf(catalogue.codes()))
            .and("verbs", verbs().collect(Collectors.toList())).map();
    }

    @Override
    String title() {
        return "Diagnoses";
    }

    @Override
    Place place() {
        return Place.DIAGNOSES;
    }

    @Override
    Element content() {
        return el("div",
            el("p", "The explanations that clients get with HELP and an id, a reply code or a command.")
                .css("muted"),
            el("section", el("h2", "By id"), diagnoses.table()).css("card"),
            el("section", el("h2", "By reply code"), links(catalogue.codes().stream().map(String::valueOf))).css("card"),
            el("section", el("h2", "By command"), links(verbs())).css("card"));
    }

    private Stream<String> verbs() {
        return Stream.of(Verb.values()).filter(verb -> catalogue.article(verb).isPresent()).map(Verb::name);
    }

    private static Element links(Stream<String> topics) {
        return el("p", topics.map(topic -> el("a", topic).at("href", Place.DIAGNOSES.href(topic)))).css("topics");
    }
}
