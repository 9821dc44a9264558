package org.smtpguard.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.web.JsonSchemas;

class CheckCommandTest {
    private static final String XML = String.join("\n",
        "<smtpservers>",
        "  <smtpserver>",
        "    <jmxName>relay</jmxName>",
        "    <bind>127.0.0.1:0</bind>",
        "    <connectiontimeout>long</connectiontimeout>",
        "    <handlerchain>",
        "      <handler class=\"org.smtpguard.james.SequenceGuard\"><mode>observe</mode></handler>",
        "    </handlerchain>",
        "  </smtpserver>",
        "</smtpservers>");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @TempDir
    private Path home;
    private Path file;

    @BeforeEach
    void layOut() throws Exception {
        file = Files.createDirectory(home.resolve("conf")).resolve("smtpserver.xml");
        Files.writeString(file, XML);
        Files.writeString(file.resolveSibling("extensions.properties"), "# x\nguice.extension.module=org.smtpguard.james.GuardModule\n");
    }

    @Test
    void theReportIsAsItsSchemaSays() throws Exception {
        assertThat(run("--json")).isEqualTo(1);

        JsonNode report = new ObjectMapper().readTree(out.toString(UTF_8));
        assertThat(JsonSchemas.findings("check", report)).isEmpty();
        assertThat(report.path("wrong").asInt()).isEqualTo(1);
        assertThat(report.path("findings").findValuesAsText("element")).contains("<connectiontimeout>", "guice.extension.module");
        assertThat(report.path("ports").path(0).path("mode").asText()).isEqualTo("observe");
        assertThat(report.path("ports").path(0).path("ehloWithoutTls").path(0).asText()).isEqualTo("PIPELINING");
    }

    @Test
    void aReaderGetsPortLineElementAndFix() {
        assertThat(run()).isEqualTo(1);

        assertThat(out.toString(UTF_8)).containsPattern("WRONG +127\\.0\\.0\\.1:0 +line 5 +<connectiontimeout> +has \"long\", which James"
            + " does not accept .*; it must be a whole number of seconds\\.")
            .contains("127.0.0.1:0 (relay), observe", "  EHLO without TLS: PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME",
                "Wrong: 1; warnings: 0.");
    }

    @Test
    void withoutMistakesTheExitCodeIsZero() throws Exception {
        Files.writeString(file, XML.replace("long", "360"));

        assertThat(run()).isZero();
        assertThat(out.toString(UTF_8)).contains("Nothing is wrong; warnings: 0.");
    }

    private int run(String... options) {
        List<String> arguments = new ArrayList<>(List.of("check"));
        arguments.addAll(List.of(options));
        arguments.add(file.toString());
        return Main.run(arguments, Terminal.pipe(new ByteArrayInputStream(new byte[0])), new PrintStream(out, true, UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8));
    }
}
