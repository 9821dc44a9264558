package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.fact;
import static org.smtpguard.page.Parts.link;
import static org.smtpguard.page.Parts.rowOf;

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
import org.smtpguard.transcript.LogIn;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.TranscriptLine;
import org.smtpguard.transcript.TranscriptLine.Speaker;

/** The transcript of one session with an explanation of each refusal, and a diagram of its state at the last refusal. */
final class SessionView extends View {
    /** The last part of the path to which the form that deletes a transcript is sent. */
    static final String DELETE = "delete";

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
            .and("end", transcript.end()).and("port", transcript.port()).and("tls", transcript.tls())
            .and("omitted", transcript.omitted())
            .and("omittedAfter", Optional.of(transcript.omittedAfter()).filter(any -> transcript.omitted() > 0))
            .and("lines", transcript.lines().stream().map(this::facts).collect(Collectors.toList()))
            .and("blocks", blockFacts.of(blocks)).map();
    }

    private Map<String, Object> facts(TranscriptLine line) {
        return Facts.of("time", line.time()).and("speaker", line.speaker().name().toLowerCase(Locale.ROOT))
            .and("text", Names.lines(line.text()))
            .and("octets", line.octets()).and("logIn", line.logIn().map(SessionView::facts)).and("refusal", line.refusal().map(refusal -> {
                Article article = catalogue.article(refusal.id());
                return Facts.of("id", refusal.id()).and("state", refusal.state()).and("next", refusal.next())
                    .and("meaning", article.meaning()).and("fix", article.fix()).and("href", Place.DIAGNOSES.href(refusal.id().toString()));
            })).map();
    }

    private static Map<String, Object> facts(LogIn logIn) {
        return Facts.of("outcome", logIn.outcome()).and("mechanism", logIn.mechanism()).and("user", logIn.user().map(Names::clean))
            .and("backend", logIn.backend()).and("reason", logIn.reason()).map();
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
    boolean isLive() {
        return true;
    }

    @Override
    Element content() {
        return el("div",
            el("dl",
                fact("client", el("span", code(transcript.client()), " (",
                    el("a", "its sessions").at("href", SessionFilter.href("client", transcript.client())), ", ",
                    el("a", "its log-ins").at("href", BlockFacts.explanation(transcript.client())), ")")),
                fact("port", transcript.port()),
                fact("TLS", transcript.tls().orElse("none")),
                blocks.stream().limit(BLOCKS_SHOWN).map(block -> fact(mode == Mode.ENFORCE ? "blocked now" : "would be blocked now",
                    el("span", BlockFacts.links(block), " until ", times.moment(block.until())))),
                fact("began", times.moment(transcript.begin())),
                fact(transcript.end().isPresent() ? "ended" : "open", transcript.end().map(end -> (Object) el("span", "after ",
                    Times.millis(Duration.between(transcript.begin(), end)))).orElse("still open")),
                fact("refused", el("b", transcript.refusals().size()).css(transcript.refusals().isEmpty() ? "" : "refused"))).css("facts"),
            logIns(),
            el("div",
                el("section", el("h2", "Transcript"), lines(), asText()).css("card"),
                el("aside", drawing()).css("card").at("aria-label", "State of the session")).css("beside"),
            el("form", el("button", "Delete this transcript").at("name", "reference").at("value", transcript.reference()))
                .at("action", Place.SESSIONS.href(DELETE)).at("method", "post"));
    }

    private static Element code(String text) {
        return el("span", text).css("code");
    }

    private Optional<Element> logIns() {
        List<LogIn> all = transcript.logIns();
        return all.isEmpty() ? Optional.empty() : Optional.of(el("section", el("h2", "Log-ins"),
            el("table",
                el("thead", el("tr", column("user"), column("mechanism"), column("backend"), column("outcome"), column("reason"))),
                el("tbody", all.stream().map(SessionView::row))).css("logins")).css("card"));
    }

    private static Element row(LogIn logIn) {
        return el("tr",
            rowOf(logIn.user().map(user -> (Object) el("a", Names.cut(user)).at("href", SessionFilter.href("user", user)))
                .orElse("not said")),
            el("td", logIn.mechanism()).css("code"),
            el("td", logIn.backend().orElse("")).css("code"),
            el("td", logIn.outcome()).css("verdict " + (logIn.isAccepted() ? "accepted" : "refused")),
            el("td", logIn.reason().orElse("")));
    }

    private Element lines() {
        List<TranscriptLine> all = transcript.lines();
        int gap = transcript.omitted() > 0 ? transcript.omittedAfter() : all.size();
        Element list = el("ol").css("transcript");
        Exchange.of(all.subList(0, gap)).forEach(exchange -> list.add(exchange(exchange)));
        if (transcript.omitted() > 0) {
            list.add(el("li", el("p", transcript.omitted(), " lines are not kept any more.").css("muted")).css("gap"));
        }
        Exchange.of(all.subList(gap, all.size())).forEach(exchange -> list.add(exchange(exchange)));
        return list;
    }

    private List<Element> exchange(Exchange exchange) {
        List<Element> items = exchange.lines().stream().map(this::line).collect(Collectors.toList());
        if (!exchange.alike().isEmpty()) {
            int more = exchange.alike().size();
            items.get(items.size() - 1).add(el("details",
                el("summary", more == 1 ? "1 more that was refused alike" : more + " more that were refused alike"),
                el("ol", exchange.alike().stream().map(Exchange::lines).map(lines -> line(lines.get(0)))).css("transcript")).css("alike"));
        }
        return items;
    }

    /** With a button if the browser runs scripts; without, the text can be selected. */
    private Element asText() {
        return el("details", el("summary", "As text, for a ticket"),
            el("label", "The session as text").css("unseen").at("for", "as-text"),
            el("textarea", new TicketText(transcript, times)).at("id", "as-text").at("readonly").at("rows", 12).at("spellcheck", "false"),
            el("button", "Copy").at("type", "button").at("data-copy", "as-text").at("hidden"));
    }

    private Element line(TranscriptLine line) {
        Element item = el("li",
            el("span", "+", Times.millis(Duration.between(transcript.begin(), line.time()))).css("offset"),
            el("span", speaker(line)).css("speaker"),
            el("pre", Names.lines(line.text())),
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
            case GUARD:
                return "log-in";
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

    private Element drawing() {
        List<SessionState> states = transcript.refusals().stream().map(Refusal::state).map(StateText::read).flatMap(Optional::stream)
            .collect(Collectors.toList());
        if (states.isEmpty()) {
            return el("div", el("h2", "State"), el("p", "No refusal so far.").css("muted"));
        }
        SessionState last = states.get(states.size() - 1);
        Stream<String> said = transcript.lines().stream().filter(line -> line.speaker() == Speaker.CLIENT).map(TranscriptLine::text)
            .filter(Move.STARTTLS.name()::equals);
        Stream<String> proposed = transcript.refusals().stream().flatMap(refusal -> refusal.next().stream());
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
