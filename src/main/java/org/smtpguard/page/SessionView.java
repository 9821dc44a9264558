package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.fact;
import static org.smtpguard.page.Parts.link;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.diagnosis.Article;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.StateText;
import org.smtpguard.sequence.Move;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.TranscriptLine;
import org.smtpguard.transcript.TranscriptLine.Speaker;

/** The transcript of one session with an explanation of each refusal, and a diagram of its state at the last refusal. */
final class SessionView extends View {
    private static final int BLOCKS_SHOWN = 5;

    private final Transcript transcript;
    private final DiagnosisCatalogue catalogue;
    private final SequenceTable table;
    private final Times times;
    private final Mode mode;
    private final List<Block> blocks;
    private final BlockFacts blockFacts;

    SessionView(Transcript transcript, DiagnosisCatalogue catalogue, SequenceTable table, Times times, Mode mode, List<Block> blocks,
                BlockFacts blockFacts) {
        this.transcript = transcript;
        this.catalogue = catalogue;
        this.table = table;
        this.times = times;
        this.mode = mode;
        this.blocks = blocks;
        this.blockFacts = blockFacts;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("reference", transcript.reference()).and("client", transcript.client()).and("begin", transcript.begin())
            .and("end", transcript.end()).and("omitted", transcript.omitted())
            .and("lines", transcript.lines().stream().map(this::facts).collect(Collectors.toList()))
            .and("blocks", blockFacts.of(blocks)).map();
    }

    private Map<String, Object> facts(TranscriptLine line) {
        return Facts.of("time", line.time()).and("speaker", line.speaker().name().toLowerCase(Locale.ROOT)).and("text", line.text())
            .and("octets", line.octets()).and("refusal", line.refusal().map(refusal -> {
                Article article = catalogue.article(refusal.id());
                return Facts.of("id", refusal.id()).and("state", refusal.state()).and("next", refusal.next())
                    .and("meaning", article.meaning()).and("fix", article.fix()).and("href", Place.DIAGNOSES.href(refusal.id().toString()));
            })).map();
    }

    @Override
    String title() {
        return "Session " + transcript.reference();
    }

    @Override
    Place place() {
        return Place.SESSIONS;
    }

    @Override
    Element content() {
        Element lines = el("ol").css("transcript");
        transcript.lines().forEach(line -> lines.add(line(line)));
        return el("div",
            el("dl",
                fact("client", el("a", transcript.client()).at("href", BlockFacts.explanation(transcript.client())).css("code")),
                blocks.stream().limit(BLOCKS_SHOWN).map(block -> fact(mode == Mode.ENFORCE ? "blocked now" : "would be blocked now",
                    el("span", BlockFacts.links(block), " until ", times.moment(block.until())))),
                fact("began", times.moment(transcript.begin())),
                fact(transcript.end().isPresent() ? "ended" : "open", transcript.end().map(end -> (Object) el("span", "after ",
                    Times.span(Duration.between(transcript.begin(), end)))).orElse("still open")),
                fact("refused", el("b", refusals().size()).css(refusals().isEmpty() ? "" : "refused"))).css("facts"),
            el("div",
                el("section", el("h2", "Transcript"), omitted(), lines).css("card"),
                el("aside", drawing()).css("card").at("aria-label", "State of the session")).css("beside"));
    }

    private Optional<Element> omitted() {
        return transcript.omitted() == 0 ? Optional.empty()
            : Optional.of(el("p", transcript.omitted(), " older lines are not kept any more.").css("muted"));
    }

    private Element line(TranscriptLine line) {
        Element item = el("li",
            el("span", "+", Times.span(Duration.between(transcript.begin(), line.time()))).css("offset"),
            el("span", speaker(line)).css("speaker"),
            el("pre", line.text()),
            el("span", line.octets() == 0 ? "" : line.octets() + " octets").css("octets"));
        line.refusal().ifPresent(refusal -> item.add(explanation(refusal)));
        return item.css(line.speaker().name().toLowerCase(Locale.ROOT) + (line.refusal().isPresent() ? " no" : ""));
    }

    private static String speaker(TranscriptLine line) {
        switch (line.speaker()) {
            case CLIENT:
                return "client";
            case SERVER:
                return "server";
            default:
                return "observed";
        }
    }

    private Element explanation(Refusal refusal) {
        Article article = catalogue.article(refusal.id());
        return el("div",
            StateText.read(refusal.state()).map(SessionView::track),
            el("p", article.meaning()).css("meaning"),
            el("dl",
                fact("state", refusal.state()),
                fact("next", el("span", refusal.next().stream().map(next -> el("code", next))).css("next")),
                fact("fix", article.fix()),
                fact("more", el("span", link(refusal.id()), ", ",
                    article.reference())))).css("explanation");
    }

    /** The progress of the session, in five steps. */
    private static Element track(SessionState state) {
        List<Element> steps = new ArrayList<>();
        String[] names = {"connected", "greeted", "sender", "recipients", "delivered"};
        for (int i = 0; i < names.length; i++) {
            int here = state.phase().ordinal();
            Element step = el("li", el("span", names[i])).css(i < here ? "done" : i == here ? "here" : "");
            steps.add(i == here ? step.at("aria-current", "step") : step);
        }
        return el("ol", steps).css("track").at("aria-label", "Progress of the session");
    }

    private List<Refusal> refusals() {
        return transcript.lines().stream().map(TranscriptLine::refusal).flatMap(Optional::stream).collect(Collectors.toList());
    }

    private Element drawing() {
        List<SessionState> states = refusals().stream().map(Refusal::state).map(StateText::read).flatMap(Optional::stream)
            .collect(Collectors.toList());
        if (states.isEmpty()) {
            return el("div", el("h2", "State"), el("p", "No refusal so far.").css("muted"));
        }
        SessionState last = states.get(states.size() - 1);
        Stream<String> said = transcript.lines().stream().filter(line -> line.speaker() == Speaker.CLIENT).map(TranscriptLine::text)
            .filter(Move.STARTTLS.name()::equals);
        Stream<String> proposed = refusals().stream().flatMap(refusal -> refusal.next().stream());
        StateGraph graph = StateGraph.of(table, states, Stream.concat(said, proposed).map(StateGraph::move).flatMap(Optional::stream)
            .collect(Collectors.toSet()));
        return el("div", el("h2", "At the last refusal"),
            new StateDiagram(graph).draw(Optional.of(StateGraph.Node.of(last)), lastRefused()));
    }

    /** The verb of the last refused command. */
    private Optional<String> lastRefused() {
        Optional<String> command = Optional.empty();
        Optional<String> refused = Optional.empty();
        for (TranscriptLine line : transcript.lines()) {
            if (line.speaker() == Speaker.CLIENT) {
                command = Optional.of(line.text().split(" ", 2)[0]).filter(verb -> !verb.startsWith("("));
            } else if (line.refusal().isPresent()) {
                refused = command;
            }
        }
        return refused;
    }
}
