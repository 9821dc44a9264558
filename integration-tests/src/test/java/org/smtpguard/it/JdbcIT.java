package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.time.Duration;
import java.util.regex.Matcher;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Postgres;
import org.smtpguard.it.wire.WireScript;

/** AUTH against users in a PostgreSQL, whose driver lies in {@code extensions-jars/} beside the finished jar. */
class JdbcIT {
    private static final String ALICE = "alice@localhost";
    /** Of "secret". */
    private static final String SHA = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
    private static final String BCRYPT = "{BCRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Postgres postgres;
    private static JamesServer server;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the database is on the loopback of this machine");
        postgres = Postgres.start();
        postgres.run("CREATE TABLE users (username TEXT PRIMARY KEY, password TEXT, active BOOLEAN NOT NULL DEFAULT TRUE,"
                + " last_login TIMESTAMP, last_from TEXT)",
            "INSERT INTO users (username, password, active) VALUES ('" + ALICE + "', '" + SHA + "', TRUE),"
                + " ('bob@localhost', '" + BCRYPT + "', TRUE), ('carol@localhost', '" + BCRYPT + "', FALSE),"
                + " ('dave@localhost', '" + BCRYPT + "', TRUE)");
        server = JamesServer.guarded().withJar(Postgres.driver()).editConf("smtpserver.xml", JdbcIT::askingTheDatabase).start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }

    @AfterEach
    void noSecretIsInTheLog() {
        assertThat(server.log()).contains("org.smtpguard.shaded.hikari.HikariDataSource - smtp-guard-mail - Start completed")
            .doesNotContain(Postgres.PASSWORD, "Qv82", SHA.substring(5), BCRYPT.substring(20), "$argon2id$");
    }

    private static String askingTheDatabase(String conf) {
        String backend = "<backend class=\"JdbcBackend\" name=\"mail\"><url>" + postgres.url() + "</url><user>" + Postgres.USER + "</user>"
            + "<password>" + Postgres.PASSWORD + "</password>"
            + "<lookup>SELECT password, active FROM users WHERE username = :user</lookup>"
            + "<upgrade>UPDATE users SET password = :hash WHERE username = :user AND password = :oldHash</upgrade>"
            + "<lastLogin>UPDATE users SET last_login = now(), last_from = :remoteIp WHERE username = :user</lastLogin></backend>";
        return conf.replaceAll("(?s)<backend .*?</backend>", Matcher.quoteReplacement(backend));
    }

    @Test
    void refusesAlikeWhoIsUnknownMistakenOrDisabled() {
        for (String response : new String[] {plain("nobody@localhost", "secret"), plain("dave@localhost", "wrong"),
            plain("carol@localhost", "secret"), plain("' OR 1=1 --", "secret")}) {
            try (WireScript wire = greeted()) {
                wire.send("AUTH PLAIN " + response).expect("535 5.7.8")
                    .expectInReply("AUTH refused: the user name or the password is wrong \\[AUTH-CREDENTIALS]");
            }
        }
        assertThat(server.log()).contains("failed from nobody@localhost@127.0.0.1: UNKNOWN (no such user) by mail",
            "failed from dave@localhost@127.0.0.1: REFUSED (wrong password) by mail",
            "failed from carol@localhost@127.0.0.1: DISABLED (account disabled) by mail");
        assertThat(postgres.column("SELECT username FROM users WHERE last_login IS NULL"))
            .contains("carol@localhost", "dave@localhost");
    }

    @Test
    void letsInAndWritesABetterHashAndThatThereWasALogIn() {
        assertThat(logIn(ALICE)).isEqualTo(235);

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(postgres.column("SELECT password FROM users WHERE username = '" + ALICE + "'").get(0))
                .startsWith("{ARGON2ID}$argon2id$");
            assertThat(postgres.column("SELECT last_from FROM users WHERE username = '" + ALICE + "' AND last_login IS NOT NULL"))
                .containsExactly("127.0.0.1");
        });
        assertThat(logIn(ALICE)).as("by the new hash").isEqualTo(235);
    }

    @Test
    void isUnavailableWhileTheDatabaseIsDownAndBackWhenItIs() {
        assertThat(logIn("bob@localhost")).isEqualTo(235);

        postgres.stop();
        try {
            assertThat(logIn("bob@localhost")).isEqualTo(454);
            assertThat(logIn("nobody@localhost")).isEqualTo(454);
            assertThat(server.log()).contains("Backend mail is unavailable: the database cannot be reached");
        } finally {
            postgres.startAgain();
        }

        await().atMost(PATIENCE).until(() -> logIn("bob@localhost") == 235);
        assertThat(logIn("nobody@localhost")).isEqualTo(535);
    }

    private static WireScript greeted() {
        return wire(server.smtp()).patience(PATIENCE).expect("220").send("EHLO client.example").expect("250");
    }

    /** The code with which a log-in with "secret" is answered. */
    private static int logIn(String user) {
        try (WireScript wire = greeted()) {
            return wire.send("AUTH PLAIN " + plain(user, "secret")).read().code();
        }
    }
}
