package org.smtpguard.james;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.diagnosis.Diagnostician;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.diagnosis.ReplyRenderer;
import org.smtpguard.diagnosis.ReplyStyle;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Reply;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

/**
 * A dialogue for the documentation, as on the wire. What is refused is judged by the real table and worded by the real
 * diagnostician and renderer; only what is accepted is answered by this class, and shortened.
 */
final class Dialogue {
    private static final String SESSION = "7f3a9c21";
    private static final SequenceTable TABLE = new SequenceTable();
    private static final Diagnostician DIAGNOSTICIAN = new Diagnostician(TABLE);
    private static final ReplyRenderer RENDERER = new ReplyRenderer(ReplyStyle.FULL, Optional.empty());

    private final List<String> lines = new ArrayList<>();
    private SessionState state;
    private Optional<DiagnosisId> lastRefusal = Optional.empty();

    private Dialogue(Port port) {
        this.state = SessionState.on(port).build();
    }

    /** With a port as the usual submission port is: STARTTLS, and AUTH under TLS alone. */
    static Dialogue onSubmission() {
        return new Dialogue(Port.plain().withStartTls(true).withAuth(Port.AuthOffer.UNDER_TLS, Authentication.PROPOSED_PLAIN));
    }

    /** With a port that takes AUTH without TLS, too. */
    static Dialogue onOpenPort() {
        return new Dialogue(Port.plain().withStartTls(true).withAuth(Port.AuthOffer.ALWAYS, Authentication.PROPOSED_PLAIN));
    }

    /** A command that the client sends when it has the reply to the one before. */
    Dialogue client(String text) {
        return sends(text).isAnswered(text);
    }

    /** A line that the client sends; its reply comes later or never. */
    Dialogue sends(String text) {
        lines.add("C: " + text);
        return this;
    }

    /** A word to the reader. */
    Dialogue note(String text) {
        lines.add("   (" + text + ")");
        return this;
    }

    /** The reply to a command that was sent before. */
    Dialogue isAnswered(String text) {
        CommandLine command = parse(text);
        Optional<SequenceRule> refusal = TABLE.judge(state, command).refusedBy();
        refusal.map(rule -> DIAGNOSTICIAN.of(rule, command, afterwards(rule.id()))).ifPresentOrElse(this::refuse, () -> accept(command));
        return this;
    }

    /** The refusal of a command that was sent before. */
    Dialogue isRefused(Fault fault, String text) {
        return isRefused(fault, "", text);
    }

    /** The same, with the line that says what exactly is wrong. */
    Dialogue isRefused(Fault fault, String detail, String text) {
        refuse(DIAGNOSTICIAN.of(fault, detail, parse(text), afterwards(fault.id())));
        return this;
    }

    private SessionState afterwards(DiagnosisId id) {
        state = Diagnostician.afterwards(id, state);
        return state;
    }

    /** RCPT that James refuses. */
    Dialogue recipientRefused(String address, String reason) {
        sends("RCPT TO:" + address);
        server(reason);
        state = state.toBuilder().refusedRecipients(state.refusedRecipients().and(RefusedRecipient.of(address, reason))).build();
        return this;
    }

    Dialogue server(String text) {
        lines.add("S: " + text);
        return this;
    }

    /** The diagnosis with which the dialogue ends. */
    Optional<DiagnosisId> lastRefusal() {
        return lastRefusal;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    private void refuse(Diagnosis diagnosis) {
        lastRefusal = Optional.of(diagnosis.id());
        Reply reply = RENDERER.render(diagnosis, SESSION);
        for (int i = 0; i < reply.texts().size(); i++) {
            server(reply.code() + (i < reply.texts().size() - 1 ? "-" : " ") + reply.texts().get(i));
        }
        if (diagnosis.closesConnection()) {
            note("the server closes the connection");
        }
    }

    private void accept(CommandLine command) {
        switch (command.verb()) {
            case EHLO:
                state = state.toBuilder().greeting(Greeting.EHLO).noTransaction().build();
                server("250 ...");
                break;
            case HELO:
                state = state.toBuilder().greeting(Greeting.HELO).noTransaction().build();
                server("250 ...");
                break;
            case STARTTLS:
                state = state.toBuilder().tls(true).greeting(Greeting.VOIDED_BY_TLS).noTransaction().build();
                server("220 ...");
                note("TLS handshake");
                break;
            case AUTH:
                state = state.toBuilder().authenticated(true).build();
                server("235 2.7.0 ...");
                break;
            case MAIL:
                state = state.toBuilder().sender(address(command)).build();
                server("250 2.1.0 ...");
                break;
            case RCPT:
                state = state.toBuilder().recipients(state.recipients() + 1).build();
                server("250 2.1.5 ...");
                break;
            case DATA:
                server("354 ...");
                break;
            default:
                throw new IllegalArgumentException("This dialogue knows no reply to " + command);
        }
    }

    private static String address(CommandLine command) {
        return command.argument().orElseThrow().replaceFirst(".*<(.*)>", "$1");
    }

    private static CommandLine parse(String text) {
        return CommandLine.parse((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}
