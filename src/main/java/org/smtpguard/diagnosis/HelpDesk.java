package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Reply;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.SessionState;

/**
 * Answers HELP (RFC 5321 §4.1.1.8) with 214: without a topic, where the session stands and what is legal next; with one
 * (a diagnosis id, a reply code, a verb), what it means. At most {@value #LINES} lines of at most {@value #WIDTH} characters.
 */
public final class HelpDesk {
    /** The most lines of an answer. */
    static final int LINES = 10;
    /** The longest line, with its code. */
    static final int WIDTH = 78;

    private static final int CODE = 214;
    private static final EnhancedStatus STATUS = EnhancedStatus.of("2.0.0");
    private static final int TEXT_WIDTH = WIDTH - "214-2.0.0 ".length();
    private static final String TOPICS = "Topics: HELP <verb>, HELP <reply code>, HELP <diagnosis id>";

    private static final Map<Integer, String> CODES = Map.ofEntries(
        Map.entry(214, "An answer to HELP."),
        Map.entry(220, "The server is ready; after STARTTLS: begin the TLS handshake now."),
        Map.entry(221, "The server closes the connection, as you asked with QUIT."),
        Map.entry(235, "AUTH succeeded: a backend has accepted user and password. The session stays authenticated until QUIT, over "
            + "RSET and EHLO. It is not a word about any recipient."),
        Map.entry(250, "The command was accepted. After the content of a message: the server has taken it over."),
        Map.entry(334, "AUTH goes on: send the response to the base64 challenge behind the code, or * to cancel."),
        Map.entry(354, "Send the message now, and end it with a line that holds one dot."),
        Map.entry(421, "The server closes the connection: too many errors or failed AUTHs, or it is going down. Connect anew later."),
        Map.entry(432, "The account needs a new password first. See your administrator."),
        Map.entry(450, "The mailbox cannot be used just now. Try again later."),
        Map.entry(451, "The server failed at something of its own. Try again later."),
        Map.entry(454, "The server could not check the credentials, or start TLS, just now. Keep the password and try again later."),
        Map.entry(500, "The line is no command that this server knows, or too long."),
        Map.entry(501, "An argument is wrong, missing or one too many; in AUTH: the response is undecodable, or you cancelled."),
        Map.entry(502, "The server knows the command and does not do it."),
        Map.entry(503, "The command is out of order: a step was skipped or repeated. Nothing was changed by it. The line Next: says "
            + "what to send instead; it is not about your password, that is 535."),
        Map.entry(504, "A parameter is not offered here, such as an AUTH mechanism. EHLO lists those that are."),
        Map.entry(530, "You have to authenticate first."),
        Map.entry(534, "The mechanism is too weak for this account."),
        Map.entry(535, "The user name or the password is wrong. Nothing else: an unreachable backend is 454, a missing TLS 538, a step out "
            + "of order 503."),
        Map.entry(538, "AUTH is taken under TLS only on this port: STARTTLS first."),
        Map.entry(550, "The recipient is unknown here, or you may not send to it."),
        Map.entry(554, "The transaction failed. On DATA: every recipient was refused."));

    private static final Map<Verb, String> VERBS = Map.ofEntries(
        Map.entry(Verb.EHLO, "EHLO <your-domain>: greets the server and asks for its extensions. Comes first, and again after STARTTLS. "
            + "Ends an open transaction."),
        Map.entry(Verb.HELO, "HELO <your-domain>: the old greeting, without extensions, so without AUTH and STARTTLS."),
        Map.entry(Verb.MAIL, "MAIL FROM:<address>: opens a mail transaction. Needs a greeting, and no transaction that is open."),
        Map.entry(Verb.RCPT, "RCPT TO:<address>: adds a recipient to the open transaction. Needs MAIL."),
        Map.entry(Verb.DATA, "DATA: after the reply 354 comes the message, ended by a line with one dot. Needs an accepted recipient."),
        Map.entry(Verb.RSET, "RSET: forgets the open transaction, its sender and recipients. Keeps greeting, TLS and authentication."),
        Map.entry(Verb.NOOP, "NOOP: does nothing, and is always allowed."),
        Map.entry(Verb.QUIT, "QUIT: ends the session."),
        Map.entry(Verb.VRFY, "VRFY <user>: asks whether a user exists. Servers seldom tell."),
        Map.entry(Verb.EXPN, "EXPN <list>: asks who is on a list. Servers seldom tell."),
        Map.entry(Verb.HELP, "HELP: what is legal now. HELP <topic>: about a verb, a reply code or a diagnosis id."),
        Map.entry(Verb.AUTH, "AUTH <mechanism> [<base64>]: authenticates. Once a session, after EHLO, outside of a transaction, where "
            + "EHLO offers it. 235 means accepted, 535 refused, 454 could not be checked, 503 out of order."),
        Map.entry(Verb.STARTTLS, "STARTTLS: begins TLS, where EHLO offers it. Greet again with EHLO afterwards."));

    private final Diagnostician diagnostician;
    private final DiagnosisCatalogue catalogue;

    public HelpDesk(Diagnostician diagnostician, DiagnosisCatalogue catalogue) {
        this.diagnostician = diagnostician;
        this.catalogue = catalogue;
    }

    /** @param topic what the client wrote behind HELP */
    public Reply answer(Optional<String> topic, SessionState state) {
        List<String> paragraphs = topic.map(String::trim).filter(text -> !text.isEmpty())
            .map(text -> about(text.toUpperCase(Locale.ROOT)).orElseGet(() -> List.of("No topic " + Printable.cut(text, 40) + ".", TOPICS)))
            .orElseGet(() -> now(state));
        List<String> lines = paragraphs.stream().flatMap(HelpDesk::wrap).collect(Collectors.toList());
        return Reply.of(CODE, STATUS, lines.subList(0, Math.min(lines.size(), LINES)));
    }

    private List<String> now(SessionState state) {
        return List.of(
            "State: " + diagnostician.stateOf(state),
            "Next: " + ReplyRenderer.alternatives(diagnostician.next(state)),
            TOPICS);
    }

    private Optional<List<String>> about(String topic) {
        return DiagnosisId.of(topic).map(this::article)
            .or(() -> code(topic))
            .or(() -> Optional.ofNullable(VERBS.get(Verb.of(topic))).map(List::of));
    }

    private List<String> article(DiagnosisId id) {
        Article article = catalogue.article(id);
        return List.of(
            id + ": " + article.meaning(),
            "When: " + article.when(),
            "Fix: " + article.fix(),
            "See: " + article.reference());
    }

    private static Optional<List<String>> code(String topic) {
        return Optional.of(topic).filter(text -> text.matches("\\d{3}"))
            .flatMap(text -> Optional.ofNullable(CODES.get(Integer.valueOf(text))).map(meaning -> List.of(text + ": " + meaning)));
    }

    /** Breaks a paragraph at spaces; "Next:" stays on one line, as programs read it. */
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
        }
        lines.add(line.toString());
        return lines.stream();
    }
}
