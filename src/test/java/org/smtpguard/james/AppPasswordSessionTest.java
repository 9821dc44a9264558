package org.smtpguard.james;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.Base64;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** What a session may do that has logged in with an app password. */
class AppPasswordSessionTest {
    private static final String MAIL = "MAIL FROM:<alice@localhost>\r\n";
    private static final String OTHER_SENDER = "MAIL FROM:<carol@localhost>\r\n";
    private static final String MESSAGE = "RCPT TO:<bob@localhost>\r\nDATA\r\n";

    /** Where the app password is checked. */
    enum Kind {
        GUARDED, OBSERVED, GUARD_OFF, UNGUARDED, HOOK;

        private EmbeddedPort.Builder port() {
            switch (this) {
                case GUARDED:
                    return EmbeddedPort.builder();
                case OBSERVED:
                    return EmbeddedPort.builder().mode("observe");
                case GUARD_OFF:
                    return EmbeddedPort.builder().mode("off");
                case UNGUARDED:
                    return EmbeddedPort.builder().stock();
                default:
                    return EmbeddedPort.builder().stock().auth(EmbeddedPort.Auth.JAMES_WITH_HOOK);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void sendsAsTheUser(Kind kind) {
        EmbeddedPort.Client client = loggedIn(kind.port().build(), FixtureBackend.PHONE);

        assertThat(client.send(MAIL)).startsWith("250");
        assertThat(client.send("RCPT TO:<bob@localhost>\r\n")).startsWith("250");
        assertThat(client.send("DATA\r\n")).startsWith("354");
        assertThat(client.send("Subject: test\r\n\r\n.\r\n")).startsWith("250");
        assertThat(client.send(MAIL)).startsWith("250");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void doesNotSendAsAnother(Kind kind) {
        EmbeddedPort.Client client = loggedIn(kind.port().build(), FixtureBackend.PHONE);

        assertThat(client.send(OTHER_SENDER)).startsWith("553").contains("5.7.1", "alice@localhost", "[AUTH-SENDER]");
        assertThat(client.send("MAIL FROM:<>\r\n")).startsWith("553");
        assertThat(client.isOpen()).isTrue();
        assertThat(client.send(MAIL)).as("a refusal changes nothing").startsWith("250");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void endsAtTheNextMailOnceItIsRevoked(Kind kind) {
        EmbeddedPort.Client client = loggedIn(kind.port().build(), FixtureBackend.REVOKED);

        assertThat(client.send("NOOP\r\n")).startsWith("250");
        assertThat(client.send(MAIL)).startsWith("421").contains("4.7.0");
        assertThat(client.isOpen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void waitsIfItCannotBeChecked(Kind kind) {
        EmbeddedPort.Client client = loggedIn(kind.port().build(), FixtureBackend.UNCHECKED);

        assertThat(client.send(MAIL)).startsWith("454").contains("4.7.0");
        assertThat(client.isOpen()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"GUARDED", "OBSERVED", "GUARD_OFF", "UNGUARDED"})
    void aSlowCheckDisturbsNoPipelinedGroup(Kind kind) {
        EmbeddedPort.Client client = loggedIn(kind.port().build(), FixtureBackend.SLOW);

        assertThat(client.send(MAIL + MESSAGE)).isEmpty();
        assertThat(client.awaitBackends()).containsPattern("(?s)^250.*\r\n250.*\r\n354.*\r\n$");
        assertThat(client.send("Subject: test\r\n\r\n.\r\n")).startsWith("250");

        assertThat(client.send("RSET\r\n" + MAIL + "RCPT TO:<bob@localhost>\r\n")).startsWith("250").hasLineCount(1);
        assertThat(client.send("RSET\r\nQUIT\r\n")).isEmpty();
        assertThat(client.awaitBackends()).hasLineCount(4).contains("221");
    }

    @Test
    void otherSessionsAreNotAffected() {
        EmbeddedPort.Client client = loggedIn(EmbeddedPort.builder().build(), FixtureBackend.RIGHT);

        assertThat(client.send(OTHER_SENDER)).startsWith("250");
    }

    @Test
    void theRefusalsLeadOn() {
        EmbeddedPort.Client client = loggedIn(EmbeddedPort.builder().build(), FixtureBackend.PHONE);
        assertThat(client.send(OTHER_SENDER)).contains(
            "553-5.7.1 MAIL refused: the app password of this session may not be used for that sender address [AUTH-SENDER]",
            "553-5.7.1 it may be used for alice@localhost", "553-5.7.1 Next: MAIL FROM:<address> | ", "Help: HELP AUTH-SENDER");

        EmbeddedPort.Client unchecked = loggedIn(EmbeddedPort.builder().build(), FixtureBackend.UNCHECKED);
        assertThat(unchecked.send(MAIL)).contains("[AUTH-UNAVAILABLE]", "Next: MAIL FROM:<address> | ");

        EmbeddedPort.Client revoked = loggedIn(EmbeddedPort.builder().build(), FixtureBackend.REVOKED);
        assertThat(revoked.send(MAIL)).contains("[AUTH-REVOKED]", "Next: EHLO <your-domain>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAIL FROM: <carol@localhost>\r\n", "mail from:<CAROL@localhost> SIZE=10\r\n",
        "MAIL FROM:<@relay.example:carol@localhost>\r\n"})
    void everySpellingOfAnotherSenderIsRefused(String mail) {
        EmbeddedPort.Client client = loggedIn(EmbeddedPort.builder().build(), FixtureBackend.PHONE);

        assertThat(client.send(mail)).startsWith("5");
        assertThat(client.state().isInTransaction()).isFalse();
    }

    @Test
    void theLogAndTheTranscriptNameTheDevice() {
        Transcripts transcripts = new Transcripts(Clock.systemUTC());
        Logbook logbook = new Logbook(GuardMetrics.unread(), transcripts, new Violations(Clock.systemUTC()));
        try (LogCapture log = new LogCapture()) {
            EmbeddedPort.Client client = loggedIn(EmbeddedPort.builder().logbook(logbook).build(), FixtureBackend.PHONE);
            client.send(OTHER_SENDER);

            assertThat(log.by("org.apache.james.protocols.smtp.AUTHENTICATION")).last().asString()
                .endsWith(" session=" + client.reference() + " appPassword=3f8k2m9x label=\"Alice's 'phone'\"");
            assertThat(transcripts.find(client.reference()).orElseThrow().logIns()).last().asString()
                .endsWith("accepted by fixture (app password 3f8k2m9x (Alice's \"phone\"))");
        }
    }

    private static EmbeddedPort.Client loggedIn(EmbeddedPort port, String password) {
        EmbeddedPort.Client client = port.connect();
        client.send("EHLO client.example\r\n");
        String message = Base64.getEncoder().encodeToString(("\0alice@localhost\0" + password).getBytes(UTF_8));
        assertThat(client.send("AUTH PLAIN " + message + "\r\n")).startsWith("235");
        return client;
    }
}
