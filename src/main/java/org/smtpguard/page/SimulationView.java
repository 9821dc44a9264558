package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.fact;
import static org.smtpguard.page.Parts.link;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.diagnosis.Rehearsal;
import org.smtpguard.diagnosis.Rehearsal.RehearsedCommand;
import org.smtpguard.protocol.Printable;
import org.smtpguard.sequence.Port.AuthOffer;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

/** A form for a simulated session, and its result. */
final class SimulationView extends View {
    private static final int ECHO_LIMIT = 300;

    private final List<String> commands;
    private final SessionState begin;
    private final List<Rehearsal.RehearsedCommand> steps;
    private final SequenceTable table;

    SimulationView(List<String> commands, SessionState begin, List<Rehearsal.RehearsedCommand> steps, SequenceTable table) {
        this.commands = commands;
        this.begin = begin;
        this.steps = steps;
        this.table = table;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("steps", Stream.iterate(0, i -> i < steps.size(), i -> i + 1).map(i -> facts(commands.get(i), steps.get(i)))
            .collect(Collectors.toList())).map();
    }

    private static Map<String, Object> facts(String command, RehearsedCommand step) {
        Optional<Diagnosis> refusal = step.refusal();
        return Facts.of("command", echo(command)).and("verdict", refusal.isPresent() ? "refused" : "legal")
            .and("diagnosis", refusal.map(Diagnosis::id)).and("reply", refusal.map(no -> no.code() + " " + no.status()))
            .and("summary", refusal.map(Diagnosis::summary))
            .and("state", step.state()).and("next", step.next()).map();
    }

    private static String echo(String command) {
        return Printable.cut(command, ECHO_LIMIT);
    }

    @Override
    String title() {
        return "Simulate";
    }

    @Override
    Place place() {
        return Place.SIMULATE;
    }

    @Override
    Element content() {
        return el("div",
            el("p", "How the guard would answer a client if James accepted every legal command. Nothing is executed. Every rule is "
                + "enforced.").css("muted"),
            el("div",
                el("div", form(), result()).css("stack"),
                el("aside", el("h2", "Final state"), drawing()).css("card").at("aria-label", "Final state of the session"))
                .css("beside"));
    }

    private Element form() {
        return el("form",
            el("label", "Commands, one on a line").at("for", "commands"),
            el("textarea", commands.stream().map(SimulationView::echo).collect(Collectors.joining("\n"))).at("id", "commands")
                .at("name", "commands").at("rows", Math.max(6, Math.min(commands.size() + 1, 16))).at("spellcheck", "false")
                .at("autocomplete", "off"),
            el("div",
                el("label", "AUTH ", el("select", Stream.of(AuthOffer.values()).map(offer -> selected(el("option", words(offer))
                    .at("value", name(offer)), offer == begin.port().auth()))).at("name", "auth")),
                el("label", box("startTls", begin.port().offersStartTls()), " STARTTLS is offered"),
                el("label", box("tls", begin.isTlsActive()), " TLS from the start"),
                el("button", "Simulate")).css("row"))
            .css("card form").at("action", Place.SIMULATE.href()).at("method", "post");
    }

    private static Element box(String name, boolean isChecked) {
        Element box = el("input").at("type", "checkbox").at("name", name).at("value", "true");
        return isChecked ? box.at("checked") : box;
    }

    private static Element selected(Element option, boolean isSelected) {
        return isSelected ? option.at("selected") : option;
    }

    static String name(AuthOffer offer) {
        return offer == AuthOffer.UNDER_TLS ? "underTls" : offer.name().toLowerCase(Locale.ROOT);
    }

    private static String words(AuthOffer offer) {
        switch (offer) {
            case NEVER:
                return "never";
            case UNDER_TLS:
                return "under TLS";
            default:
                return "always";
        }
    }

    private Element result() {
        Element lines = el("ol").css("transcript verdicts");
        for (int i = 0; i < steps.size(); i++) {
            RehearsedCommand step = steps.get(i);
            Optional<Diagnosis> refusal = step.refusal();
            lines.add(el("li",
                el("span", refusal.isPresent() ? "refused" : "legal").css("speaker"),
                el("pre", echo(commands.get(i))),
                refusal.map(no -> el("div",
                    el("p", no.code() + " " + no.status() + " " + no.summary() + " ", link(no.id())).css("meaning"),
                    el("dl", fact("state", step.state()),
                        fact("next", el("span", step.next().stream().map(next -> el("code", next))).css("next"))))
                    .css("explanation"))).css(refusal.isPresent() ? "server no" : "client yes"));
        }
        return el("section", el("h2", "Verdicts"), lines).css("card");
    }

    private Element drawing() {
        SessionState last = steps.isEmpty() ? begin : steps.get(steps.size() - 1).after();
        Optional<String> refused = steps.isEmpty() ? Optional.empty() : steps.get(steps.size() - 1).refusal()
            .map(no -> commands.get(steps.size() - 1).trim().split(" ", 2)[0])
            .map(verb -> Printable.cut(verb, 12));
        return new StateDiagram(StateGraph.from(table, begin)).draw(Optional.of(StateGraph.Node.of(last)), refused);
    }
}
