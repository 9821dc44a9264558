package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.ScramClient;
import org.smtpguard.it.wire.WireScript;

/** A file of users in which one line cannot be used. */
class SkippedLineIT {
    private static final String ALICE = "alice@localhost";
    private static final String BOB = "bob@localhost";

    @Test
    void costsItsUserTheLogInByEveryMechanismAndNobodyElse() {
        try (JamesServer server = JamesServer.guarded()
            .withConf("smtp-users", ALICE + ":" + ScramClient.keys("SCRAM-SHA-256", "secret") + "\n" + BOB + ":{BCRYPT}hunter2\n")
            .editConf("smtpserver.xml", conf -> conf.replaceAll("<mechanisms>[^<]*</mechanisms>",
                "<mechanisms>SCRAM-SHA-256 PLAIN LOGIN</mechanisms>")
                .replaceAll("<greeting .*?/>", ""))
            .start()) {
            assertThat(server.log()).containsPattern("ERROR.*smtp-users, line 2: a bcrypt hash").doesNotContain("hunter2");
            // More often than the circuit breaker bears.
            for (int i = 0; i < 7; i++) {
                try (WireScript wire = greeted(server)) {
                    wire.send("AUTH PLAIN " + plain(BOB, "secret")).expect("454 4.7.0");
                }
            }
            try (WireScript wire = greeted(server)) {
                wire.send("AUTH SCRAM-SHA-256 "
                    + WireScript.base64(ScramClient.of("SCRAM-SHA-256", BOB, "secret").first())).expect("454 4.7.0");
            }
            try (WireScript wire = greeted(server)) {
                wire.send("AUTH PLAIN " + plain(ALICE, "wrong")).expect("535 5.7.8");
                wire.send("AUTH PLAIN " + plain(ALICE, "secret")).expect("235 2.7.0");
            }
        }
    }

    private static WireScript greeted(JamesServer server) {
        return wire(server.smtp()).expect("220").send("EHLO client.example").expect("250");
    }
}
