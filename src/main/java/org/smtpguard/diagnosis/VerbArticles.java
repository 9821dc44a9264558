package org.smtpguard.diagnosis;

import java.util.EnumMap;
import java.util.Map;

import org.smtpguard.protocol.Verb;

/** The articles of the commands. The meaning begins with the syntax. */
final class VerbArticles {
    private final Map<Verb, Article> articles = new EnumMap<>(Verb.class);

    VerbArticles() {
        put(Verb.EHLO, "EHLO <your-domain>: greets the server and requests its extensions.",
            "First, and again after STARTTLS. Ends an open transaction.",
            "501: add your domain: the name of your host, or [your-ip-address].", "RFC 5321 4.1.1.1");
        put(Verb.HELO, "HELO <your-domain>: the old greeting, without extensions, so without AUTH and STARTTLS.",
            "Instead of EHLO, for clients without extensions.", "Send EHLO.", "RFC 5321 4.1.1.1");
        put(Verb.MAIL, "MAIL FROM:<address>: opens a mail transaction.", "After the greeting, while no transaction is open.",
            "503: send EHLO first, or finish (DATA) or discard (RSET) the open transaction.", "RFC 5321 4.1.1.2");
        put(Verb.RCPT, "RCPT TO:<address>: adds a recipient to the open transaction.", "After MAIL, once for each recipient.",
            "503: send MAIL first. 550: use another address. 530: send AUTH before MAIL.", "RFC 5321 4.1.1.3");
        put(Verb.DATA, "DATA: the message follows the reply 354, and ends with a line that contains a single dot.",
            "After an accepted recipient.", "503: send RCPT first. 554: the reply says why each recipient was refused.",
            "RFC 5321 4.1.1.4");
        put(Verb.RSET, "RSET: discards the open transaction, its sender and recipients. Keeps greeting, TLS and authentication.",
            "Always.", "501: send it without an argument.", "RFC 5321 4.1.1.5");
        put(Verb.NOOP, "NOOP: does nothing.", "Always.", "Nothing to fix.", "RFC 5321 4.1.1.9");
        put(Verb.QUIT, "QUIT: ends the session.", "Always.", "501: send it without an argument.", "RFC 5321 4.1.1.10");
        put(Verb.VRFY, "VRFY <user>: tests whether a user exists. Most servers do not tell.", "Always.", "Send RCPT and read the reply.",
            "RFC 5321 4.1.1.6");
        put(Verb.EXPN, "EXPN <list>: lists the members of a mailing list. Most servers do not tell.", "Always.", "Do without it.",
            "RFC 5321 4.1.1.7");
        put(Verb.HELP, "HELP: shows the state of the session and the legal next commands. HELP <topic>: explains a command, a reply code "
            + "or a diagnosis id.", "Always.", "Nothing to fix.", "RFC 5321 4.1.1.8");
        put(Verb.AUTH, "AUTH <mechanism> [<base64>]: authenticates. 235: accepted; 535: refused; 454: could not be checked; 503: out of "
                + "order.",
            "Once per session, after EHLO, outside of a transaction, if EHLO offers it.",
            "Send HELP with the code of the refusal, or with its id.", "RFC 4954 4");
        put(Verb.STARTTLS, "STARTTLS: begins TLS. The server forgets the greeting.",
            "After EHLO, if EHLO offers it: once, before AUTH, outside of a transaction.",
            "After 220 do the TLS handshake, then send EHLO again.", "RFC 3207 4");
    }

    Map<Verb, Article> articles() {
        return articles;
    }

    private void put(Verb verb, String meaning, String when, String fix, String reference) {
        articles.put(verb, new Article(meaning, when, fix, reference));
    }
}
