package org.smtpguard.diagnosis;

import java.util.Map;
import java.util.TreeMap;

/** The articles of the reply codes: those that the guard sends, and those that James sends on the same port. */
final class CodeArticles {
    private final Map<Integer, Article> articles = new TreeMap<>();

    CodeArticles() {
        positive();
        temporary();
        permanent();
    }

    Map<Integer, Article> articles() {
        return articles;
    }

    private void positive() {
        put(211, "The state of the server, or an answer to HELP.", "Servers seldom send it.", "Nothing to mend.", "RFC 5321 4.2.2");
        put(214, "An answer to HELP.", "After HELP, with or without a topic.", "Nothing to mend.", "RFC 5321 4.1.1.8");
        put(220, "The server is ready; after STARTTLS: begin the TLS handshake now.", "As the greeting, and after STARTTLS.",
            "Send EHLO <your-domain>; after STARTTLS make the handshake first, then EHLO again.", "RFC 5321 3.1, RFC 3207 4");
        put(221, "The server closes the connection, as you asked with QUIT.", "After QUIT.", "Nothing to mend.", "RFC 5321 4.1.1.10");
        put(235, "AUTH succeeded: a backend has accepted user and password. The session stays authenticated until QUIT, over RSET and "
                + "EHLO. It is not a word about any recipient.",
            "After AUTH or the last response in it, and never elsewhere.", "Nothing to mend: go on with MAIL. A second AUTH gets 503.",
            "RFC 4954 4, 6");
        put(250, "The command was accepted. After the content of a message: the server has taken it over.",
            "After EHLO, MAIL, RCPT, RSET, NOOP, and the dot that ends a message.", "Nothing to mend.", "RFC 5321 4.2.3");
        put(251, "The recipient is elsewhere; the server passes the message on.", "After RCPT.", "Nothing to mend.", "RFC 5321 3.4");
        put(252, "The server does not tell whether the user exists, and would try to deliver.", "After VRFY.",
            "Send RCPT and look at its reply.", "RFC 5321 3.5.3");
        put(334, "AUTH goes on: behind the code stands the server's challenge, in base64.", "After AUTH, or after a response in it.",
            "Send the response in base64 on a line of its own, or * to cancel.", "RFC 4954 4");
        put(354, "Send the message now.", "After DATA.", "End the message with a line that holds one dot.", "RFC 5321 4.1.1.4");
    }

    private void temporary() {
        put(421, "The server closes the connection.", "Too many errors or failed AUTHs in the session, or the server is going down.",
            "Mend what the refusals before it say, and connect anew later.", "RFC 5321 3.8, 4.2.4");
        put(432, "The password is right, and has to be changed before it counts.", "After AUTH, for an account whose password has expired.",
            "Change the password where the account is kept.", "RFC 4954 6");
        put(450, "The mailbox cannot be used just now.", "After RCPT: it is busy, or the server is not sure of you yet.",
            "Try again later.", "RFC 5321 4.2.3");
        put(451, "The server failed at something of its own.", "A fault in the server, at any command.", "Try again later. If it lasts, "
            + "tell the administrator when it was.", "RFC 5321 4.2.3");
        put(452, "The server has no room just now.",
            "After MAIL, RCPT or a message: its storage is full, or the recipients are too many.",
            "Try again later, with fewer recipients.", "RFC 5321 4.2.3, 4.5.3.1.10");
        put(454, "The server could not check the credentials, or start TLS, just now. It has not said that they are wrong.",
            "A directory or database behind the server is down, slow or overloaded.",
            "Keep the password and try again in some minutes.", "RFC 4954 6, RFC 3207 4");
    }

    private void permanent() {
        put(500, "The line is no command that this server knows, is too long, or does not end in CRLF.",
            "A typing error, an extension that EHLO did not offer, content where a command was due.",
            "Send one of the commands that HELP lists, and end each line with CRLF.", "RFC 5321 4.2.4");
        put(501, "An argument is wrong, missing or one too many; in AUTH: the response is undecodable, or you cancelled.",
            "EHLO alone, DATA with words behind it, an address without <>, a password that is not in base64.",
            "Mend the argument and send the command again.", "RFC 5321 4.2.4, RFC 4954 4");
        put(502, "The server knows the command and does not do it.", "A command that is switched off.", "Do without it.", "RFC 5321 4.2.4");
        put(503, "The command is out of order: a step was skipped or repeated. It changed nothing, and is not about your password: "
                + "that is 535.",
            "At any command but those that are always in order, such as RSET and NOOP.", "Send what the line Next: says.",
            "RFC 5321 4.1.4");
        put(504, "A parameter is not offered here.", "AUTH with a mechanism that the port does not offer.",
            "Use what stands behind AUTH in the reply to EHLO.", "RFC 5321 4.2.4, RFC 4954 4");
        put(530, "You have to authenticate first.", "Mail to somebody outside this server, without AUTH.",
            "RSET if a transaction is open, then AUTH, then begin again.", "RFC 4954 6");
        put(534, "The password is right, and the mechanism is too weak for this account.", "After AUTH.",
            "Use one that stands further in front behind AUTH in the reply to EHLO.", "RFC 4954 6");
        put(535, "The user name or the password is wrong. Nothing else: an unreachable backend is 454, a missing TLS 538, a step out of "
                + "order 503.",
            "After AUTH. Unknown user, wrong password and disabled account get the same words.",
            "Check the user name, often the whole address, and the password of SMTP.", "RFC 4954 4, 6");
        put(538, "AUTH is taken under TLS only on this port.", "AUTH in clear text.", "STARTTLS, EHLO again, then AUTH.", "RFC 4954 4, 6");
        put(550, "The recipient is unknown here, or you may not send to it.", "After RCPT: a typing error, or relaying without AUTH.",
            "Mend the address, or authenticate before MAIL.", "RFC 5321 3.3, 4.2.3");
        put(551, "The recipient is elsewhere, and the server does not pass the message on.", "After RCPT.",
            "Send to the address that the reply names.", "RFC 5321 3.4");
        put(552, "The message is too large, or the mailbox is full.", "After MAIL with SIZE=, after RCPT, or at the end of the message.",
            "Send less. EHLO says how much the server takes, behind SIZE.", "RFC 5321 4.5.3.1.9, RFC 1870 6");
        put(553, "The address is not of a form that is allowed.", "After MAIL or RCPT.", "Mend the address.", "RFC 5321 4.2.3");
        put(554, "The transaction failed.", "On DATA: every recipient was refused. In place of 220: you talked before the greeting. At the "
            + "end of a message: it was not wanted.", "See the reasons in the reply.", "RFC 5321 3.1, 3.3, 4.2.3");
    }

    private void put(int code, String meaning, String when, String fix, String reference) {
        articles.put(code, new Article(meaning, when, fix, reference));
    }
}
