package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.netty.SMTPServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.james.check.ConfigurationCheck;
import org.smtpguard.james.check.Finding;
import org.smtpguard.protocol.DiagnosisId;

/** Holds {@code docs/compatibility.md} to what James reads and runs, and {@code check} to what the page says of it. */
class CompatibilityPageTest {
    private static final Path PAGE = Path.of("docs", "compatibility.md");
    private static final String NOT_SAID = "–";
    /**
     * By the sources of 3.8.1, 3.9.0 and 3.10: AbstractConfigurableAsyncServer, SslConfig, SMTPServer, AbstractProtocolAsyncServer,
     * ProtocolHandlerChainImpl, GuiceSaslMechanismResolver.
     */
    private static final List<String> READ_BY_ANY_JAMES = List.of(
        "[@enabled]", "bind", "jmxName", "ioWorkerCount", "bossWorkerCount", "maxExecutorCount", "helloName",
        "helloName[@autodetect]", "connectiontimeout", "connectionBacklog", "connectionLimit", "connectionLimitPerIP",
        "gracefulShutdown", "proxyRequired", "proxyFirst", "useEpoll", "highWriteBufferWaterMark",
        "lowWriteBufferWaterMark", "tls[@startTLS]", "tls[@socketTLS]", "tls.keystore", "tls.keystoreType", "tls.secret",
        "tls.privateKey", "tls.certificates", "tls.supportedCipherSuites.cipherSuite", "tls.supportedProtocols.protocol",
        "tls.clientAuth", "tls.clientAuth.truststore", "tls.clientAuth.truststoreType", "tls.clientAuth.truststoreSecret",
        "tls.enableOCSPCRLChecks", "tls.sessionCache.size", "tls.sessionCache.timeout", "auth.announce", "authRequired",
        "auth.requireSSL", "auth.plainAuthEnabled", "auth.oidc", "auth.saslMechanisms", "auth.gssapi", "auth.required",
        "authorizedAddresses", "maxmessagesize", "maxLineLength", "heloEhloEnforcement", "smtpGreeting",
        "addressBracketsEnforcement", "verifyIdentity", "disabledFeatures", "handlerchain",
        "handlerchain[@coreHandlersPackage]", "handlerchain[@jmxHandlersPackage]", "handlerchain[@enableJmx]");

    @TempDir
    private Path home;

    @Test
    void theTableHasEverySettingThatJamesReadsInAnyVersion() {
        assertThat(settings()).extracting(row -> row.get(0)).containsExactlyInAnyOrderElementsOf(READ_BY_ANY_JAMES);
    }

    /** Of the James that the tests run with, by asking it. */
    @Test
    void theTableHasEverySettingThatThisJamesAsksFor() throws ConfigurationException {
        Asked configuration = new Asked();
        configuration.addProperty("bind", "127.0.0.1:2525");
        configuration.addProperty("tls[@startTLS]", "true");
        configuration.addProperty("tls.keystore", "file://conf/keystore");
        configuration.addProperty("tls.clientAuth.truststore", "file://conf/truststore");
        configuration.addProperty("auth.announce", "always");

        new SMTPServer(null).configure(configuration);

        assertThat(configuration.keys).contains("heloEhloEnforcement", "auth.plainAuthEnabled", "tls.secret", "connectionLimit");
        assertThat(settings()).extracting(row -> row.get(0)).containsAll(configuration.keys);
    }

    @Test
    void theTableHasEveryCoreHandlerOfThisJames() {
        List<String> core = new CoreCmdHandlerLoader().getHandlers().stream().map(name -> name.substring(name.lastIndexOf('.') + 1))
            .collect(Collectors.toList());

        assertThat(table("Core handlers")).extracting(row -> row.get(0)).containsAll(core);
    }

