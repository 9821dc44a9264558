package org.smtpguard.diagnosis;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.diagnosis.Requirement.Level;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;

/**
 * The article of every diagnosis, of every reply code and of every command: the one place for the words of HELP, of the pages
 * that WebAdmin shows, and of the documentation. {@code docs/rules.md} and {@code docs/diagnoses/} are made from it and from
 * the table.
 */
public final class DiagnosisCatalogue {
    private final Map<DiagnosisId, Article> articles;
    private final Map<Integer, Article> codes = new CodeArticles().articles();
    private final Map<Verb, Article> verbs = new VerbArticles().articles();

    public DiagnosisCatalogue() {
        Map<DiagnosisId, Article> all = new EnumMap<>(DiagnosisId.class);
        sequence(all);
        syntaxAndLimits(all);
        authentication(all);
        this.articles = Collections.unmodifiableMap(all);
    }

    public Article article(DiagnosisId id) {
        return articles.get(id);
    }

    /** Of a reply code that the guard sends, or James on its ports; empty for others. */
    public Optional<Article> article(int code) {
        return Optional.ofNullable(codes.get(code));
    }

    /** Of a command; empty for what is none. */
    public Optional<Article> article(Verb verb) {
        return Optional.ofNullable(verbs.get(verb));
    }

    /** The reply codes that have an article, in their order. */
    public Set<Integer> codes() {
        return Collections.unmodifiableSet(codes.keySet());
    }

