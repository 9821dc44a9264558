package org.smtpguard.it;

import java.util.List;

import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.ScramClient;

/** The server of the project as it is configured, but for its mechanisms, which are all that there are, and its users. */
final class EveryMechanism {
    static final List<String> SCRAM = List.of("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS");
    /** What EHLO announces to whoever shows no certificate. */
    static final String IN_CLEAR_TEXT = "SCRAM-SHA-512 SCRAM-SHA-256 PLAIN LOGIN";
    static final String UNDER_TLS = "SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS " + IN_CLEAR_TEXT;
    /** Nobody has another password. */
    static final String PASSWORD = "secret";
    /** Has a hash, and no keys. */
    static final String ALICE = "alice@localhost";
    /** A backend cannot judge this one. */
    static final String UNREACHABLE = "unreachable@localhost";

    private EveryMechanism() {
    }

    static JamesServer shared() {
        return JamesServer.shared("every mechanism", () -> JamesServer.guarded()
            .withConf("smtp-users", users())
            .editConf("smtpserver.xml", conf -> conf
                .replace("<mechanisms>PLAIN LOGIN</mechanisms>", "<mechanisms>EXTERNAL " + UNDER_TLS + "</mechanisms>"
                    + "<backend class=\"org.smtpguard.fixture.DownBackend\" name=\"down\" onUnavailable=\"stop\">"
                    + "<onlyFor>" + UNREACHABLE + "</onlyFor>"
                    // It is well for everybody else.
                    + "<circuitBreaker failures=\"0\"/></backend>")
                .replaceAll("<greeting .*?/>", "")));
    }

    /** Who has keys for that mechanism. */
    static String userOf(String mechanism) {
        return "user-of-" + digits(mechanism) + "@localhost";
    }

    /** Another one, with a comma and an equals sign in the name, which SCRAM escapes. */
    static String oddUserOf(String mechanism) {
        return "o,d=d-" + digits(mechanism) + "@localhost";
    }

    private static String users() {
        // The cheapest hash that is taken.
        StringBuilder users = new StringBuilder(ALICE + ":{BCRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
        for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-512")) {
            String keys = ":" + ScramClient.keys(mechanism, PASSWORD) + "\n";
            users.append(userOf(mechanism)).append(keys).append(oddUserOf(mechanism)).append(keys);
        }
        return users.toString();
    }

    private static String digits(String mechanism) {
        return mechanism.replaceAll("\\D", "");
    }
}