    @ParameterizedTest
    @MethodSource("arguments")
    void checkNamesASettingThatDiffersAndNoOther(List<String> row) throws IOException {
        Optional<String> value = Optional.of(row.get(3)).filter(text -> !text.equals(NOT_SAID));
        List<Finding> findings = check(row.get(0), value.orElse("1"));

        String element = "<" + row.get(0).substring(row.get(0).indexOf('.') + 1).replaceFirst("\\[@(.*)]", " $1") + ">";
        assertThat(findings.stream().anyMatch(finding -> finding.toString().contains(element))).as("%s in %s", element, findings)
            .isEqualTo(value.isPresent());
        assertThat(row.get(2)).as("what the page says of a setting that check names").satisfies(text ->
            assertThat(value.isPresent() && text.equals("same")).isFalse());
    }

    @Test
    void aRowOfTheDialoguesNamesARule() {
        assertThat(table("Dialogues").stream().flatMap(row -> Arrays.stream(row.get(0).split("[ ,]+"))).filter(word -> word.contains("-")))
            .isNotEmpty().allSatisfy(id -> assertThat(DiagnosisId.of(id)).isPresent());
    }

    @Test
    void whereNoMechanismIsLeftCheckWarns() throws IOException {
        assertThat(check("auth.plainAuthEnabled", "false")).filteredOn(finding -> finding.element().equals("<plainAuthEnabled>"))
            .singleElement().satisfies(finding -> {
                assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
                assertThat(finding.sentence()).contains("AUTH is not offered here");
            });
    }

    private List<Finding> check(String setting, String value) throws IOException {
        Path conf = Files.createDirectories(home.resolve("conf"));
        Files.writeString(conf.resolve("smtp-users"),
            "alice@localhost:{BCRYPT}$2a$05$abcdefghijklmnopqrstuuEYyTDPMHY1JlY1vcrNFMhOVcyVBGHcK\n");
        String attribute = setting.equals("[@enabled]") ? " enabled=\"" + value + "\"" : "";
        String ofChain = setting.endsWith("[@enableJmx]") ? " enableJmx=\"" + value + "\"" : "";
        return ConfigurationCheck.of(Files.writeString(conf.resolve("smtpserver.xml"), "<smtpservers><smtpserver" + attribute + ">"
            + "<bind>127.0.0.1:0</bind>" + element(setting, value)
            + "<handlerchain coreHandlersPackage=\"" + GuardHandlers.class.getName() + "\"" + ofChain + ">"
            + "<handler class=\"" + SequenceGuard.class.getName() + "\"/>"
            + "<handler class=\"" + Authentication.class.getName() + "\">"
            + "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend></handler>"
            + "</handlerchain></smtpserver></smtpservers>")).findings();
    }

    /** A setting that is no part of the handler chain, as XML. */
    private static String element(String setting, String value) {
        if (setting.startsWith("[") || setting.startsWith("handlerchain") || setting.equals("bind")) {
            return "";
        }
        String[] names = setting.split("[.]", 2);
        if (names.length == 2) {
            return "<" + names[0] + ">" + element(names[1], value) + "</" + names[0] + ">";
        }
        return setting.contains("[@") ? "<" + setting.replaceFirst("\\[@(.*)]", " $1=\"" + value + "\"/>")
            : "<" + setting + ">" + value + "</" + setting + ">";
    }

    static Stream<Arguments> arguments() {
        return settings().stream().map(Arguments::of);
    }

    private static List<List<String>> settings() {
        return table("Settings of `<smtpserver>`");
    }

    /** The rows of the first table of that section; code is without its marks. */
    private static List<List<String>> table(String section) {
        try (Stream<String> lines = Files.lines(PAGE, StandardCharsets.UTF_8)) {
            List<List<String>> rows = lines.dropWhile(line -> !line.equals("## " + section)).skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("|")).skip(2)
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                    .map(cell -> cell.replace("`", "").trim())
                    .collect(Collectors.toList()))
                .collect(Collectors.toList());
            assertThat(rows).as("rows below %s", section).isNotEmpty();
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes what it is asked for. */
    private static final class Asked extends BaseHierarchicalConfiguration {
        private final Set<String> keys = new TreeSet<>();

        @Override
        protected Object getPropertyInternal(String key) {
            keys.add(key.replace(".[@", "[@"));
            return super.getPropertyInternal(key);
        }
    }
}