    private static void sequence(Map<DiagnosisId, Article> all) {
        all.put(DiagnosisId.SEQ_GREETING_EARLY, new Article(
            "The client talked before the server's 220 greeting.",
            "A client that does not wait, as spam software does not.",
            "Read the whole greeting before you send EHLO.",
            "RFC 5321 3.1, 4.3.1")
            .per("RFC 5321 4.3.1", Level.SHOULD, "The sender SHOULD wait for this greeting message before sending any commands.")
            .brokenBy("PHPMailer up to 5.2.13, where the greeting is slow", "https://github.com/PHPMailer/PHPMailer/issues/517")
            .brokenBy("The mailto notifier of CUPS", "https://github.com/apple/cups/pull/5312")
            .brokenBy("nodemailer in 2011", "https://github.com/nodemailer/nodemailer/issues/56")
            .brokenBy("Clients that begin TLS at once on a clear-text port, such as mail-dmarc",
                "https://github.com/msimerson/mail-dmarc/issues/189")
            .brokenBy("PuTTY in telnet mode, which negotiates before it listens",
                "https://github.com/loganmarchione/docker-postfixrelay/issues/57"));
        all.put(DiagnosisId.SEQ_EHLO_MISSING, new Article(
            "No EHLO or HELO was accepted yet, and the command needs one.",
            "The client skipped its greeting, or the greeting was refused (501).",
            "Send EHLO <your-domain>, read the reply, then send the command again.",
            "RFC 5321 4.1.4")
            .per("RFC 5321 4.1.4", Level.MUST,
                "A session that will contain mail transactions MUST first be initialized by the use of the EHLO command.")
            .brokenBy("nette/mail 3.1.3, which sent STARTTLS first", "https://github.com/nette/mail/issues/71"));
        all.put(DiagnosisId.SEQ_EHLO_AFTER_TLS, new Article(
            "STARTTLS has voided the greeting and all that was learnt before it.",
            "The client went on after the TLS handshake without greeting again.",
            "Send EHLO once more under TLS and read what is offered now.",
            "RFC 3207 4.2")
            .per("RFC 3207 4.2", Level.MUST,
                "The server MUST discard any knowledge obtained from the client, such as the argument to the EHLO command, "
                    + "which was not obtained from the TLS negotiation itself.")
            .brokenBy("check_smtp of the Monitoring Plugins, before its fix",
                "https://github.com/monitoring-plugins/monitoring-plugins/issues/602")
            .brokenBy("Nim's smtp module in 2020", "https://github.com/nim-lang/Nim/issues/15029")
            .brokenBy("mailio, before its fix", "https://github.com/karastojko/mailio/pull/214"));
        all.put(DiagnosisId.SEQ_EHLO_NOT_HELO, new Article(
            "The session was greeted with HELO, which has no extensions; the command is one.",
            "An old client, or one that fell back to HELO, wants AUTH or STARTTLS.",
            "Send EHLO <your-domain>, then the command again.",
            "RFC 5321 2.2.1, 3.2, RFC 4954 3")
            .per("RFC 5321 3.2", Level.NONE, "Servers MUST NOT return the extended EHLO-style response to a HELO command.")
            .brokenBy("php-smtp in 2014", "https://github.com/swt83/php-smtp/issues/9")
            .brokenBy("Mikroservices' Smtp for Swift in 2020", "https://github.com/Mikroservices/Smtp/issues/11")
            .brokenBy("Printers", "https://github.com/simonrob/email-oauth2-proxy/issues/232"));
        all.put(DiagnosisId.SEQ_MAIL_MISSING, new Article(
            "There is no mail transaction: no MAIL was accepted since the last EHLO, RSET or message.",
            "MAIL was skipped or refused, or the client goes on after a message as if nothing had ended.",
            "Send MAIL FROM:<address> and look at its reply before RCPT.",
            "RFC 5321 3.3, 4.1.4")
            .per("RFC 5321 3.3", Level.MUST,
                "If a RCPT command appears without a previous MAIL command, the server MUST return a 503 \"Bad sequence of "
                    + "commands\" response.")
            .brokenBy("The example in lettre's first manual", "https://github.com/lettre/lettre/pull/6"));
        all.put(DiagnosisId.SEQ_MAIL_NESTED, new Article(
            "A mail transaction is open; a second MAIL inside it is refused and changes nothing.",
            "The client gave up on a message without saying so and began the next.",
            "Finish the open one (RCPT, DATA), or send RSET, which forgets its sender and recipients, then MAIL.",
            "RFC 5321 3.3, 4.1.4")
            .per("RFC 5321 4.1.4", Level.MUST,
                "MAIL (or SEND, SOML, or SAML) MUST NOT be sent if a mail transaction is already open, i.e., it should be sent "
                    + "only if no mail transaction had been started in the session, or if the previous one successfully concluded "
                    + "with a successful DATA command, or if the previous one was aborted, e.g., with a RSET or new EHLO.")
            .brokenBy("Swift Mailer with pipelining, after a message without a recipient",
                "https://github.com/swiftmailer/swiftmailer/issues/1265")
            .brokenBy("Boulder's mailer, after an error within a message", "https://github.com/letsencrypt/boulder/issues/3191")
            .brokenBy("Pools of connections that take one back in the middle of a message, such as smtppool once did",
                "https://github.com/knadh/smtppool/pull/8"));
        all.put(DiagnosisId.SEQ_RCPT_MISSING, new Article(
            "DATA came before any recipient was accepted.",
            "RCPT was skipped. The transaction is still open.",
            "Send RCPT TO:<address>, see that it is accepted (250), then DATA.",
            "RFC 5321 3.3")
            .per("RFC 5321 3.3", Level.MAY,
                "If there was no MAIL, or no RCPT, command, or all such commands were rejected, the server MAY return a "
                    + "\"command out of sequence\" (503) or \"no valid recipients\" (554) reply in response to the DATA command."));
        all.put(DiagnosisId.SEQ_RCPT_REFUSED, new Article(
            "DATA came though every RCPT of the transaction had been refused; the reply repeats why.",
            "All addresses are unknown here or may not be relayed to, and the client did not look.",
            "Mend the addresses, or authenticate if the reasons say so. The transaction is still open.",
            "RFC 5321 3.3")
            .per("RFC 5321 3.3", Level.MAY,
                "If there was no MAIL, or no RCPT, command, or all such commands were rejected, the server MAY return a "
                    + "\"command out of sequence\" (503) or \"no valid recipients\" (554) reply in response to the DATA command.")
            .brokenBy("Swift Mailer with pipelining. (To send MAIL, RCPT, DATA as one group is right; it then forgets the RSET)",
                "https://github.com/swiftmailer/swiftmailer/issues/1265"));
        all.put(DiagnosisId.SEQ_AUTH_IN_TRANSACTION, new Article(
            "AUTH is not allowed while a mail transaction is open.",
            "The client sent MAIL first and AUTH after it.",
            "Authenticate right after EHLO. Now: finish the message, or send RSET and then AUTH.",
            "RFC 4954 4")
            .per("RFC 4954 4", Level.MUST,
                "The AUTH command is not permitted during a mail transaction. An AUTH command issued during a mail transaction "
                    + "MUST be rejected with a 503 reply."));
        all.put(DiagnosisId.SEQ_AUTH_REPEATED, new Article(
            "The session is authenticated already; a second AUTH is refused.",
            "The client logs in again on a connection that it reuses. RSET and EHLO keep the login.",
            "Go on with MAIL. For another user, QUIT and connect anew.",
            "RFC 4954 4")
            .per("RFC 4954 4", Level.MUST,
                "After a successful AUTH command completes, a server MUST reject any further AUTH commands with a 503 reply.")
            .brokenBy("CodeIgniter 3 with smtp_keepalive, which counts on the 503",
                "https://github.com/bcit-ci/CodeIgniter/issues/4613"));
        all.put(DiagnosisId.SEQ_STARTTLS_REPEATED, new Article(
            "TLS protects the connection already.",
            "The client sent STARTTLS twice, or on a port that is TLS from the start (465).",
            "Go on without STARTTLS.",
            "RFC 3207 4.2")
            .per("RFC 3207 4.2", Level.MUST, "A client MUST NOT attempt to start a TLS session if a TLS session is already active.")
            .brokenBy("Programs that send STARTTLS on port 465, such as tp4a teleport before its fix",
                "https://github.com/tp4a/teleport/pull/112"));
        all.put(DiagnosisId.SEQ_STARTTLS_IN_TRANSACTION, new Article(
            "STARTTLS would throw the open mail transaction away.",
            "The client sent MAIL first and STARTTLS after it.",
            "Send STARTTLS right after EHLO. Now: finish the message, or RSET and then STARTTLS.",
            "RFC 3207 4, 4.2")
            .per("RFC 3207 4.2", Level.NONE,
                "Upon completion of the TLS handshake, the SMTP protocol is reset to the initial state (the state in SMTP "
                    + "after a server issues a 220 service ready greeting)."));
        all.put(DiagnosisId.SEQ_STARTTLS_AFTER_AUTH, new Article(
            "The session was authenticated in clear text; TLS afterwards would mix the two.",
            "The client sent AUTH first and STARTTLS after it.",
            "QUIT, connect anew, and send STARTTLS before AUTH.",
            "RFC 3207 4.2, RFC 4954 4")
            .per("RFC 3207 4.2", Level.NONE,
                "The server MUST discard any knowledge obtained from the client, such as the argument to the EHLO command, "
                    + "which was not obtained from the TLS negotiation itself."));
        all.put(DiagnosisId.SEQ_PIPELINING, new Article(
            "The command arrived before the reply to one that has to be the last of its group.",
            "Something was sent behind EHLO, AUTH, STARTTLS or DATA without waiting.",
            "Wait for the reply to EHLO, AUTH, STARTTLS and DATA before you send more.",
            "RFC 2920 3.1, RFC 4954 4")
            .per("RFC 2920 3.1", Level.NONE,
                "The EHLO, DATA, VRFY, EXPN, TURN, QUIT, and NOOP commands can only appear as the last command in a group "
                    + "since their success or failure produces a change of state which the client SMTP must accommodate.")
            .brokenBy("Scripts that pipe a whole dialogue into nc, such as XSIBackup 5.1",
                "https://github.com/33hops/xsibackup/issues/12")
            .brokenBy("PostfixAdmin's own mailer", "https://github.com/postfixadmin/docker/issues/83")
            .brokenBy("testssl.sh in 2015", "https://github.com/testssl/testssl.sh/issues/218"));
        all.put(DiagnosisId.SEQ_BARE_LF, new Article(
            "The line ended in LF alone. Lines end in CRLF, and nothing else ends one.",
            "A script that prints \\n, a raw telnet-like tool, or an attempt at smuggling.",
            "End every line with CR LF (\\r\\n).",
            "RFC 5321 2.3.8, 4.1.1.4")
            .per("RFC 5321 2.3.8", Level.MUST,
                "Conforming implementations MUST NOT recognize or generate any other character or character sequence as a line "
                    + "terminator.")
            .brokenBy("In content, where the guard makes it CRLF and refuses nothing: Vert.x Mail Client (folded headers)",
                "https://github.com/vert-x3/vertx-mail-client/pull/220")
            .brokenBy("In content as well: POCO, before its fix", "https://github.com/pocoproject/poco/issues/4689")
            .brokenBy("The list that qmail points to", "https://cr.yp.to/docs/smtplf.html"));
    }

