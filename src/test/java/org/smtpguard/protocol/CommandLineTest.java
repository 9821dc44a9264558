package org.smtpguard.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @ParameterizedTest
    @CsvSource({
        "ehlo client.example, EHLO, client.example",
        "MaIl FROM:<a@b> SIZE=3, MAIL, FROM:<a@b> SIZE=3",
        "data, DATA,",
        "STARTTLS, STARTTLS,",
        "FROB x, OTHER, x",
        "NOOP  two spaces, NOOP, ' two spaces'"})
    void verbsAreCaseInsensitiveAndTheFirstSpaceEndsThem(String line, Verb verb, String argument) {
        CommandLine command = parse(line + "\r\n");

        assertThat(command.verb()).isEqualTo(verb);
        assertThat(command.argument().orElse(null)).isEqualTo(argument);
    }

    @Test
    void whiteSpaceAroundALineIsNoArgument() {
        assertThat(parse("DATA \r\n").argument()).isEmpty();
        assertThat(parse("  DATA\r\n").verb()).isEqualTo(Verb.DATA);
    }

    @Test
    void anEmptyLineIsACommandNobodyKnows() {
        assertThat(parse("\r\n").verb()).isEqualTo(Verb.OTHER);
        assertThat(parse("\r\n").argument()).isEmpty();
    }

    @Test
    void aBareLfIsSeen() {
        assertThat(parse("NOOP\n").endsInBareLf()).isTrue();
        assertThat(parse("\n").endsInBareLf()).isTrue();
        assertThat(parse("NOOP\r\n").endsInBareLf()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x07, 0x09, 0x0b, 0x0d, 0x1b, 0x1f, 0x7f})
    void aControlCharacterIsSeenWhereverItStands(int octet) {
        String control = Character.toString(octet);
        String described = String.format(Locale.ROOT, "octet 0x%02X at position ", octet);

        assertThat(parse("EHLO a" + control + "b\r\n").controlCharacter()).contains(described + 7);
        assertThat(parse("EH" + control + "LO a\r\n").controlCharacter()).contains(described + 3);
        assertThat(parse(control + "EHLO a\r\n").controlCharacter()).contains(described + 1);
        assertThat(parse("EHLO a" + control + "b\n").controlCharacter()).contains(described + 7);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x0b, 0x0d, 0x1f, 0x7f})
    void aControlCharacterBeforeTheEndOfTheLineIsSeenAsWell(int octet) {
        assertThat(parse("QUIT" + Character.toString(octet) + "\r\n").controlCharacter()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NOOP\r\n", "NOOP \t \r\n", "NOOP\t\n", "\r\n", "\n", " \t\r\n", "EHLO \u0080\u00ff~ !\r\n", ""})
    void theEndOfALineWhiteSpaceBeforeItAndOctetsBeyondAsciiAreNoControlCharacters(String line) {
        assertThat(parse(line).controlCharacter()).isEmpty();
    }

    @Test
    void strippingALineLeavesControlCharacters() {
        assertThat(strip(" \tQUJD \t\r\n")).isEqualTo("QUJD");
        assertThat(strip("QUJD\n")).isEqualTo("QUJD");
        assertThat(strip("\0QUJD\r\r\n")).isEqualTo("\0QUJD\r");
        assertThat(strip("\r\n")).isEmpty();
        assertThat(strip("")).isEmpty();
    }

    private static String strip(String line) {
        return CommandLine.strip(line.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void itsTextFormHidesWhatMayBeACredential() {
        assertThat(parse("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n")).hasToString("AUTH");
        assertThat(parse("AGFsaWNlAHNlY3JldA==\r\n")).hasToString("OTHER");
    }

    private static CommandLine parse(String line) {
        return CommandLine.parse(line.getBytes(StandardCharsets.ISO_8859_1));
    }
}
