package org.smtpguard.diagnosis;

import java.util.EnumMap;
import java.util.Map;

import org.smtpguard.protocol.Verb;

/** The articles of the commands. The meaning begins with the command's form. */
final class VerbArticles {
    private final Map<Verb, Article> articles = new EnumMap<>(Verb.class);

    VerbArticles() {
        put(Verb.EHLO, "EHLO <your-domain>: greets the server and asks for its extensions.",
            "First, and again after STARTTLS. Ends an open transaction.",
            "501 wants your domain behind it: the name of your host, or [your-ip-address].", "RFC 5321 4.1.1.1");
        put(Verb.HELO, "HELO <your-domain>: the old greeting, without extensions, so without AUTH and STARTTLS.",
            "In place of EHLO, where a client knows no better.", "Send EHLO.", "RFC 5321 4.1.1.1");
        put(Verb.MAIL, "MAIL FROM:<address>: opens a mail transaction.", "After the greeting, where no transaction is open.",
            "503 wants EHLO first, or the open transaction finished (DATA) or forgotten (RSET).", "RFC 5321 4.1.1.2");
        put(Verb.RCPT, "RCPT TO:<address>: adds a recipient to the open transaction.", "After MAIL, once for each recipient.",
            "503 wants MAIL first; 550 another address; 530 AUTH, before MAIL.", "RFC 5321 4.1.1.3");
        put(Verb.DATA, "DATA: after the reply 354 comes the message, ended by a line with one dot.", "After an accepted recipient.",
            "503 wants RCPT first; 554 says why each recipient was refused.", "RFC 5321 4.1.1.4");
        put(Verb.RSET, "RSET: forgets the open transaction, its sender and recipients. Keeps greeting, TLS and authentication.",
            "Always.", "501: nothing may stand behind it.", "RFC 5321 4.1.1.5");
        put(Verb.NOOP, "NOOP: does nothing.", "Always.", "Nothing to mend.", "RFC 5321 4.1.1.9");
        put(Verb.QUIT, "QUIT: ends the session.", "Always.", "501: nothing may stand behind it.", "RFC 5321 4.1.1.10");
        put(Verb.VRFY, "VRFY <user>: asks whether a user exists. Servers seldom tell.", "Always.", "Send RCPT, and look at its reply.",
            "RFC 5321 4.1.1.6");
        put(Verb.EXPN, "EXPN <list>: asks who is on a list. Servers seldom tell.", "Always.", "Do without it.", "RFC 5321 4.1.1.7");
        put(Verb.HELP, "HELP: where the session stands, and what is legal now. HELP <topic>: what a command, a reply code or a diagnosis "
            + "id means.", "Always.", "Nothing to mend.", "RFC 5321 4.1.1.8");
        put(Verb.AUTH, "AUTH <mechanism> [<base64>]: authenticates. 235 means accepted, 535 refused, 454 could not be checked, 503 out of "
                + "order.",
            "Once a session, after EHLO, outside of a transaction, where EHLO offers it.",
            "HELP and the code of the refusal, or its id, say more.", "RFC 4954 4");
        put(Verb.STARTTLS, "STARTTLS: begins TLS. The server forgets the greeting.",
            "After EHLO, where EHLO offers it: once, before AUTH, outside of a transaction.",
            "After 220 make the TLS handshake, and greet again with EHLO.", "RFC 3207 4");
    }

    Map<Verb, Article> articles() {
        return articles;
    }

    private void put(Verb verb, String meaning, String when, String fix, String reference) {
        articles.put(verb, new Article(meaning, when, fix, reference));
    }
}
