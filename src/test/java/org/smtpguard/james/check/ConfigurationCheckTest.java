package org.smtpguard.james.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.apache.james.utils.KeystoreCreator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.james.check.Finding.Severity;

class ConfigurationCheckTest {
    private static final String PASSWORD = "s3cr3t-of-the-Directory";
    private static final String SECRET = "changeit-72";
    private static final String PORT = "<smtpserver enabled=\"true\"><bind>127.0.0.1:0</bind>"
        + "<tls socketTLS=\"false\" startTLS=\"true\"><keystore>file://conf/keystore</keystore><keystoreType>PKCS12</keystoreType>"
        + "<secret>" + SECRET + "</secret></tls>"
        + "<auth><requireSSL>true</requireSSL></auth>"
        + "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
        + "<handler class=\"org.smtpguard.james.SequenceGuard\"><mode>enforce</mode></handler>"
        + "<handler class=\"org.smtpguard.james.Authentication\"><mechanisms>PLAIN</mechanisms>"
        + "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend></handler>"
        + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
        + "</handlerchain></smtpserver>";
    private static final String SERVERS = "<smtpservers>" + PORT + "</smtpservers>";
    private static final String OTHER = PORT.replace("<bind>127.0.0.1:0</bind>", "<bind>127.0.0.2:0</bind><jmxName>other</jmxName>");

    @TempDir
    private static Path shared;

    @TempDir
    private Path home;
    private Path conf;

    /** Once, since keys take seconds. */
    @BeforeAll
    static void makeKeystore() throws Exception {
        new KeystoreCreator(new FileSystemImpl(new JamesServerResourceLoader(shared.toString())))
            .generateKeystore("file://keystore", SECRET, "PKCS12");
    }

    @BeforeEach
    void layOut() throws IOException {
        conf = Files.createDirectory(home.resolve("conf"));
        Path users = Files.writeString(conf.resolve("smtp-users"),
            "alice@localhost:{BCRYPT}$2a$05$abcdefghijklmnopqrstuuEYyTDPMHY1JlY1vcrNFMhOVcyVBGHcK\n");
        Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(conf.resolve("extensions.properties"), "guice.extension.module=org.smtpguard.james.GuardModule\n");
        Files.copy(shared.resolve("keystore"), conf.resolve("keystore"));
    }

    @Test
    void whatIsAsItShouldBeIsSaidSo() throws IOException {
        List<Finding> findings = check(SERVERS);

        assertThat(findings).extracting(Finding::severity).containsOnly(Severity.OK);
        assertThat(findings).extracting(Finding::element)
            .containsExactly("SequenceGuard", "backend apps", "Authentication", "guice.extension.module");
        assertThat(findings.get(1).place()).isEqualTo("127.0.0.1:0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<mode>enforce</mode> | <mode>strict</mode> | it can be enforce, observe or off",
        "<mode>enforce</mode> | <rule id=\"SEQ-NO\" mode=\"off\"/> | which is not a rule",
        "<mode>enforce</mode> | <mood>enforce</mood> | has an unknown element <mood>",
        "<mechanisms>PLAIN< | <mechanisms>CRAM-MD5< | names CRAM-MD5",
        "conf/smtp-users | conf/no-users | which does not exist",
        "FileBackend | NoBackend | names a class that is not on the class path",
        "startTLS=\"true\" | startTLS=\"false\" | no client can log in here",
        "</handlerchain> | <handler class=\"org.smtpguard.james.Authentication\"/></handlerchain> | is configured twice",
        "GuardHandlers\"> | GuardHandlers\"><handler class=\"org.smtpguard.james.SequenceGuard\"/> | is configured twice",
        "</file> | </file><timeout>soon</timeout> | which is not a duration"})
    void whatJamesWouldRefuseOrCouldNeverDoIsWrong(String before, String after, String sentence) throws IOException {
        List<Finding> wrong = of(Severity.WRONG, check(SERVERS.replace(before, after)));

        assertThat(wrong).isNotEmpty().anySatisfy(finding -> assertThat(finding.sentence()).contains(sentence));
    }

    @Test
    void aLineOfAFileThatCannotBeUsedIsWrongAndADoubtfulOneAWarning() throws IOException {
        Files.writeString(conf.resolve("smtp-users"), Files.readString(conf.resolve("smtp-users"))
            + "bob@localhost:hunter2\na@b@c:!\nx:\n");

        List<Finding> findings = check(SERVERS);
        assertThat(of(Severity.WRONG, findings)).hasSize(1).first().asString()
            .contains("backend apps: cannot use the file ", "smtp-users, line 2: the password does not say its scheme")
            .doesNotContain("hunter2");
        assertThat(of(Severity.WARNING, findings)).extracting(Finding::sentence)
            .anySatisfy(sentence -> assertThat(sentence).contains("smtp-users line 3: James accepts no user of this name"))
            .anySatisfy(sentence -> assertThat(sentence).contains("smtp-users line 4: its password field is empty"));
    }

    @Test
    void scramWithoutKeysIsDoubtfulAndWhatPlusIsBoundToIsSaid() throws IOException {
        List<Finding> findings = check(SERVERS.replace("<mechanisms>PLAIN", "<mechanisms>SCRAM-SHA-256 SCRAM-SHA-256-PLUS PLAIN"));

        assertThat(of(Severity.WARNING, findings)).anySatisfy(finding -> assertThat(finding.sentence())
            .contains("names SCRAM-SHA-256, but no user has keys for it: it is not announced"));
        assertThat(of(Severity.OK, findings)).anySatisfy(finding -> assertThat(finding.sentence())
            .contains("SCRAM-SHA-256-PLUS, which supports only the channel binding tls-server-end-point").contains("mutt"));
    }

