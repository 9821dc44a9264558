package org.smtpguard.james;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.smtpguard.james.Line.Meaning;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.SessionState;

/**
 * What the RFCs say of the order of commands, written down from their text and without a look at the table under test:
 * a plain machine with a handful of flags. It is told what the client sends, packet by packet, and says which replies
 * have to come.
 */
final class RfcModel {
    /** What the next line of the client is. */
    enum Reading { COMMANDS, RESPONSE, CONTENT, DISCARDED_CONTENT, NOTHING }

    private final boolean offersStartTls;
    private final boolean authUnderTlsOnly;
    private final boolean answersAuth;

    private boolean greeted;
    private boolean extended;
    private boolean voided;
    private boolean tls;
    private boolean authenticated;
    private boolean authenticationNeeded;
    private boolean sender;
    private int accepted;
    private int refused;

    private Reading reading = Reading.COMMANDS;
    private boolean loginNameGiven;
    private boolean login;
    private boolean lastContentLineWasNone;
    /** Whether the line before ended an AUTH with a refusal. */
    private boolean authRefused;
    /** The reply that a backend is asked for, and the lines that came before it. */
    private Optional<Expected> awaited = Optional.empty();
    private final List<Line> held = new ArrayList<>();

    RfcModel(boolean offersStartTls, boolean tlsFromTheStart, boolean authUnderTlsOnly, boolean answersAuth) {
        this.offersStartTls = offersStartTls;
        this.tls = tlsFromTheStart;
        this.authUnderTlsOnly = authUnderTlsOnly;
        this.answersAuth = answersAuth;
    }

    Reading reading() {
        return reading;
    }

    boolean isLoginNameDue() {
        return login && !loginNameGiven;
    }

    boolean isLogin() {
        return login;
    }

    boolean isAwaitingBackend() {
        return awaited.isPresent();
    }

    boolean isGreeted() {
        return greeted && !voided;
    }

    boolean isInTransaction() {
        return sender;
    }

    int recipients() {
        return accepted;
    }

