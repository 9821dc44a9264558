package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.fact;
import static org.smtpguard.page.Parts.head;
import static org.smtpguard.page.Parts.link;
import static org.smtpguard.page.Parts.rowOf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.diagnosis.Article;
import org.smtpguard.diagnosis.ReplyForm;
import org.smtpguard.diagnosis.Requirement;
import org.smtpguard.transcript.ViolationCount;

/** The article of one topic of HELP, in full. */
final class DiagnosisView extends View {
    private final String topic;
    private final Article article;
    private final List<ReplyForm> forms;
    private final Optional<ViolationCount> count;

    /** @param forms the refusals that belong to it */
    DiagnosisView(String topic, Article article, List<ReplyForm> forms, List<ViolationCount> counts) {
        this.topic = topic;
        this.article = article;
        this.forms = forms;
        this.count = counts.stream().filter(any -> any.key().filter(topic::equals).isPresent()).findFirst();
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("topic", topic).and("meaning", article.meaning()).and("when", article.when()).and("fix", article.fix())
            .and("reference", article.reference())
            .and("refusals", forms.stream().map(form -> Facts.of("id", form.id()).and("reply", form.code() + " " + form.status())
                .and("commands", form.verbs().stream().sorted().map(Enum::name).collect(Collectors.toList()))
                .and("cause", form.cause()).map()).collect(Collectors.toList()))
            .and("requirement", article.requirement().map(requirement -> Facts.of("section", requirement.section())
                .and("sentence", requirement.sentence())))
            .and("refused", count.map(ViolationCount::refused)).and("observed", count.map(ViolationCount::observed)).map();
    }

    @Override
    String title() {
        return topic;
    }

    @Override
    Place place() {
        return Place.DIAGNOSES;
    }

    @Override
    Element content() {
        return el("div",
            el("section",
                el("p", article.meaning()).css("meaning"),
                el("dl",
                    fact("when", article.when()),
                    fact("fix", article.fix()),
                    fact("see", article.reference()),
                    count.map(known -> fact("last 24 h", known.refused() + " refused, " + known.observed() + " observed"))).css("article"))
                .css("card"),
            forms.isEmpty() ? Optional.empty() : Optional.of(el("section", el("h2", "Refusals"), refusals()).css("card")),
            article.requirement().map(DiagnosisView::requirement),
            article.offenders().isEmpty() ? Optional.empty() : Optional.of(offenders()));
    }

    private Element refusals() {
        return el("table",
            head(column("id"), column("reply"), column("commands"),
                column("cause")),
            el("tbody", forms.stream().map(form -> el("tr",
                rowOf(link(form.id())),
                el("td", form.code() + " " + form.status()).css("code"),
                el("td", form.verbs().isEmpty() ? "any" : form.verbs().stream().sorted().map(Enum::name)
                    .collect(Collectors.joining(", "))),
                el("td", form.cause()).css("words")))));
    }

    private static Element requirement(Requirement requirement) {
        return el("section", el("h2", requirement.section()), el("blockquote", requirement.sentence())).css("card");
    }

    private Element offenders() {
        return el("section", el("h2", "Clients known to break this rule, some of them fixed"),
            el("ul", article.offenders().stream().map(offender -> el("li",
                el("a", offender.client()).at("href", offender.url()).at("rel", "noreferrer"))))).css("card");
    }
}