    @Test
    void aMistakeAtOnePlaceDoesNotHideThoseAtOthers() throws IOException {
        List<Finding> wrong = of(Severity.WRONG, check("<smtpservers>" + PORT.replace("enforce", "strict").replace("smtp-users", "no-users")
            + OTHER.replace("PLAIN", "NOTHING") + "</smtpservers>"));

        assertThat(wrong.stream().map(Finding::place).collect(Collectors.toSet())).containsExactlyInAnyOrder("127.0.0.1:0",
            "127.0.0.2:0");
        assertThat(wrong).extracting(Finding::element).contains("SequenceGuard", "backend apps", "Authentication");
    }

    @Test
    void limitsOnGuessingThatDifferBetweenPortsAreWrong() throws IOException {
        String stricter = "</mechanisms><bruteForce><perUser failures=\"5\"/></bruteForce>";
        String other = OTHER;

        assertThat(of(Severity.WRONG, check("<smtpservers>" + PORT.replace("</mechanisms>", stricter) + other + "</smtpservers>")))
            .isEmpty();
        assertThat(of(Severity.WRONG, check("<smtpservers>" + PORT.replace("</mechanisms>", stricter)
            + other.replace("</mechanisms>", stricter.replace("5", "6")) + "</smtpservers>"))).singleElement().asString()
            .contains("127.0.0.2:0", "Authentication", "<bruteForce> differs from that of another port");
    }

    @Test
    void oneNameForTwoBackendsIsWrongAlsoOnTwoPorts() throws IOException {
        Files.copy(conf.resolve("smtp-users"), conf.resolve("others"));

        assertThat(of(Severity.WRONG, check("<smtpservers>" + PORT + OTHER.replace("smtp-users", "others") + "</smtpservers>")))
            .anySatisfy(finding -> assertThat(finding.sentence()).contains("has the same name as another backend with other settings"));
    }

    @Test
    void whatWorksAndIsDoubtfulIsAWarning() throws IOException {
        Files.setPosixFilePermissions(conf.resolve("smtp-users"), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(of(Severity.WARNING, check(SERVERS.replace(" coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\"", ""))))
            .extracting(Finding::sentence)
            .anySatisfy(sentence -> assertThat(sentence).contains("which every user of this machine may read"))
            .anySatisfy(sentence -> assertThat(sentence).contains("keeps James' own AUTH handler after Authentication"));
    }

    @Test
    void aModuleThatIsNotNamedIsWrong() throws IOException {
        Files.delete(conf.resolve("extensions.properties"));

        assertThat(of(Severity.WRONG, check(SERVERS))).singleElement()
            .satisfies(finding -> assertThat(finding.sentence()).contains("does not name org.smtpguard.james.GuardModule"));
    }

    @Test
    void aMisspeltModuleIsFoundOnce() throws IOException {
        Files.writeString(conf.resolve("extensions.properties"), "guice.extension.module=org.smtpguard.james.GuardsModule\n");

        assertThat(of(Severity.WRONG, check(SERVERS))).singleElement().satisfies(finding -> assertThat(finding.sentence())
            .startsWith("names org.smtpguard.james.GuardsModule, which is not on the class path"));
    }

    @Test
    void aBackendWhoseOtherSideIsAwayIsWrongAndItsPasswordIsNotTold() throws IOException {
        List<Finding> findings = check(SERVERS.replace("<backend class=\"FileBackend\"", "<backend class=\"LdapBackend\" name=\"corp\">"
            + "<url>ldap://127.0.0.1:1</url><baseDn>dc=example</baseDn><filter>(mail={user})</filter><bindDn>cn=james</bindDn>"
            + "<bindPassword>" + PASSWORD + "</bindPassword></backend><backend class=\"FileBackend\""));

        assertThat(of(Severity.WRONG, findings)).singleElement().satisfies(finding -> {
            assertThat(finding.element()).isEqualTo("backend corp");
            assertThat(finding.sentence()).startsWith("is unavailable: ");
        });
        assertThat(findings.toString()).doesNotContain(PASSWORD);
    }

    @Test
    void jamesOwnUsersAreNotThereToBeAsked() throws IOException {
        assertThat(check(SERVERS.replace("<backend class=\"FileBackend\"",
            "<backend class=\"JamesBackend\" name=\"own\"/><backend class=\"FileBackend\""))).anySatisfy(finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.OK);
                assertThat(finding.sentence()).contains("not checked here");
            });
    }

    @Test
    void aPortWithoutTheGuardIsLeftAlone() throws IOException {
        assertThat(check("<smtpservers><smtpserver><bind>127.0.0.1:0</bind><handlerchain/></smtpserver></smtpservers>")).singleElement()
            .satisfies(finding -> assertThat(finding.sentence()).isEqualTo("has no handler of the guard."));
    }

    @Test
    void whatIsNoXmlAndWhatIsNotThereIsWrong() throws IOException {
        assertThat(of(Severity.WRONG, check("<smtpservers>"))).singleElement()
            .satisfies(finding -> assertThat(finding.sentence()).startsWith("cannot be read as XML: "));
        assertThat(ConfigurationCheck.of(conf.resolve("none.xml")).findings()).singleElement()
            .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.WRONG));
    }

    private List<Finding> check(String xml) throws IOException {
        return ConfigurationCheck.of(Files.writeString(conf.resolve("smtpserver.xml"), xml)).findings();
    }

    private static List<Finding> of(Severity severity, List<Finding> findings) {
        return findings.stream().filter(finding -> finding.severity() == severity).collect(Collectors.toList());
    }
}
