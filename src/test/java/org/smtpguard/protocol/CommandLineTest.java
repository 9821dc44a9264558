package org.smtpguard.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @Test
    void itsTextFormHidesWhatMayBeACredential() {
        assertThat(parse("AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n")).hasToString("AUTH");
        assertThat(parse("AGFsaWNlAHNlY3JldA==\r\n")).hasToString("OTHER");
    }

    private static CommandLine parse(String line) {
        return CommandLine.parse(line.getBytes(StandardCharsets.ISO_8859_1));
    }
}
