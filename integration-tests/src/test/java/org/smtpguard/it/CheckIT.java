package org.smtpguard.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.JsonSchemas;

/** The command line, as an operator calls it, on the configuration that the project brings. */
class CheckIT {
    private Path home;

    @BeforeEach
    void layOut() {
        home = JamesServer.asShipped().layOut();
    }

    @Test
    void nothingIsWrongWithTheConfigurationThatTheProjectBrings() throws Exception {
        Process check = check();

        assertThat(output(check)).contains("(smtpserver-submission), enforce",
            "EHLO without TLS: PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME, STARTTLS", "backend apps", "is available.", "Nothing is wrong")
            .doesNotContain("WRONG");
        assertThat(check.exitValue()).isZero();
    }

    @Test
    void whatIsWrongIsToldWithItsMendAndByTheExitCode() throws Exception {
        Path file = home.resolve("conf/smtpserver.xml");
        Files.writeString(file, Files.readString(file).replaceFirst("<mode>enforce</mode>", "<mode>strict</mode>"));
        Process check = check();

        assertThat(output(check)).contains("WRONG", "has \"strict\"; it can be enforce, observe or off");
        assertThat(check.exitValue()).isEqualTo(1);
    }

    @Test
    void itsReportIsAsTheSchemaSays() throws Exception {
        Path file = home.resolve("conf/smtpserver.xml");
        Files.writeString(file, Files.readString(file).replaceFirst("<mode>enforce</mode>", "<mode>strict</mode>"));
        Process check = check("--json");

        assertThat(JsonSchemas.findings("check", new ObjectMapper().readTree(output(check)))).isEmpty();
        assertThat(check.exitValue()).isEqualTo(1);
    }

    @Test
    void aLineOfTheUsersFileThatCannotBeUsedIsToldWithItsNumber() throws Exception {
        Path file = home.resolve("conf/smtp-users");
        Files.writeString(file, "alice@localhost:{BCRYPT}hunter2\n" + Files.readString(file));
        Process check = check();

        assertThat(output(check)).containsPattern("WRONG .*smtp-users, line 1: a bcrypt hash begins with").doesNotContain("hunter2");
        assertThat(check.exitValue()).isEqualTo(1);
    }

    private Process check(String... options) throws Exception {
        JamesHome james = JamesHome.current();
        List<String> command = new ArrayList<>(List.of(james.program("java").toString(), "-cp",
            System.getProperty("smtpguard.it.jar") + File.pathSeparator + james.classPath(), "org.smtpguard.cli.Main", "check"));
        command.addAll(List.of(options));
        command.add("conf/smtpserver.xml");
        Process process = new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("output").toFile())
            .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process;
    }

    private String output(Process ended) throws IOException {
        assertThat(ended.isAlive()).isFalse();
        return Files.readString(home.resolve("output"), UTF_8);
    }
}
