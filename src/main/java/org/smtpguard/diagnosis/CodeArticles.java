package org.smtpguard.diagnosis;

import java.util.Map;
import java.util.TreeMap;

/** The articles of the reply codes that the guard and James send. */
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
        put(211, "The state of the server, or an answer to HELP.", "Rarely used.", "Nothing to fix.", "RFC 5321 4.2.2");
        put(214, "An answer to HELP.", "After HELP, with or without a topic.", "Nothing to fix.", "RFC 5321 4.1.1.8");
        put(220, "The server is ready; after STARTTLS: begin the TLS handshake now.", "As the greeting, and after STARTTLS.",
            "Send EHLO <your-domain>; after STARTTLS do the TLS handshake first, then send EHLO again.", "RFC 5321 3.1, RFC 3207 4");
        put(221, "The server closes the connection at your request.", "After QUIT.", "Nothing to fix.", "RFC 5321 4.1.1.10");
        put(235, "AUTH succeeded: a backend accepted user and password. The session stays authenticated until QUIT, also after RSET and "
                + "EHLO. It says nothing about recipients.",
            "Only after AUTH, or after the last response of an AUTH exchange.",
            "Nothing to fix: continue with MAIL. A second AUTH gets 503.", "RFC 4954 4, 6");
        put(250, "The command was accepted. After the content of a message: the server has accepted the message.",
            "After EHLO, MAIL, RCPT, RSET, NOOP, and the dot that ends a message.", "Nothing to fix.", "RFC 5321 4.2.3");
        put(251, "The recipient is not local; the server forwards the message.", "After RCPT.", "Nothing to fix.", "RFC 5321 3.4");
        put(252, "The server does not tell whether the user exists, but would try to deliver.", "After VRFY.",
            "Send RCPT and read the reply.", "RFC 5321 3.5.3");
        put(334, "AUTH continues: the server's challenge follows the code, in base64.", "After AUTH, or after a response of its exchange.",
            "Send the response in base64 on one line, or * to cancel.", "RFC 4954 4");
        put(354, "Send the message now.", "After DATA.", "End the message with a line that contains a single dot.", "RFC 5321 4.1.1.4");
    }

    private void temporary() {
        put(421, "The server closes the connection.", "Too many errors or failed AUTHs in the session, or the server is shutting down.",
            "Fix what the previous refusals report, then reconnect later.", "RFC 5321 3.8, 4.2.4");
        put(432, "The password is correct, but must be changed before it can be used.", "After AUTH, for an account whose password has "
            + "expired.", "Change the password with the provider of the account.", "RFC 4954 6");
        put(450, "The mailbox is temporarily unavailable.", "After RCPT: the mailbox is busy, or the recipient is greylisted.",
            "Try again later.", "RFC 5321 4.2.3");
        put(451, "The server failed to process the command.", "An internal error, at any command.", "Try again later. If it persists, "
            + "tell the administrator the time of the error.", "RFC 5321 4.2.3");
        put(452, "The server has insufficient resources.",
            "After MAIL, RCPT or a message: the storage is full, or there are too many recipients.",
            "Try again later, with fewer recipients.", "RFC 5321 4.2.3, 4.5.3.1.10");
        put(454, "The server could not check the credentials, or start TLS, at the moment. It does not mean that they are wrong.",
            "A directory or database that the server uses is down, slow or overloaded.",
            "Keep the password and try again in a few minutes.", "RFC 4954 6, RFC 3207 4");
    }

    private void permanent() {
        put(500, "The command is unknown, the line is too long, or it does not end in CRLF.",
            "A typing error, an extension that EHLO did not offer, or content where a command was expected.",
            "Send one of the commands that HELP lists, and end each line with CRLF.", "RFC 5321 4.2.4");
        put(501, "An argument is invalid, missing or not allowed; in AUTH: the response cannot be decoded, or you cancelled.",
            "EHLO without a domain, DATA with an argument, an address without <>, a password that is not in base64.",
            "Correct the argument and send the command again.", "RFC 5321 4.2.4, RFC 4954 4");
        put(502, "The command is not implemented.", "The command is disabled on this server.", "Do without it.", "RFC 5321 4.2.4");
        put(503, "The command is out of order: a step was skipped or repeated. It changed nothing. A wrong password "
                + "is 535.",
            "At commands that depend on the order; never at RSET or NOOP.", "Send what the line Next: says.",
            "RFC 5321 4.1.4");
        put(504, "The parameter is not supported.", "AUTH with a mechanism that the port does not offer.",
            "Use a mechanism that the reply to EHLO lists after AUTH.", "RFC 5321 4.2.4, RFC 4954 4");
        put(530, "Authentication is required.", "Mail to a recipient outside this server, without AUTH.",
            "Send RSET if a transaction is open, then AUTH, then begin again.", "RFC 4954 6");
        put(534, "The password is correct, but the mechanism is too weak for this account.", "After AUTH.",
            "Use a mechanism that comes earlier in the reply to EHLO.", "RFC 4954 6");
        put(535, "The user name or the password is wrong. It has no other cause: an unavailable backend is 454, missing TLS 538, a command "
                + "out of order 503.",
            "After AUTH. The reply is the same for an unknown user, a wrong password and a disabled account.",
            "Check the user name, often the whole address, and the SMTP password.", "RFC 4954 4, 6");
        put(538, "AUTH requires TLS on this port.", "AUTH in clear text.", "Send STARTTLS, then EHLO again, then AUTH.", "RFC 4954 4, 6");
        put(550, "The recipient is unknown, or you may not send to it.", "After RCPT: a typing error, or relaying without AUTH.",
            "Correct the address, or authenticate before MAIL.", "RFC 5321 3.3, 4.2.3");
        put(551, "The recipient is not local, and the server does not forward the message.", "After RCPT.",
            "Send to the address that the reply names.", "RFC 5321 3.4");
        put(552, "The message is too large, or the mailbox is full.", "After MAIL with SIZE=, after RCPT, or at the end of the message.",
            "Send a smaller message. The reply to EHLO lists the maximum after SIZE.", "RFC 5321 4.5.3.1.9, RFC 1870 6");
        put(553, "The address is invalid.", "After MAIL or RCPT.", "Correct the address.", "RFC 5321 4.2.3");
        put(554, "The transaction failed.", "At DATA: every recipient was refused. Instead of 220: you sent something before the greeting. "
            + "After a message: it was rejected.", "Read the reasons in the reply.", "RFC 5321 3.1, 3.3, 4.2.3");
    }

    private void put(int code, String meaning, String when, String fix, String reference) {
        articles.put(code, new Article(meaning, when, fix, reference));
    }
}
