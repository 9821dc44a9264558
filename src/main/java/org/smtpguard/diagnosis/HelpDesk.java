package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Reply;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

/**
 * Answers HELP (RFC 5321 §4.1.1.8) with 214: without a topic, with the state of the session and the legal next commands; with a topic
 * (a diagnosis id, a reply code, a verb), with its article. At most {@value #LINES} lines of at most {@value #WIDTH} characters.
 * Immutable.
 */
public final class HelpDesk {
    /** The maximum number of lines of an answer. */
    static final int LINES = 10;
    /** The maximum length of a line in characters, including the code. */
    static final int WIDTH = 78;

    private static final int CODE = 214;
    private static final EnhancedStatus STATUS = EnhancedStatus.of("2.0.0");
    private static final int TEXT_WIDTH = WIDTH - "214-2.0.0 ".length();
    private static final String TOPICS = "Topics: HELP <verb>, HELP <reply code>, HELP <diagnosis id>";

    private final Diagnostician diagnostician;
    private final DiagnosisCatalogue catalogue;
    private final Map<Integer, Set<DiagnosisId>> idsByCode;

    public HelpDesk(SequenceTable table, DiagnosisCatalogue catalogue) {
        this.diagnostician = new Diagnostician(table);
        this.catalogue = catalogue;
        this.idsByCode = ReplyForm.all(table).stream().collect(Collectors.groupingBy(ReplyForm::code,
            Collectors.mapping(ReplyForm::id, Collectors.toCollection(TreeSet::new))));
    }

    /**
     * @param topic the argument of HELP
     * @param mechanisms the AUTH mechanisms that the port offers the session
     */
    public Reply answer(Optional<String> topic, SessionState state, List<String> mechanisms) {
        List<String> paragraphs = topic.map(String::trim).filter(text -> !text.isEmpty())
            .map(text -> about(text.toUpperCase(Locale.ROOT), state, mechanisms)
                .orElseGet(() -> List.of("No topic " + Printable.cut(text, 40) + ".", TOPICS)))
            .orElseGet(() -> now(state));
        List<String> lines = lines(paragraphs);
        return Reply.of(CODE, STATUS, lines.subList(0, Math.min(lines.size(), LINES)));
    }

    /** The article of a topic, wrapped, with any number of lines. */
    List<String> article(String topic) {
        return lines(about(topic).orElseThrow());
    }

    private static List<String> lines(List<String> paragraphs) {
        return paragraphs.stream().flatMap(HelpDesk::wrap).collect(Collectors.toList());
    }

    private List<String> now(SessionState state) {
        return List.of(
            "State: " + diagnostician.stateOf(state),
            "Next: " + ReplyRenderer.alternatives(diagnostician.next(state)),
            TOPICS);
    }

    private Optional<List<String>> about(String topic, SessionState state, List<String> mechanisms) {
        Optional<List<String>> article = about(topic);
        return Verb.of(topic) == Verb.AUTH ? article.map(text -> afterFirst(text, offered(state, mechanisms))) : article;
    }

    private static List<String> afterFirst(List<String> paragraphs, String second) {
        List<String> all = new ArrayList<>(paragraphs);
        all.add(1, second);
        return all;
    }

    /** The mechanisms that the client can use now, or the reason why there are none. */
    private static String offered(SessionState state, List<String> mechanisms) {
        if (state.port().auth() == Port.AuthOffer.NEVER) {
            return "Offered: none; this port has no AUTH";
        }
        if (state.isAuthenticated()) {
            return "Offered: none; the session is already authenticated";
        }
        if (state.port().auth() == Port.AuthOffer.UNDER_TLS && !state.isTlsActive()) {
            return state.port().offersStartTls() ? "Offered: none before STARTTLS" : "Offered: none without TLS";
        }
        return mechanisms.isEmpty() ? "Offered: none on this connection" : "Offered: " + String.join(" ", mechanisms);
    }

    private Optional<List<String>> about(String topic) {
        return DiagnosisId.of(topic).map(id -> article(id + ": ", catalogue.article(id), ""))
            .or(() -> code(topic))
            .or(() -> catalogue.article(Verb.of(topic)).map(article -> article("", article, "")));
    }

    private Optional<List<String>> code(String topic) {
        return Optional.of(topic).filter(text -> text.matches("\\d{3}")).map(Integer::valueOf)
            .flatMap(code -> catalogue.article(code).map(article -> article(code + ": ", article, ids(code))));
    }

    private String ids(int code) {
        return idsByCode.getOrDefault(code, Set.of()).stream().map(DiagnosisId::toString).collect(Collectors.joining(", "));
    }

    private static List<String> article(String title, Article article, String ids) {
        return Stream.of(
            title + article.meaning(),
            "When: " + article.when(),
            "Fix: " + article.fix(),
            ids.isEmpty() ? "" : "Ids: " + ids,
            "See: " + article.reference()).filter(paragraph -> !paragraph.isEmpty()).collect(Collectors.toList());
    }

    /** Wraps a paragraph at spaces, or within a word that is too long. "Next:" stays on one line, since programs read it. */
    private static Stream<String> wrap(String paragraph) {
        if (paragraph.startsWith("Next: ")) {
            return Stream.of(paragraph);
        }
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : paragraph.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > TEXT_WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
            while (line.length() > TEXT_WIDTH) {
                lines.add(line.substring(0, TEXT_WIDTH));
                line.delete(0, TEXT_WIDTH);
            }
        }
        lines.add(line.toString());
        return lines.stream();
    }
}