    /** The replies to lines that arrive in one packet, in their order. A line of a message has none, but for its end. */
    List<Expected> packet(List<Line> lines) {
        List<Expected> replies = new ArrayList<>();
        boolean tooEarly = false;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            boolean followed = i < lines.size() - 1;
            if (awaited.isPresent()) {
                held.add(line);
            } else if (tooEarly) {
                behind(line).ifPresent(replies::add);
            } else {
                boolean content = reading == Reading.CONTENT || reading == Reading.DISCARDED_CONTENT;
                Optional<Expected> reply = take(line, followed);
                authRefused = isRefusedAsAuth(line) && !content && reply.filter(Expected::isRefusal).isPresent();
                reply.ifPresent(replies::add);
                // What comes behind an accepted DATA is read as the message that it begins, good or not.
                tooEarly = !content && isLastOfItsGroup(line) && reading != Reading.DISCARDED_CONTENT;
            }
        }
        return replies;
    }

    /** The replies when the backends have answered: that which was waited for, then one for each line that could not wait. */
    List<Expected> backendsAnswer() {
        List<Expected> replies = new ArrayList<>();
        awaited.ifPresent(replies::add);
        authRefused = awaited.filter(Expected::isRefusal).isPresent();
        awaited = Optional.empty();
        held.forEach(line -> behind(line).ifPresent(replies::add));
        held.clear();
        return replies;
    }

    /** The reply to a line that was sent before the reply to the last of its group. */
    private Optional<Expected> behind(Line line) {
        endExchange();
        if (reading == Reading.NOTHING) {
            return Optional.empty();
        }
        authRefused = isRefusedAsAuth(line);
        if (isAlone(line, "QUIT")) {
            // RFC 5321 4.1.1.10: "The QUIT command may be issued at any time."
            return command(Line.of(Meaning.QUIT, "QUIT"), false);
        }
        // RFC 5321 4.1.4: "The NOOP, HELP, EXPN, VRFY, and RSET commands can be used at any time during a session".
        return isAlone(line, "RSET") ? command(Line.of(Meaning.RSET, "RSET"), false) : Optional.of(sentTooEarly());
    }

    /** Whatever it was meant for where it came too early, such as a response: it is that command, without an argument. */
    private static boolean isAlone(Line line, String command) {
        return line.octets().matches("(?i)" + command + " *\r\n");
    }

    private static boolean isRefusedAsAuth(Line line) {
        return isOfAuth(line) || (line.meaning() == Meaning.CONTROL && line.octets().toUpperCase(Locale.ROOT).startsWith("AUTH "));
    }

    private static boolean isOfAuth(Line line) {
        return line.meaning().name().startsWith("AUTH_") || line.meaning().name().startsWith("RESPONSE_");
    }

    /**
     * RFC 2920 3.1: "The EHLO, DATA, VRFY, EXPN, TURN, QUIT, and NOOP commands can only appear as the last command in a
     * group since their success or failure produces a change of state which the client SMTP must accommodate." Of these
     * EHLO and DATA, and AUTH, each response of AUTH, and STARTTLS, whose replies a client has to see (RFC 4954 4, RFC 3207 4).
     * HELO offers no pipelining at all. What is behind VRFY, EXPN and NOOP depends on none of them, and is taken.
     */
    private boolean isLastOfItsGroup(Line line) {
        switch (line.meaning()) {
            case EHLO:
            case EHLO_ALONE:
            case HELO:
            case HELO_ALONE:
            case DATA:
            case DATA_ARGUMENT:
            case STARTTLS:
            case STARTTLS_ARGUMENT:
                return true;
            case CONTROL:
            case BARE_LF:
            case RESPONSE_BARE_LF:
                // No command (RFC 5321 2.3.8, 4.1.2), so nothing that could be the last.
                return false;
            default:
                return isOfAuth(line);
        }
    }

    private static Expected sentTooEarly() {
        return Expected.refused(503, "5.5.1", "SEQ-PIPELINING");
    }

    private Optional<Expected> take(Line line, boolean followed) {
        switch (reading) {
            case RESPONSE:
                return response(line);
            case CONTENT:
            case DISCARDED_CONTENT:
                return content(line);
            case NOTHING:
                return Optional.empty();
            default:
                return command(line, followed);
        }
    }

    private Optional<Expected> command(Line line, boolean followed) {
        Meaning meaning = line.meaning();
        if (meaning == Meaning.BARE_LF) {
            // RFC 5321 2.3.8: "Conforming implementations MUST NOT recognize or generate any other character or character
            // sequence as a line terminator."
            return refuse(500, "5.5.2", "SEQ-BARE-LF");
        }
        if (meaning == Meaning.CONTROL) {
            // RFC 5321 4.1.2: "SMTP servers that receive a command in which invalid character codes have been employed [...] MUST
            // reject that command with a 501 response".
            return refuse(501, "5.5.2", "SYN-CHARACTER");
        }
        if (meaning.name().startsWith("AUTH_")) {
            return auth(line);
        }
        switch (meaning) {
            case EHLO:
                return greet(true);
            case HELO:
                return greet(false);
            case EHLO_ALONE:
            case HELO_ALONE:
                // RFC 5321 4.1.4: "If the EHLO command is not acceptable to the SMTP server, 501, 500, 502, or 550 failure
                // replies MUST be returned as appropriate. The SMTP server MUST stay in the same state [...]."
            case DATA_ARGUMENT:
            case RSET_ARGUMENT:
            case QUIT_ARGUMENT:
                // RFC 5321 4.1.1.4, 4.1.1.5, 4.1.1.10: none of these has an argument. 4.2.2: 501 is about arguments.
                return refuse(501, "5.5.4", "SYN-ARGUMENT");
            case MAIL:
            case MAIL_MALFORMED:
                return mail(meaning);
            case RCPT_LOCAL:
            case RCPT_UNKNOWN:
            case RCPT_FOREIGN:
            case RCPT_MALFORMED:
            case RCPT_OPTION:
                return rcpt(meaning);
            case DATA:
                return data(followed);
            case STARTTLS:
            case STARTTLS_ARGUMENT:
                return startTls(meaning, followed);
            case RSET:
                // RFC 5321 4.1.1.5: "Any stored sender, recipients, and mail data MUST be discarded, and all buffers and
                // state tables cleared." 4.1.4: "The NOOP, HELP, EXPN, VRFY, and RSET commands can be used at any time
                // during a session, or without previously initializing a session."
                endTransaction();
                return james(250);
            case NOOP:
                return james(250);
            case HELP:
                return james(214);
            case VRFY:
            case EXPN:
                return james(502);
            case QUIT:
                reading = Reading.NOTHING;
                return james(221);
            case STAR:
                // RFC 4954 4 has it as a response only. Clients that send it after a refusal are told that the exchange is over.
                return authRefused ? refuse(501, "5.7.0", "AUTH-CANCELLED") : refuse(500, "5.5.1", "SYN-COMMAND");
            default:
                // RFC 5321 4.2.4: 500 for a command that is not recognised.
                return refuse(500, "5.5.1", "SYN-COMMAND");
        }
    }

    private Optional<Expected> greet(boolean withExtensions) {
        // RFC 5321 4.1.4: "If it is issued after the session begins and the EHLO command is acceptable to the SMTP server,
        // the SMTP server MUST clear all buffers and reset the state exactly as if a RSET command had been issued."
        endTransaction();
        greeted = true;
        extended = withExtensions;
        voided = false;
        return james(250);
    }

    /** RFC 5321 4.1.4: "A session that will contain mail transactions MUST first be initialized by the use of the EHLO command." */
    private Optional<Expected> greetingLacks() {
        if (!greeted) {
            return refuse(503, "5.5.1", "SEQ-EHLO-MISSING");
        }
        // RFC 3207 4.2: "Upon completion of the TLS handshake, the SMTP protocol is reset to the initial state".
        return voided ? refuse(503, "5.5.1", "SEQ-EHLO-AFTER-TLS") : Optional.empty();
    }

    private Optional<Expected> mail(Meaning meaning) {
        Optional<Expected> lacking = greetingLacks();
        if (lacking.isPresent()) {
            return lacking;
        }
        if (sender) {
            // RFC 5321 4.1.4: "MAIL [...] MUST NOT be sent if a mail transaction is already open".
            return refuse(503, "5.5.1", "SEQ-MAIL-NESTED");
        }
        if (meaning == Meaning.MAIL_MALFORMED) {
            return james(501);
        }
        sender = true;
        return james(250);
    }

    private Optional<Expected> rcpt(Meaning meaning) {
        Optional<Expected> lacking = greetingLacks();
        if (lacking.isPresent()) {
            return lacking;
        }
        if (!sender) {
            // RFC 5321 3.3: "If a RCPT command appears without a previous MAIL command, the server MUST return a 503".
            return refuse(503, "5.5.1", "SEQ-MAIL-MISSING");
        }
        if (meaning == Meaning.RCPT_LOCAL || (meaning == Meaning.RCPT_FOREIGN && authenticated)) {
            accepted++;
            return james(250);
        }
        refused++;
        switch (meaning) {
            case RCPT_MALFORMED:
                return james(501);
            case RCPT_OPTION:
                return james(504);
            case RCPT_FOREIGN:
                if (isAuthOffered()) {
                    // RFC 4954 6: "530 5.7.0 Authentication required".
                    authenticationNeeded = true;
                    return refuse(530, "5.7.0", "AUTH-REQUIRED");
                }
                return james(550);
            default:
                return james(550);
        }
    }

    private Optional<Expected> data(boolean followed) {
        Optional<Expected> lacking = greetingLacks();
        if (lacking.isPresent()) {
            return lacking;
        }
        // RFC 5321 3.3: "If there was no MAIL, or no RCPT, command, or all such commands were rejected, the server MAY
        // return a "command out of sequence" (503) or "no valid recipients" (554) reply in response to the DATA command."
        if (!sender) {
            return refuse(503, "5.5.1", "SEQ-MAIL-MISSING");
        }
        if (accepted == 0) {
            return refused == 0 ? refuse(503, "5.5.1", "SEQ-RCPT-MISSING") : refuse(554, "5.5.1", "SEQ-RCPT-REFUSED");
        }
        reading = followed ? Reading.DISCARDED_CONTENT : Reading.CONTENT;
        lastContentLineWasNone = false;
        return james(354);
    }

    private Optional<Expected> startTls(Meaning meaning, boolean followed) {
        if (followed) {
            // RFC 3207 4: the client awaits the reply; what was sent in the clear must never count as sent under TLS.
            return Optional.of(sentTooEarly());
        }
        if (meaning == Meaning.STARTTLS_ARGUMENT) {
            // RFC 3207 4: "501 Syntax error (no parameters allowed)".
            return refuse(501, "5.5.4", "SYN-ARGUMENT");
        }
        if (tls) {
            // RFC 3207 4.2: "A client MUST NOT attempt to start a TLS session if a TLS session is already active."
            return refuse(503, "5.5.1", "SEQ-STARTTLS-REPEATED");
        }
        if (!greeted) {
            return refuse(503, "5.5.1", "SEQ-EHLO-MISSING");
        }
        if (!extended) {
            // RFC 5321 2.2.1: extensions are for those who say EHLO.
            return refuse(503, "5.5.1", "SEQ-EHLO-NOT-HELO");
        }
        if (authenticated) {
            return refuse(503, "5.5.1", "SEQ-STARTTLS-AFTER-AUTH");
        }
        if (sender) {
            return refuse(503, "5.5.1", "SEQ-STARTTLS-IN-TRANSACTION");
        }
        if (!offersStartTls) {
            return refuse(500, "5.5.1", "SYN-COMMAND");
        }
        // RFC 3207 4.2: "The server MUST discard any knowledge obtained from the client, such as the argument to the EHLO
        // command, which was not obtained from the TLS negotiation itself."
        tls = true;
        voided = true;
        return james(220);
    }

    private boolean isAuthOffered() {
        return answersAuth && (tls || !authUnderTlsOnly);
    }

    private Optional<Expected> auth(Line line) {
        Optional<Expected> lacking = greetingLacks();
        if (lacking.isPresent()) {
            return lacking;
        }
        if (!extended) {
            return refuse(503, "5.5.1", "SEQ-EHLO-NOT-HELO");
        }
        if (authenticated) {
            // RFC 4954 4: "After a successful AUTH command completes, a server MUST reject any further AUTH commands with a
            // 503 reply."
            return refuse(503, "5.5.1", "SEQ-AUTH-REPEATED");
        }
        if (sender) {
            // RFC 4954 4: "An AUTH command issued during a mail transaction MUST be rejected with a 503 reply."
            return refuse(503, "5.5.1", "SEQ-AUTH-IN-TRANSACTION");
        }
        if (line.meaning() == Meaning.AUTH_ALONE) {
            return refuse(501, "5.5.4", "SYN-ARGUMENT");
        }
        if (!answersAuth) {
            return refuse(500, "5.5.1", "SYN-COMMAND");
        }
        if (!isAuthOffered()) {
            // RFC 4954 4, 6 and RFC 5248: 538 5.7.11, encryption required for the mechanism.
            authenticationNeeded = true;
            return refuse(538, "5.7.11", "AUTH-TLS-REQUIRED");
        }
        switch (line.meaning()) {
            case AUTH_PLAIN_BEGUN:
            case AUTH_LOGIN_BEGUN:
                reading = Reading.RESPONSE;
                login = line.meaning() == Meaning.AUTH_LOGIN_BEGUN;
                loginNameGiven = false;
                return james(334);
            case AUTH_MECHANISM:
                // RFC 4954 4: "If the server does not support the requested authentication mechanism, it rejects the AUTH
                // command with a 504 reply."
                return failed(504, "5.5.4", "AUTH-MECHANISM");
            case AUTH_UNDECODABLE:
            case AUTH_MALFORMED:
                // RFC 4954 4: "If the server cannot [BASE64] decode any client response, it MUST reject the AUTH command with
                // a 501 reply (and an enhanced status code of 5.5.2)."
                return failed(501, "5.5.2", "AUTH-ENCODING");
            case AUTH_IDENTITY:
                return judged(line, failed(535, "5.7.8", "AUTH-IDENTITY"));
            case AUTH_DOWN:
                // RFC 4954 6: "454 4.7.0 Temporary authentication failure".
                return judged(line, failed(454, "4.7.0", "AUTH-UNAVAILABLE"));
            case AUTH_WRONG:
                // RFC 4954 6: "535 5.7.8 Authentication credentials invalid".
                return judged(line, failed(535, "5.7.8", "AUTH-CREDENTIALS"));
            default:
                return judged(line, succeeded());
        }
    }

    private Optional<Expected> response(Line line) {
        switch (line.meaning()) {
            case RESPONSE_BARE_LF:
                endExchange();
                return refuse(500, "5.5.2", "SEQ-BARE-LF");
            case RESPONSE_CANCEL:
                // RFC 4954 4: "If the client wishes to cancel the authentication exchange, it issues a line with a single "*".
                // If the server receives such a response, it MUST reject the AUTH command by sending a 501 reply."
                endExchange();
                return refuse(501, "5.7.0", "AUTH-CANCELLED");
            case RESPONSE_UNDECODABLE:
                endExchange();
                return failed(501, "5.5.2", "AUTH-ENCODING");
            case RESPONSE_NAME:
                loginNameGiven = true;
                return james(334);
            case RESPONSE_WRONG:
                endExchange();
                return judged(line, failed(535, "5.7.8", "AUTH-CREDENTIALS"));
            default:
                endExchange();
                return judged(line, succeeded());
        }
    }

    /** A backend may take its time; the reply comes when it has answered. */
    private Optional<Expected> judged(Line line, Optional<Expected> reply) {
        if (line.isLate()) {
            awaited = reply;
            return Optional.empty();
        }
        return reply;
    }

    private Optional<Expected> succeeded() {
        authenticated = true;
        return Optional.of(Expected.success());
    }

    private Optional<Expected> failed(int code, String status, String diagnosis) {
        authenticationNeeded = true;
        return refuse(code, status, diagnosis);
    }

    /**
     * RFC 5321 4.1.1.4: "The mail data are terminated by a line containing only a period, that is, the character sequence
     * "<CRLF>.<CRLF>"", where the first CRLF is that of DATA or of the line before; and 2.3.8, no other sequence is.
     */
    private Optional<Expected> content(Line line) {
        boolean end = line.meaning() == Meaning.DOT && !lastContentLineWasNone;
        lastContentLineWasNone = !line.octets().endsWith("\r\n");
        if (!end) {
            return Optional.empty();
        }
        boolean discarded = reading == Reading.DISCARDED_CONTENT;
        reading = Reading.COMMANDS;
        if (discarded) {
            // Sent before the 354 that it had to wait for: it is no message, and the transaction is as before DATA.
            return Optional.of(sentTooEarly());
        }
        endTransaction();
        return james(250);
    }

    private void endTransaction() {
        sender = false;
        accepted = 0;
        refused = 0;
    }

    private void endExchange() {
        if (reading == Reading.RESPONSE) {
            reading = Reading.COMMANDS;
        }
        login = false;
        loginNameGiven = false;
    }

    private static Optional<Expected> james(int code) {
        return Optional.of(Expected.ofJames(code));
    }

    private static Optional<Expected> refuse(int code, String status, String diagnosis) {
        return Optional.of(Expected.refused(code, status, diagnosis));
    }

    /** Where the state of the session differs from where the RFCs have it; empty if it does not. */
    String differences(SessionState state) {
        StringBuilder text = new StringBuilder();
        differ(text, "greeting", greeting(), state.greeting());
        differ(text, "TLS", tls, state.isTlsActive());
        differ(text, "authenticated", authenticated && awaited.isEmpty(), state.isAuthenticated());
        differ(text, "told to authenticate", authenticationNeeded, state.isAuthenticationNeeded());
        differ(text, "sender", sender, state.isInTransaction());
        differ(text, "recipients", accepted, state.recipients());
        differ(text, "refused recipients", refused, state.refusedRecipients().size());
        return text.toString();
    }

    private Greeting greeting() {
        if (!greeted) {
            return Greeting.NONE;
        }
        if (voided) {
            return Greeting.VOIDED_BY_TLS;
        }
        return extended ? Greeting.EHLO : Greeting.HELO;
    }

    private static void differ(StringBuilder text, String what, Object expected, Object actual) {
        if (!expected.equals(actual)) {
            text.append(what).append(" is ").append(actual).append(" and not ").append(expected).append("; ");
        }
    }
}