    private static void syntaxAndLimits(Map<DiagnosisId, Article> all) {
        all.put(DiagnosisId.SYN_ARGUMENT, new Article(
            "The command lacks the argument that it needs, or has one that it does not take.",
            "EHLO or AUTH alone; DATA, RSET, QUIT or STARTTLS with words behind it.",
            "Send EHLO <your-domain>, AUTH <mechanism>; DATA, RSET, QUIT, STARTTLS alone.",
            "RFC 5321 4.1.1, RFC 4954 4")
            .per("RFC 5321 4.1.1", Level.SHOULD,
                "In the absence of specific extensions offered by the server and accepted by the client, clients MUST NOT send "
                    + "such parameters and servers SHOULD reject commands containing them as having invalid syntax.")
            .brokenBy("A Danfoss drive that sends HELO without a domain", "https://github.com/hanswolff/simple.mailserver/pull/5"));
        all.put(DiagnosisId.SYN_COMMAND, new Article(
            "The server does not know the command.",
            "A typing error, an extension that EHLO did not offer, or content sent where a command was due.",
            "Send one of the commands that HELP lists. Extensions are those that EHLO listed.",
            "RFC 5321 4.2.4")
            .per("RFC 5321 4.2.4", Level.SHOULD, "If the command is not recognized, code 500 SHOULD be returned."));
        all.put(DiagnosisId.SYN_CHARACTER, new Article(
            "The line has a control character in it: an octet from 0 to 31, or 127. CR, NUL and TAB are such.",
            "Words separated by TAB, pasted text, another protocol, or an attempt to write a header line by way of EHLO.",
            "Send printable characters alone, with one space between words, and CR LF at the end of the line only.",
            "RFC 5321 2.3.8, 4.1.2")
            .per("RFC 5321 4.1.2", Level.MUST,
                "SMTP servers that receive a command in which invalid character codes have been employed, and for which there are "
                    + "no other reasons for rejection, MUST reject that command with a 501 response (this rule, like others, could be "
                    + "overridden by appropriate SMTP extensions)."));
        all.put(DiagnosisId.LIMIT_ERRORS, new Article(
            "The session made too many errors, and the server closed it.",
            "A client that ignores replies.",
            "Read the replies; each refusal says what to send next. Connect anew.",
            "RFC 5321 4.3.2, 7.8")
            .per("RFC 5321 7.8", Level.NONE,
                "[...] rational operational behavior requires that servers be permitted to detect such attacks and take action "
                    + "to defend themselves."));
        all.put(DiagnosisId.LIMIT_AUTH, new Article(
            "Too many failed AUTHs on one connection; the server closed it.",
            "A wrong stored password that a client tries again and again, or somebody guessing.",
            "Mend the password in the client, then connect anew.",
            "RFC 4954 4, 7"));
        all.put(DiagnosisId.LIMIT_RECIPIENTS, new Article(
            "Too many recipients were refused for good in one session; the server closed it.",
            "Somebody tries out addresses to find those that exist, or a list has many old addresses.",
            "Remove the refused addresses from the list, then reconnect for the others.",
            "RFC 5321 7.3, 7.8")
            .per("RFC 5321 7.8", Level.NONE,
                "[...] rational operational behavior requires that servers be permitted to detect such attacks and take action "
                    + "to defend themselves."));
    }

