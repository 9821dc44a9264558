package org.smtpguard.james.start;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import ch.qos.logback.classic.Level;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.james.config.NamedClass;

class StartErrorsTest {
    private static final String HANDLER = "<handler class=\"org.smtpguard.james.SequenceGuard\">";
    private static final String XML = String.join("\n",
        "<smtpservers>",
        "  <smtpserver enabled=\"true\">",
        "    <bind>127.0.0.1:25</bind>",
        "    <handlerchain>" + HANDLER + "<mode>observe</mode></handler></handlerchain>",
        "  </smtpserver>",
        "  <smtpserver enabled=\"true\">",
        "    <jmxName>submission</jmxName>",
        "    <bind>127.0.0.1:587</bind>",
        "    <handlerchain>",
        "      " + HANDLER,
        "        <limits errors=\"x\"/>",
        "        <mode> strict </mode>",
        "      </handler>",
        "    </handlerchain>",
        "  </smtpserver>",
        "</smtpservers>");

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();
    private final List<Runnable> atExit = new ArrayList<>();

    @TempDir
    private Path home;

    @Test
    void theBlockNamesFileLinePortElementMistakeAndFix() throws Exception {
        report(1, "<mode> in " + HANDLER + " has \"strict; or so\"; it can be enforce, observe or off.");

        assertThat(console.toString(UTF_8).lines()).containsExactly(
            "=".repeat(100),
            "James SMTP Guard: James does not start, because its configuration is wrong.",
            "",
            "  File     " + home.resolve("conf/smtpserver.xml") + ", line 12",
            "  Port     127.0.0.1:587 (submission)",
            "  Element  <mode>",
            "  Wrong    <mode> in " + HANDLER + " has \"strict; or so\"",
            "  Fix      it can be enforce, observe or off.",
            "  Then     run bin/guard check conf/smtpserver.xml, which finds all mistakes at once, and start James again.",
            "=".repeat(100));
    }

    @Test
    void aMistakeInTheHandlerItselfHasItsLine() throws Exception {
        report(0, HANDLER + " comes after another line handler; move it to the top.");

        assertThat(console.toString(UTF_8)).contains(", line 4", "Port     127.0.0.1:25", "Element  <handler class=");
    }

    @Test
    void itIsLoggedOnceAndOnlyAtTheEnd() throws Exception {
        try (LogCapture log = new LogCapture()) {
            StartErrors errors = errors();
            errors.handler(NamedClass.SEQUENCE_GUARD, handler(1), "<limits> is wrong.");
            errors.handler(NamedClass.SEQUENCE_GUARD, handler(1), "<limits> is wrong.");
            assertThat(log.at(Level.ERROR)).isEmpty();

            assertThat(atExit).hasSize(1);
            atExit.get(0).run();

            assertThat(log.at(Level.ERROR)).singleElement().asString().contains(", line 11", "Element  <limits>");
        }
    }

    @Test
    void aHandlerThatIsNotInTheFileIsReportedWithoutALine() throws Exception {
        HierarchicalConfiguration<ImmutableNode> handler = handler(1);
        Files.writeString(home.resolve("conf/smtpserver.xml"), "<smtpservers/>");
        errors().handler(NamedClass.SEQUENCE_GUARD, handler, "It is wrong.");
        exitWithoutConsoleLog();

        assertThat(console.toString(UTF_8)).contains("smtpserver.xml" + System.lineSeparator(), "Wrong    It is wrong.");
    }

    private void report(int port, String sentence) throws Exception {
        errors().handler(NamedClass.SEQUENCE_GUARD, handler(port), sentence);
        exitWithoutConsoleLog();
    }

    /** A configuration of the log without a console, as the capture is. */
    private void exitWithoutConsoleLog() {
        try (LogCapture log = new LogCapture()) {
            atExit.get(0).run();
            assertThat(log.at(Level.ERROR)).hasSize(1);
        }
    }

    private StartErrors errors() {
        return new StartErrors(Optional.of(new FileSystemImpl(new JamesServerResourceLoader(home.toString()))), atExit::add, () -> { },
            new PrintStream(console, true, UTF_8));
    }

    private HierarchicalConfiguration<ImmutableNode> handler(int port) throws Exception {
        Path file = Files.createDirectories(home.resolve("conf")).resolve("smtpserver.xml");
        Files.writeString(file, XML);
        return FileConfigurationProvider.getConfig(Files.newInputStream(file)).configurationsAt("smtpserver").get(port)
            .configurationsAt("handlerchain.handler").get(0);
    }
}
