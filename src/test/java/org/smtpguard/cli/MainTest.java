package org.smtpguard.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Iterator;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

class MainTest {
    private static final String PASSWORD = "s3cr3t Pässwörd";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void makesAHashOfTheRecommendedScheme() {
        assertThat(run(typed(PASSWORD, PASSWORD), "hash")).isZero();

        assertThat(out()).startsWith("{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$").endsWith(System.lineSeparator());
        assertTakes(out().strip());
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void makesAWholeLineOfAnyScheme() {
        assertThat(run(piped(PASSWORD + "\r\nnext line"), "hash", "--user", "alice@example.org", "--scheme", "blf-crypt")).isZero();

        assertThat(out()).startsWith("alice@example.org:{BCRYPT}$2y$10$");
        assertTakes(out().strip().substring("alice@example.org:".length()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{BCRYPT}", "bcrypt", "{Blf-Crypt}"})
    void takesASchemeAsItIsListed(String scheme) {
        assertThat(run(piped(PASSWORD), "hash", "--scheme", scheme)).isZero();

        assertThat(out()).startsWith("{BCRYPT}$2y$10$");
    }

    @Test
    void listsExactlyWhatItMakes() {
        run(piped(PASSWORD), "hash", "--scheme", "rot13");
        String message = err.toString(UTF_8);
        assertThat(message).doesNotContain("{JAMES}");

        for (String scheme : message.substring(message.indexOf('{'), message.lastIndexOf('}') + 1).split(", ")) {
            out.reset();
            assertThat(run(piped("x"), "hash", "--scheme", scheme)).as(scheme).isZero();
            assertThat(out()).startsWith(scheme);
        }
        assertThat(run(typed(), "--help")).isZero();
        assertThat(out()).doesNotContain("JAMES");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2", "--password=hunter2", "-p", "--user=hunter2", "hash"})
    void takesNoPasswordFromTheArguments(String argument) {
        assertThat(run(typed(PASSWORD, PASSWORD), "hash", argument)).isEqualTo(2);

        assertThat(err.toString(UTF_8)).contains("cannot be given on the command line").doesNotContain("hunter2");
        assertThat(out()).isEmpty();
    }

    @Test
    void saysHowItIsUsed() {
        assertThat(run(typed())).isEqualTo(2);
        assertThat(run(typed(), "hunter2")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("Usage: ", "Exit codes").doesNotContain("hunter2");
        assertThat(out()).isEmpty();

        assertThat(run(typed(), "hash", "--help")).isZero();
        assertThat(out()).contains("Usage: ", "{ARGON2ID}, ", "{PLAIN}");
    }

    @Test
    void refusesWhatIsMissingOrUnknown() {
        assertThat(run(typed(), "hash", "--user")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("The value of --user is missing");
        assertThat(run(typed(), "hash", "--scheme", "hunter2")).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("The scheme is unknown; known are {ARGON2ID}, ").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a:b", "#alice", " #alice", "a\nb"})
    void refusesANameThatCannotStandInTheFile(String name) {
        assertThat(run(typed(PASSWORD, PASSWORD), "hash", "--user", name)).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("is not valid in the file");
    }

    @Test
    void makesNoHashOfADoubtfulPassword() {
        assertThat(run(typed(PASSWORD, PASSWORD + "x"), "hash")).isEqualTo(1);
        assertThat(run(typed(PASSWORD), "hash")).as("the input ends").isEqualTo(1);
        assertThat(run(typed("", ""), "hash")).as("empty").isEqualTo(1);
        assertThat(run(piped(""), "hash")).isEqualTo(1);
        assertThat(run(piped("\n"), "hash")).isEqualTo(1);
        Terminal latin = Terminal.pipe(new ByteArrayInputStream(PASSWORD.getBytes(ISO_8859_1)));
        assertThat(run(latin, "hash")).isEqualTo(1);
        assertThat(run(piped("a:b"), "hash", "--scheme", "PLAIN")).isEqualTo(1);
        assertThat(run(piped("ab "), "hash", "--scheme", "PLAIN")).isEqualTo(1);
        assertThat(run(piped("a\0b"), "hash", "--scheme", "BCRYPT")).isEqualTo(1);
        assertThat(run(piped(PASSWORD), "hash", "--scheme", "JAMES")).isEqualTo(1);

        assertThat(out()).isEmpty();
        assertThat(err.toString(UTF_8)).doesNotContain(PASSWORD)
            .contains("The two passwords differ", "No password was entered", "is empty", "is not UTF-8",
                "contains a NUL", "accepted, but not made");
    }

    @ParameterizedTest
    @ValueSource(strings = {"BCRYPT", "MD5-CRYPT", "SCRAM-SHA-256", "PLAIN"})
    void makesNoHashOfAPasswordThatNoBackendWouldCheck(String scheme) {
        assertThat(run(piped("x".repeat(73)), "hash", "--scheme", scheme)).isEqualTo(1);
        assertThat(run(piped("\ufdfa".repeat(3)), "hash", "--scheme", scheme)).as("99 octets once prepared").isEqualTo(1);
        assertThat(out()).isEmpty();
        assertThat(err.toString(UTF_8)).contains("more than 72 octets");
        assertThat(run(piped("x".repeat(72)), "hash", "--scheme", scheme)).isZero();
    }

    @Test
    void preparesThePasswordAsClientsOfScramDo() {
        assertThat(run(typed("geheim\u00b2", "geheim\u00b2"), "hash", "--scheme", "SCRAM-SHA-256")).isZero();
        assertThat(PasswordSchemes.standard().read(out().strip()).matches("geheim2".getBytes(UTF_8))).isTrue();
    }

    @Test
    void makesNoScramKeysOfWhatNoClientCanSend() {
        assertThat(run(typed("a\tb", "a\tb"), "hash", "--scheme", "SCRAM-SHA-256")).isNotZero();
        assertThat(run(typed("a\tb", "a\tb"), "hash", "--scheme", "SSHA")).isZero();
    }

    private void assertTakes(String text) {
        PasswordHash hash = PasswordSchemes.standard().read(text);
        assertThat(hash.matches(PASSWORD.getBytes(UTF_8))).isTrue();
    }

    private String out() {
        return out.toString(UTF_8);
    }

    private int run(Terminal terminal, String... arguments) {
        return Main.run(List.of(arguments), terminal, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
    }

    private static Terminal typed(String... passwords) {
        Iterator<String> rest = List.of(passwords).iterator();
        return Terminal.twice(prompt -> rest.hasNext() ? rest.next().toCharArray() : null);
    }

    private static Terminal piped(String text) {
        return Terminal.pipe(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }
}