    private static void authentication(Map<DiagnosisId, Article> all) {
        all.put(DiagnosisId.AUTH_REQUIRED, new Article(
            "What the client wants is only for those who have authenticated.",
            "Mail to somebody outside this server, sent without AUTH.",
            "RSET if a transaction is open, then AUTH, then begin again.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_CREDENTIALS, new Article(
            "Every backend asked has said no to this user name and password.",
            "Wrong password, wrong or unknown user name, disabled account: the reply does not tell which.",
            "Check the user name (often the whole address) and the password of SMTP, which need not be that of the mailbox.",
            "RFC 4954 4, 6"));
        all.put(DiagnosisId.AUTH_EXPIRED, new Article(
            "The password is right, and has to be changed before it counts.",
            "A directory lets passwords expire, or a new account waits for a password of its own.",
            "Change the password where the account is kept, then log in with the new one.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_TOO_WEAK, new Article(
            "The password is right, and this user may not log in by that mechanism.",
            "The backend asks for a stronger mechanism for the account.",
            "Use one of those that stand further in front behind AUTH in the reply to EHLO.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_UNAVAILABLE, new Article(
            "The server could not check the credentials just now. It has not said that they are wrong.",
            "A directory or database behind the server is down, slow or overloaded.",
            "Keep the password and try again in some minutes.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_MECHANISM, new Article(
            "The port does not offer the mechanism.",
            "The client insists on one that EHLO did not list, or misspells it.",
            "Use one of those behind AUTH in the reply to EHLO.",
            "RFC 4954 4"));
        all.put(DiagnosisId.AUTH_ENCODING, new Article(
            "The client's response is not base64, not what the mechanism asks for, or came before the server's challenge.",
            "A password sent as it is, a line broken by an encoder, a NUL forgotten or too many; AUTH CRAM-MD5 with an initial response. "
                + "The exchange is over.",
            "PLAIN is base64 of NUL user NUL password, on one line: printf '\\0user\\0pass' | base64. Where the server begins (CRAM-MD5, "
                + "DIGEST-MD5), send AUTH and the mechanism alone, then answer its 334.",
            "RFC 4954 4, RFC 4616 2")
            .per("RFC 4954 4", Level.MUST,
                "If the client uses an initial-response argument to the AUTH command with a SASL mechanism in which the client does not "
                    + "begin the authentication exchange, the server MUST reject the AUTH command with a 501 reply."));
        all.put(DiagnosisId.AUTH_TOO_LONG, new Article(
            "The client's response is longer than the lines that this server reads. The exchange is over.",
            "A ticket or a token of more than 8 kB, or something that is no response at all.",
            "Ask for a shorter token, or use another mechanism.",
            "RFC 4954 4, 6"));
        all.put(DiagnosisId.AUTH_CANCELLED, new Article(
            "The client ended the exchange with a line that holds * alone, or sent that line after the server had ended it.",
            "A user pressed cancel, or the client did not like the challenge. Go's net/smtp sends * after each refused AUTH.",
            "Nothing is broken: send AUTH again, or go on without it.",
            "RFC 4954 4"));
        all.put(DiagnosisId.AUTH_TLS_REQUIRED, new Article(
            "On this port AUTH is taken under TLS only, so that no password crosses the network in clear text.",
            "TLS is switched off in the client, or something between stripped STARTTLS from the reply to EHLO.",
            "Send STARTTLS, greet again with EHLO, then AUTH. Never send the password before.",
            "RFC 4954 4, 6")
            .per("RFC 4954 4", Level.MUST,
                "A server implementation MUST implement a configuration in which it does NOT permit any plaintext password "
                    + "mechanisms, unless either the STARTTLS [SMTP-TLS] command has been negotiated or some other mechanism that "
                    + "protects the session from password snooping has been provided."));
        all.put(DiagnosisId.AUTH_IDENTITY, new Article(
            "The credentials are right, but the user may not act as the other identity that was asked for.",
            "The client puts an authorization identity before the user name.",
            "Leave the authorization identity empty, or make it the user's own name.",
            "RFC 4616 2, RFC 4422 3.4.1"));
    }
}
