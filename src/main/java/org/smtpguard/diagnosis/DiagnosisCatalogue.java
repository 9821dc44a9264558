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
 * The articles of all diagnoses, reply codes and commands: the source of HELP, of the pages in WebAdmin, and of {@code docs/rules.md} and
 * {@code docs/diagnoses/}. Immutable.
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

    /** The article of a reply code that the guard or James sends; empty for others. */
    public Optional<Article> article(int code) {
        return Optional.ofNullable(codes.get(code));
    }

    /** The article of a command; empty for {@link Verb#OTHER}. */
    public Optional<Article> article(Verb verb) {
        return Optional.ofNullable(verbs.get(verb));
    }

    /** The reply codes that have an article, in ascending order. */
    public Set<Integer> codes() {
        return Collections.unmodifiableSet(codes.keySet());
    }

    private static void sequence(Map<DiagnosisId, Article> all) {
        all.put(DiagnosisId.SEQ_GREETING_EARLY, new Article(
            "The client sent something before the server's 220 greeting.",
            "A client that does not wait for replies, such as spam software.",
            "Read the whole greeting before you send EHLO.",
            "RFC 5321 3.1, 4.3.1")
            .per("RFC 5321 4.3.1", Level.SHOULD, "The sender SHOULD wait for this greeting message before sending any commands.")
            .brokenBy("PHPMailer up to 5.2.13, if the greeting is slow", "https://github.com/PHPMailer/PHPMailer/issues/517")
            .brokenBy("The mailto notifier of CUPS", "https://github.com/apple/cups/pull/5312")
            .brokenBy("nodemailer in 2011", "https://github.com/nodemailer/nodemailer/issues/56")
            .brokenBy("Clients that begin TLS immediately on a clear-text port, such as mail-dmarc",
                "https://github.com/msimerson/mail-dmarc/issues/189")
            .brokenBy("PuTTY in telnet mode, which negotiates before it listens",
                "https://github.com/loganmarchione/docker-postfixrelay/issues/57"));
        all.put(DiagnosisId.SEQ_EHLO_MISSING, new Article(
            "The command requires EHLO or HELO, and none was accepted yet.",
            "The client skipped its greeting, or the greeting was refused (501).",
            "Send EHLO <your-domain>, read the reply, then send the command again.",
            "RFC 5321 4.1.4")
            .per("RFC 5321 4.1.4", Level.MUST,
                "A session that will contain mail transactions MUST first be initialized by the use of the EHLO command.")
            .brokenBy("nette/mail 3.1.3, which sent STARTTLS first", "https://github.com/nette/mail/issues/71"));
        all.put(DiagnosisId.SEQ_EHLO_AFTER_TLS, new Article(
            "STARTTLS voided the greeting and everything the server learned before it.",
            "The client continued after the TLS handshake without a new EHLO.",
            "Send EHLO again under TLS and read the extensions that are offered now.",
            "RFC 3207 4.2")
            .per("RFC 3207 4.2", Level.MUST,
                "The server MUST discard any knowledge obtained from the client, such as the argument to the EHLO command, "
                    + "which was not obtained from the TLS negotiation itself.")
            .brokenBy("check_smtp of the Monitoring Plugins, before its fix",
                "https://github.com/monitoring-plugins/monitoring-plugins/issues/602")
            .brokenBy("Nim's smtp module in 2020", "https://github.com/nim-lang/Nim/issues/15029")
            .brokenBy("mailio, before its fix", "https://github.com/karastojko/mailio/pull/214"));
        all.put(DiagnosisId.SEQ_EHLO_NOT_HELO, new Article(
            "The command is an extension, and the session was greeted with HELO, which has none.",
            "An old client, or one that fell back to HELO, sends AUTH or STARTTLS.",
            "Send EHLO <your-domain>, then the command again.",
            "RFC 5321 2.2.1, 3.2, RFC 4954 3")
            .per("RFC 5321 3.2", Level.NONE, "Servers MUST NOT return the extended EHLO-style response to a HELO command.")
            .brokenBy("php-smtp in 2014", "https://github.com/swt83/php-smtp/issues/9")
            .brokenBy("Mikroservices' Smtp for Swift in 2020", "https://github.com/Mikroservices/Smtp/issues/11")
            .brokenBy("Printers", "https://github.com/simonrob/email-oauth2-proxy/issues/232"));
        all.put(DiagnosisId.SEQ_MAIL_MISSING, new Article(
            "No mail transaction is open: no MAIL was accepted since the last EHLO, RSET or message.",
            "MAIL was skipped or refused, or the client continues after a message without a new MAIL.",
            "Send MAIL FROM:<address> and read the reply before RCPT.",
            "RFC 5321 3.3, 4.1.4")
            .per("RFC 5321 3.3", Level.MUST,
                "If a RCPT command appears without a previous MAIL command, the server MUST return a 503 \"Bad sequence of "
                    + "commands\" response.")
            .brokenBy("The example in lettre's first manual", "https://github.com/lettre/lettre/pull/6"));
        all.put(DiagnosisId.SEQ_MAIL_NESTED, new Article(
            "A mail transaction is already open; a second MAIL is refused and changes nothing.",
            "The client abandoned a message without RSET and began the next one.",
            "Finish the open transaction (RCPT, DATA), or discard it with RSET, then send MAIL.",
            "RFC 5321 3.3, 4.1.4")
            .per("RFC 5321 4.1.4", Level.MUST,
                "MAIL (or SEND, SOML, or SAML) MUST NOT be sent if a mail transaction is already open, i.e., it should be sent "
                    + "only if no mail transaction had been started in the session, or if the previous one successfully concluded "
                    + "with a successful DATA command, or if the previous one was aborted, e.g., with a RSET or new EHLO.")
            .brokenBy("Swift Mailer with pipelining, after a message without a recipient",
                "https://github.com/swiftmailer/swiftmailer/issues/1265")
            .brokenBy("Boulder's mailer, after an error within a message", "https://github.com/letsencrypt/boulder/issues/3191")
            .brokenBy("Connection pools that reuse a connection with an open transaction, such as smtppool before its fix",
                "https://github.com/knadh/smtppool/pull/8"));
        all.put(DiagnosisId.SEQ_RCPT_MISSING, new Article(
            "DATA was sent before any recipient was accepted.",
            "RCPT was skipped. The transaction is still open.",
            "Send RCPT TO:<address>, check that it is accepted (250), then send DATA.",
            "RFC 5321 3.3")
            .per("RFC 5321 3.3", Level.MAY,
                "If there was no MAIL, or no RCPT, command, or all such commands were rejected, the server MAY return a "
                    + "\"command out of sequence\" (503) or \"no valid recipients\" (554) reply in response to the DATA command."));
        all.put(DiagnosisId.SEQ_RCPT_REFUSED, new Article(
            "DATA was sent although every RCPT of the transaction had been refused; the reply repeats the reasons.",
            "All recipients are unknown or relaying to them is denied, and the client ignored the replies.",
            "Correct the addresses, or authenticate if the reasons say so. The transaction is still open.",
            "RFC 5321 3.3")
            .per("RFC 5321 3.3", Level.MAY,
                "If there was no MAIL, or no RCPT, command, or all such commands were rejected, the server MAY return a "
                    + "\"command out of sequence\" (503) or \"no valid recipients\" (554) reply in response to the DATA command.")
            .brokenBy("Swift Mailer with pipelining. (Sending MAIL, RCPT and DATA as one group is correct; the RSET after it is missing)",
                "https://github.com/swiftmailer/swiftmailer/issues/1265"));
        all.put(DiagnosisId.SEQ_AUTH_IN_TRANSACTION, new Article(
            "AUTH is not allowed while a mail transaction is open.",
            "The client sent AUTH after MAIL.",
            "Authenticate directly after EHLO. Now: finish the message, or send RSET and then AUTH.",
            "RFC 4954 4")
            .per("RFC 4954 4", Level.MUST,
                "The AUTH command is not permitted during a mail transaction. An AUTH command issued during a mail transaction "
                    + "MUST be rejected with a 503 reply."));
        all.put(DiagnosisId.SEQ_AUTH_REPEATED, new Article(
            "The session is already authenticated; a second AUTH is refused.",
            "The client logs in again on a connection that it reuses. RSET and EHLO do not log out.",
            "Continue with MAIL. For another user, QUIT and reconnect.",
            "RFC 4954 4")
            .per("RFC 4954 4", Level.MUST,
                "After a successful AUTH command completes, a server MUST reject any further AUTH commands with a 503 reply.")
            .brokenBy("CodeIgniter 3 with smtp_keepalive, which relies on the 503",
                "https://github.com/bcit-ci/CodeIgniter/issues/4613"));
        all.put(DiagnosisId.SEQ_STARTTLS_REPEATED, new Article(
            "TLS is already active.",
            "The client sent STARTTLS twice, or on a port with implicit TLS (465).",
            "Continue without STARTTLS.",
            "RFC 3207 4.2")
            .per("RFC 3207 4.2", Level.MUST, "A client MUST NOT attempt to start a TLS session if a TLS session is already active.")
            .brokenBy("Programs that send STARTTLS on port 465, such as tp4a teleport before its fix",
                "https://github.com/tp4a/teleport/pull/112"));
        all.put(DiagnosisId.SEQ_STARTTLS_IN_TRANSACTION, new Article(
            "STARTTLS would discard the open mail transaction.",
            "The client sent STARTTLS after MAIL.",
            "Send STARTTLS directly after EHLO. Now: finish the message, or send RSET and then STARTTLS.",
            "RFC 3207 4, 4.2")
            .per("RFC 3207 4.2", Level.NONE,
                "Upon completion of the TLS handshake, the SMTP protocol is reset to the initial state (the state in SMTP "
                    + "after a server issues a 220 service ready greeting)."));
        all.put(DiagnosisId.SEQ_STARTTLS_AFTER_AUTH, new Article(
            "The session was authenticated in clear text; STARTTLS would have to discard that.",
            "The client sent STARTTLS after AUTH.",
            "QUIT, reconnect, and send STARTTLS before AUTH.",
            "RFC 3207 4.2, RFC 4954 4")
            .per("RFC 3207 4.2", Level.NONE,
                "The server MUST discard any knowledge obtained from the client, such as the argument to the EHLO command, "
                    + "which was not obtained from the TLS negotiation itself."));
        all.put(DiagnosisId.SEQ_PIPELINING, new Article(
            "The command was sent before the reply to a command that must be the last of its group.",
            "The client did not wait for the reply to EHLO, AUTH, STARTTLS or DATA.",
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
            "The line ended in LF without CR. Only CRLF ends a line.",
            "A script that prints \\n, a raw TCP tool, or an attempt at SMTP smuggling.",
            "End every line with CR LF (\\r\\n).",
            "RFC 5321 2.3.8, 4.1.1.4")
            .per("RFC 5321 2.3.8", Level.MUST,
                "Conforming implementations MUST NOT recognize or generate any other character or character sequence as a line "
                    + "terminator.")
            .brokenBy("In content, where the guard converts it to CRLF and refuses nothing: Vert.x Mail Client (folded headers)",
                "https://github.com/vert-x3/vertx-mail-client/pull/220")
            .brokenBy("Also in content: POCO, before its fix", "https://github.com/pocoproject/poco/issues/4689")
            .brokenBy("The list that qmail points to", "https://cr.yp.to/docs/smtplf.html"));
    }

    private static void syntaxAndLimits(Map<DiagnosisId, Article> all) {
        all.put(DiagnosisId.SYN_ARGUMENT, new Article(
            "A required argument is missing, or the command takes none.",
            "EHLO or AUTH without an argument; DATA, RSET, QUIT or STARTTLS with one.",
            "Send EHLO <your-domain>, AUTH <mechanism>; send DATA, RSET, QUIT, STARTTLS without an argument.",
            "RFC 5321 4.1.1, RFC 4954 4")
            .per("RFC 5321 4.1.1", Level.SHOULD,
                "In the absence of specific extensions offered by the server and accepted by the client, clients MUST NOT send "
                    + "such parameters and servers SHOULD reject commands containing them as having invalid syntax.")
            .brokenBy("A Danfoss drive that sends HELO without a domain", "https://github.com/hanswolff/simple.mailserver/pull/5"));
        all.put(DiagnosisId.SYN_COMMAND, new Article(
            "The server does not know the command.",
            "A typing error, an extension that EHLO did not offer, or content where a command was expected.",
            "Send one of the commands that HELP lists, or an extension that EHLO listed.",
            "RFC 5321 4.2.4")
            .per("RFC 5321 4.2.4", Level.SHOULD, "If the command is not recognized, code 500 SHOULD be returned."));
        all.put(DiagnosisId.SYN_CHARACTER, new Article(
            "The line contains a control character: an octet from 0 to 31, or 127, such as CR, NUL or TAB.",
            "Words separated by TAB, pasted text, another protocol, or an attempt to inject a header line with EHLO.",
            "Send only printable characters, one space between words, and CR LF only at the end of the line.",
            "RFC 5321 2.3.8, 4.1.2")
            .per("RFC 5321 4.1.2", Level.MUST,
                "SMTP servers that receive a command in which invalid character codes have been employed, and for which there are "
                    + "no other reasons for rejection, MUST reject that command with a 501 response (this rule, like others, could be "
                    + "overridden by appropriate SMTP extensions)."));
        all.put(DiagnosisId.LIMIT_ERRORS, new Article(
            "Too many commands of the session were refused; the server closed it.",
            "A client that ignores replies.",
            "Read the replies; each refusal says what to send next. Then reconnect.",
            "RFC 5321 4.3.2, 7.8")
            .per("RFC 5321 7.8", Level.NONE,
                "[...] rational operational behavior requires that servers be permitted to detect such attacks and take action "
                    + "to defend themselves."));
        all.put(DiagnosisId.LIMIT_AUTH, new Article(
            "Too many failed AUTHs on one connection; the server closed it.",
            "A client that retries a wrong stored password, or an attacker who guesses passwords.",
            "Correct the password in the client, then reconnect.",
            "RFC 4954 4, 7"));
        all.put(DiagnosisId.LIMIT_RECIPIENTS, new Article(
            "Too many recipients were permanently refused in one session; the server closed it.",
            "An attacker probes for existing addresses, or a mailing list has many outdated ones.",
            "Remove the refused addresses from the list, then reconnect for the others.",
            "RFC 5321 7.3, 7.8")
            .per("RFC 5321 7.8", Level.NONE,
                "[...] rational operational behavior requires that servers be permitted to detect such attacks and take action "
                    + "to defend themselves."));
    }

    private static void authentication(Map<DiagnosisId, Article> all) {
        all.put(DiagnosisId.AUTH_REQUIRED, new Article(
            "The command requires authentication.",
            "Mail to a recipient outside this server, without AUTH.",
            "Send RSET if a transaction is open, then AUTH, then begin again.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_CREDENTIALS, new Article(
            "Every queried backend refused this user name and password.",
            "Wrong password, unknown user name or disabled account: the reply does not tell which.",
            "Check the user name (often the whole address) and the SMTP password, which may differ from that of the mailbox.",
            "RFC 4954 4, 6"));
        all.put(DiagnosisId.AUTH_EXPIRED, new Article(
            "The password is correct, but must be changed before it can be used.",
            "The password has expired, or it is the initial password of a new account.",
            "Change the password with the provider of the account, then log in with the new one.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_TOO_WEAK, new Article(
            "The password is correct, but the user may not log in with this mechanism.",
            "The backend requires a stronger mechanism for the account.",
            "Use a mechanism that comes earlier in the reply to EHLO.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_BLOCKED, new Article(
            "Too many log-ins have failed, from the client's network or to the account. No password was checked.",
            "Passwords are guessed from this network or for this account, or devices keep trying wrong ones.",
            "Correct the password in every device, wait for the time in the reply, then try again.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_UNAVAILABLE, new Article(
            "The server could not check the credentials at the moment. It does not mean that they are wrong.",
            "A directory or database that the server uses is down, slow or overloaded.",
            "Keep the password and try again in a few minutes.",
            "RFC 4954 6"));
        all.put(DiagnosisId.AUTH_MECHANISM, new Article(
            "The port does not offer the mechanism.",
            "The client uses a mechanism that EHLO did not list, or misspells it.",
            "Use a mechanism that the reply to EHLO lists after AUTH.",
            "RFC 4954 4"));
        all.put(DiagnosisId.AUTH_ENCODING, new Article(
            "The client's response is not base64, is not valid for the mechanism, or was sent before the server's challenge.",
            "A password without base64, a line broken by an encoder, a missing or extra NUL; AUTH CRAM-MD5 with an initial response. "
                + "The exchange has ended.",
            "PLAIN is base64 of NUL user NUL password, on one line: printf '\\0user\\0pass' | base64. If the server begins (CRAM-MD5, "
                + "DIGEST-MD5), send AUTH with the mechanism only, then answer the 334.",
            "RFC 4954 4, RFC 4616 2")
            .per("RFC 4954 4", Level.MUST,
                "If the client uses an initial-response argument to the AUTH command with a SASL mechanism in which the client does not "
                    + "begin the authentication exchange, the server MUST reject the AUTH command with a 501 reply."));
        all.put(DiagnosisId.AUTH_TOO_LONG, new Article(
            "The client's response is longer than the maximum line length. The exchange has ended.",
            "A ticket or token of more than 8 kB, or data that is not a response.",
            "Request a shorter token, or use another mechanism.",
            "RFC 4954 4, 6"));
        all.put(DiagnosisId.AUTH_CANCELLED, new Article(
            "The client cancelled the exchange with the line *, or sent that line after the exchange had ended.",
            "The user cancelled, or the client rejected the challenge. Go's net/smtp sends * after each refused AUTH.",
            "Nothing to fix: send AUTH again, or continue without it.",
            "RFC 4954 4"));
        all.put(DiagnosisId.AUTH_TLS_REQUIRED, new Article(
            "This port accepts AUTH only under TLS, so that no password is sent in clear text.",
            "TLS is disabled in the client, or a device on the path removed STARTTLS from the reply to EHLO.",
            "Send STARTTLS, then EHLO again, then AUTH. Never send a password without TLS.",
            "RFC 4954 4, 6")
            .per("RFC 4954 4", Level.MUST,
                "A server implementation MUST implement a configuration in which it does NOT permit any plaintext password "
                    + "mechanisms, unless either the STARTTLS [SMTP-TLS] command has been negotiated or some other mechanism that "
                    + "protects the session from password snooping has been provided."));
        all.put(DiagnosisId.AUTH_IDENTITY, new Article(
            "The credentials are correct, but the user may not act as the requested identity.",
            "The client sends an authorization identity that is not the user name.",
            "Leave the authorization identity empty, or set it to the user name.",
            "RFC 4616 2, RFC 4422 3.4.1"));
        all.put(DiagnosisId.AUTH_SENDER, new Article(
            "The session has logged in with an app password that may not be used for the sender address of MAIL.",
            "The device sends for another address than the user's own, or its app password is limited to certain addresses.",
            "Set the sender address of the device to one in the reply, or create an app password for the address.",
            "RFC 6409 6.1")
            .per("RFC 6409 6.1", Level.MAY,
                "The MSA MAY issue an error response to a MAIL command if the address in MAIL FROM appears to have insufficient submission "
                    + "rights or is not authorized with the authentication used (if the session has been authenticated)."));
        all.put(DiagnosisId.AUTH_REVOKED, new Article(
            "The app password that the session has logged in with is not valid any more; the server closed the session.",
            "The app password was revoked, or has expired, while the device was connected.",
            "Create a new app password for the device, if it is still to send.",
            "RFC 5321 3.8"));
    }
}
