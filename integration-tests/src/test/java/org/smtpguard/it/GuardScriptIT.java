package org.smtpguard.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.JamesServer;

/** {@code bin/guard} finds the jars of the James that it is installed in. */
class GuardScriptIT {
    private static final Path PROJECT = Path.of(System.getProperty("smtpguard.it.project")).toAbsolutePath();

    @TempDir
    private Path home;
    private Path script;

    @ParameterizedTest
    @ValueSource(strings = {"james-server-memory-app.lib", "james-server-jpa-guice.lib", "libs"})
    void itChecksAConfigurationInTheLayoutsOfTheZipsAndOfTheImage(String lib) throws Exception {
        install(lib);

        assertThat(run(home, Map.of(), "check", "conf/smtpserver.xml")).contains("(smtpserver-submission), enforce", "Nothing is wrong")
            .endsWith("exit 0");
    }

    @Test
    void itIsCalledFromAnywhereByItsPathOrWithJamesHome() throws Exception {
        install("libs");
        Path elsewhere = Files.createDirectory(home.resolve("elsewhere"));
        String file = home.resolve("conf/smtpserver.xml").toString();

        assertThat(run(elsewhere, Map.of(), "check", file)).contains("Nothing is wrong").endsWith("exit 0");
        script = Files.copy(script, elsewhere.resolve("guard"));
        assertThat(run(elsewhere, Map.of("JAMES_HOME", home.toString()), "check", file)).contains("Nothing is wrong").endsWith("exit 0");
    }

    @Test
    void whereThereIsNoJamesOrNoJarItSaysSo() throws Exception {
        script = Files.copy(PROJECT.resolve("bin/guard"), Files.createDirectory(home.resolve("bin")).resolve("guard"));

        assertThat(run(home, Map.of(), "check", "x")).contains("there is no James here", "set JAMES_HOME").endsWith("exit 2");

        Files.createDirectory(home.resolve("libs"));
        assertThat(run(home, Map.of(), "check", "x")).contains("there is no extensions-jars/james-smtp-guard*.jar").endsWith("exit 2");
    }

    private void install(String lib) throws IOException {
        Files.createSymbolicLink(home.resolve(lib), Path.of(System.getProperty("smtpguard.it.lib")).toAbsolutePath());
        Files.copy(Path.of(System.getProperty("smtpguard.it.jar")),
            Files.createDirectory(home.resolve("extensions-jars")).resolve("james-smtp-guard.jar"));
        Path conf = Files.createDirectory(home.resolve("conf"));
        Path shipped = JamesServer.asShipped().layOut().resolve("conf");
        for (String file : List.of("smtpserver.xml", "smtp-users", "keystore")) {
            Files.copy(shipped.resolve(file), conf.resolve(file));
        }
        // That of a server under test also names a fixture.
        Files.copy(PROJECT.resolve("conf/extensions.properties"), conf.resolve("extensions.properties"));
        script = Files.copy(PROJECT.resolve("bin/guard"), Files.createDirectory(home.resolve("bin")).resolve("guard"));
    }

    /** @return what it prints, and its exit code */
    private String run(Path directory, Map<String, String> environment, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", script.toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().remove("JAMES_HOME");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Path output = Files.createTempFile(home, "output", ".txt");
        Process process = builder.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output, UTF_8) + "exit " + process.exitValue();
    }
}
