package org.smtpguard.it;

import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;

import java.util.function.Supplier;

import org.smtpguard.it.wire.WireScript;

/**
 * Names and passwords with NUL, which no user can have (RFC 4616 §2), and in which a backend written in C, or a lenient one, reads
 * the user's right ones.
 */
final class NulCredentials {
    private static final String MALFORMED = "501 5.5.2";
    private static final String REFUSED = "535 5.7.8";

    private NulCredentials() {
    }

    /**
     * Each is refused, the session can go on, and the right ones are accepted in it afterwards.
     *
     * @param greeted a session in which EHLO was accepted
     */
    static void areRefused(Supplier<WireScript> greeted, String user, String password) {
        for (String wrong : new String[] {password + "\0", "\0" + password, password + "\0x", "\0"}) {
            try (WireScript wire = greeted.get()) {
                goesOn(wire.send("AUTH LOGIN").expect("334").send(base64(user)).expect("334").send(base64(wrong)).expect(REFUSED));
                goesOn(wire.send("AUTH LOGIN " + base64(user)).expect("334").send(base64(wrong)).expect(REFUSED));
                goesOn(wire.send("AUTH PLAIN " + plain(user, wrong)).expect(MALFORMED));
                goesOn(wire.send("AUTH PLAIN").expect("334").send(plain(user, wrong)).expect(MALFORMED));
                accepts(wire, user, password);
            }
        }
        for (String wrong : new String[] {user + "\0", "\0" + user, user.replace("@", "\0@"), "\0"}) {
            try (WireScript wire = greeted.get()) {
                goesOn(wire.send("AUTH LOGIN").expect("334").send(base64(wrong)).expect(MALFORMED));
                goesOn(wire.send("AUTH LOGIN " + base64(wrong)).expect(MALFORMED));
                goesOn(wire.send("AUTH PLAIN " + plain(wrong, password)).expect(MALFORMED));
                goesOn(wire.send("AUTH PLAIN").expect("334").send(plain(wrong, password)).expect(MALFORMED));
                accepts(wire, user, password);
            }
        }
    }

    private static void goesOn(WireScript wire) {
        wire.send("NOOP").expectLine("250 ");
    }

    private static void accepts(WireScript wire, String user, String password) {
        wire.send("AUTH PLAIN " + plain(user, password)).expectLine("235 2.7.0 ")
            .send("MAIL FROM:<" + user + ">").expect("250");
    }
}
