package org.smtpguard.james.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFileTest {
    private static final String XML = String.join("\n",
        "<smtpservers>",
        "  <smtpserver>",
        "    <handlerchain>",
        "      <handler class=\"org.smtpguard.james.Authentication\">",
        "        <backend class=\"FileBackend\" name=\"apps\">",
        "          <cache accepted=\"5m\"/>",
        "        </backend>",
        "        <backend class=\"FileBackend\" name=\"other\">",
        "          <cache accept=\"5m\"/>",
        "        </backend>",
        "      </handler>",
        "    </handlerchain>",
        "  </smtpserver>",
        "</smtpservers>");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<cache> in <backend class=\"FileBackend\" name=\"other\"> has an unknown attribute accept; known here: accepted. | 9",
        "<backend class=\"FileBackend\" name=\"apps\"> has accepted=\"x\" in <cache>, which is not a duration; write 5m. | 6",
        "<backend class=\"FileBackend\" name=\"other\"> has no file; add it to <cache>. | 8",
        "<cache> in <backend> in <handler class=\"org.smtpguard.james.Authentication\"> is wrong. | 6",
        "It is wrong. | 2"})
    void theLineIsThatOfTheInnermostElementThatAMessageNames(String message, int line) throws Exception {
        Path file = Files.writeString(directory.resolve("smtpserver.xml"), XML);

        assertThat(ServerFile.named(ServerFile.read(file).ports().get(0), message).line()).isEqualTo(line);
    }
}
