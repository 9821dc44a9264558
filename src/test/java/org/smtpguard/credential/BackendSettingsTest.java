package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that stand in the environment or in a file, and what is told of them when they are wrong. */
class BackendSettingsTest {
    private static final String BACKEND = "<backend class=\"LdapBackend\" name=\"corp\"> ";
    private static final String SECRET = "s3cr3t-of-corp";
    private static final Map<String, String> ENVIRONMENT = Map.of("LDAP_PASSWORD", SECRET, "LDAP_HOST", "ldap.example.org",
        "EMPTY", "", "ODD", " $1\\ ${env:LDAP_PASSWORD} ");

    @TempDir
    private Path directory;
    private Path file;

    @BeforeEach
    void aFileHoldsASecret() throws IOException {
        file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    }

    @Test
    void aValueMayStandInTheEnvironment() {
        assertThat(settings("${env:LDAP_PASSWORD}").required("value")).isEqualTo(SECRET);
        assertThat(settings(" ldaps://${env:LDAP_HOST}:636/${env:LDAP_PASSWORD} ").required("value"))
            .isEqualTo("ldaps://ldap.example.org:636/" + SECRET);
    }

    @Test
    void aValueMayStandInAFile() {
        assertThat(settings("${file:" + file + "}").required("value")).isEqualTo(SECRET);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"`a\n`, `a`", "`a\r\n`, `a`", "`a\n\n`, `a\n`", "` ä `, ` ä `", "`a\nb`, `a\nb`"})
    void ofAFileTheEndOfTheLastLineAloneIsLeftOut(String content, String value) throws IOException {
        Files.writeString(file, content);

        assertThat(settings("${file:" + file + "}").required("value")).isEqualTo(value);
    }

    @Test
    void whatComesInIsTakenAsItIs() {
        assertThat(settings("<${env:ODD}>").required("value")).isEqualTo("< $1\\ ${env:LDAP_PASSWORD} >");
    }

    @ParameterizedTest
    @CsvSource({"$${env:LDAP_PASSWORD}, ${env:LDAP_PASSWORD}", "(uid=${user}), (uid=${user})", "$1 ${ $ } {env:X}, $1 ${ $ } {env:X}"})
    void otherDollarsStayWhatTheyAre(String written, String value) {
        assertThat(settings(written).required("value")).isEqualTo(value);
    }

    @Test
    void whatIsEmptyThereIsMissing() {
        assertThat(settings("${env:EMPTY}").text("value")).isEmpty();
        assertFault(() -> settings("${env:EMPTY}").required("value")).hasMessage(BACKEND + "needs an element <value>.");
    }

    @Test
    void whatIsNotThereIsAMistake() throws IOException {
        assertFault(() -> settings("a${env:NOT_SET}"))
            .hasMessage(BACKEND + "has in <value> ${env:NOT_SET}, a variable that is not set; set it in the environment of James.");
        assertFault(() -> settings("${file:" + directory + "/none}")).hasMessage(BACKEND + "has in <value> ${file:" + directory
            + "/none}, a file that cannot be read (NoSuchFileException); create it, and let the user that runs James read it.");
        assertFault(() -> settings("${file:secret}"))
            .hasMessage(BACKEND + "has in <value> ${file:secret}, which is not an absolute path; begin it with a /.");
        assertFault(() -> settings("${ENV:LDAP_PASSWORD}")).hasMessage(BACKEND + "has in <value> ${ENV:LDAP_PASSWORD}, which is unknown; "
            + "write ${env:NAME} or ${file:/an/absolute/path}, or $${ENV:LDAP_PASSWORD} for the text itself.");
        Files.write(file, (SECRET + "ä").getBytes(StandardCharsets.ISO_8859_1));
        assertFault(() -> settings("${file:" + file + "}"))
            .hasMessage(BACKEND + "has in <value> ${file:" + file + "}, a file that is not UTF-8; save it as UTF-8.");
        assertFault(() -> settings(Map.of("cache", "", "cache accepted", "${env:NOT_SET}")))
            .hasMessageStartingWith(BACKEND + "has in <cache accepted=…> ${env:NOT_SET}, a variable that is not set;");
    }

    @Test
    void noFaultShowsWhatAPlaceholderStandsFor() {
        BackendSettings settings = settings("${env:LDAP_PASSWORD}");

        assertFault(() -> settings.number("value", 1, 9, 1)).hasMessage(BACKEND
            + "has <value>${env:LDAP_PASSWORD}</value>; it must be a whole number from 1 to 9.");
        assertFault(() -> settings.duration("value", Duration.ZERO)).hasMessage(BACKEND
            + "has <value>${env:LDAP_PASSWORD}</value>, which is not a duration; write for example 500ms, 2s, 5m or 1h.");
        assertFault(() -> settings.file("value")).hasNoCause().hasMessageStartingWith(BACKEND
            + "has <value>${env:LDAP_PASSWORD}</value>, which cannot be resolved;");
        assertFault(() -> settings.flag("value"));
        assertFault(() -> settings.only("other"));
        assertThat(settings.toString()).isEqualTo("LdapBackend corp [value]");
    }

    @Test
    void aFaultShowsWhatTheOperatorWrote() {
        assertFault(() -> settings("x").number("value", 1, 9, 1)).hasMessageContaining("<value>x</value>");
        assertFault(() -> settings(Map.of("cache accepted", "x")).duration("cache accepted", Duration.ZERO))
            .hasMessageContaining("has accepted=\"x\" in <cache>, which is not a duration");
    }

    @Test
    void whatIsWrittenAlikeIsAlike() {
        assertThat(settings("${env:LDAP_PASSWORD}")).isEqualTo(settings("${env:LDAP_PASSWORD}"))
            .hasSameHashCodeAs(settings("${env:LDAP_PASSWORD}")).isNotEqualTo(settings(SECRET));
    }

    @Test
    void whatStandsOnEveryBackendIsNobodysMistake() {
        Map<String, String> common = Map.of("timeout", "1s", "concurrency", "", "concurrency max", "1", "circuitBreaker", "", "cache", "");

        assertThat(settings(common).only("file").timeout(Duration.ZERO)).isEqualTo(Duration.ofSeconds(1));
        assertFault(() -> settings(Map.of("cahce", "")).only("file"))
            .hasMessage(BACKEND
                + "has an unknown element <cahce>; known here: <cache>, <circuitBreaker>, <concurrency>, <file>, <timeout>.");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertFault(Runnable reading) {
        return assertThatThrownBy(reading::run).isInstanceOf(InvalidConfigurationException.class)
            .satisfies(fault -> assertThat(fault.toString()).doesNotContain(SECRET));
    }

    private static BackendSettings settings(String value) {
        return settings(Map.of("value", value));
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("LdapBackend", "corp", elements, url -> {
            throw new IllegalArgumentException(url);
        }, variable -> Optional.ofNullable(ENVIRONMENT.get(variable)));
    }
}
