package org.smtpguard.james.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.apache.james.filesystem.api.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Workers;
import org.smtpguard.james.Xml;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.config.DelegationRule;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.event.GuardMetrics;

class AuthenticationSettingsTest {
    private static final String HANDLER = "<handler class=\"org.smtpguard.james.Authentication\">";
    private static final String APPS = "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/users</file></backend>";
    private static final String HASH = "$2y$10$jJdRNsE7MnP7NVRl9G1xquuMEg4BENm28GMDyL3HYnFT8CU5h.QPq";

    @TempDir
    private Path home;
    private Backends backends;

    @BeforeEach
    void layOut() throws IOException {
        Files.writeString(home.resolve("users"), "alice@localhost:" + HASH + "\n");
        Files.writeString(home.resolve("others"), "bob@localhost:" + HASH + "\n");
        Files.writeString(home.resolve("twice"), "alice@localhost:" + HASH + "\n\nALICE@localhost:" + HASH + "\n");
        Files.writeString(home.resolve("malformed"), "# nobody\nalice@localhost\n");
        backends = new Backends(new ConfDirectory(home), new GuardPools(), LocalUsers.none(), GuardMetrics.unread(), GuardSecret.random());
    }

    @Test
    void offersPlainAndLoginUnlessOthersAreNamedAndTheStrongestFirst() {
        assertThat(parse(APPS).mechanisms()).containsExactly("PLAIN", "LOGIN");
        assertThat(parse("<mechanisms>login, scram-sha-256 plain LOGIN SCRAM-SHA-256-PLUS</mechanisms>" + APPS).mechanisms())
            .containsExactly("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN");
    }

    @Test
    void theOldFormIsAnnouncedOnlyOnDemand() {
        assertThat(parse(APPS).announcesOldForm()).isFalse();
        assertThat(parse("<mechanisms oldForm=\"true\">PLAIN</mechanisms>" + APPS).announcesOldForm()).isTrue();
    }

    @Test
    void whoMayActAsWhomIsAskedOfJamesUnlessToldOtherwise() {
        assertThat(parse(APPS).queriesJamesForDelegation()).isTrue();
        assertThat(parse("<delegation>none</delegation>" + APPS).queriesJamesForDelegation()).isFalse();
        assertThat(parse(APPS).delegationRules()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Admin@example.org, *@example.org, admin@example.org, bob@example.org, true",
        "admin@example.org, *@EXAMPLE.org, admin@example.org, bob@sub.example.org, false",
        "admin@example.org, *@example.org, alice@example.org, bob@example.org, false",
        "*@staff.example, shared@example.org, alice@staff.example, shared@example.org, true",
        "*@staff.example, shared@example.org, alice@staff.example, bob@example.org, false",
        "admin, bob, admin, bob, true",
    })
    void aRuleNamesUsersOrWholeDomains(String user, String as, String who, String other, boolean allowed) {
        DelegationRule rule = parse("<delegate user=\"" + user + "\" as=\"" + as + "\"/>" + APPS).delegationRules().get(0);

        assertThat(rule.allows(who, other)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "<delegation>all</delegation> | <delegation> in " + HANDLER + " has \"all\"; it can be james or none.",
        "<delegate user=\"a\"/> | <delegate> in " + HANDLER + " needs an attribute as=\"…\".",
        "<delegate user=\"*\" as=\"b\"/> | <delegate> in " + HANDLER + " has user=\"*\"; it can be a user, such as alice@example.org, or "
            + "*@example.org for all users of a domain.",
        "<delegate user=\"a@b@c\" as=\"b\"/> | <delegate> in " + HANDLER
            + " has user=\"a@b@c\", which is not a valid user name in James.",
        "<mechanisms oldForm=\"yes\">PLAIN</mechanisms> | <mechanisms> in " + HANDLER + " has oldForm=\"yes\"; it can be true or false.",
    })
    void aMistakeInWhoMayDoWhatIsNamed(String xml, String sentence) {
        assertThatThrownBy(() -> parse(xml + APPS)).isInstanceOf(InvalidConfigurationException.class).hasMessage(sentence);
    }

    @Test
    void scramNeedsBackendsThatHaveKeys() {
        String onlyYesOrNo = "<backend class=\"" + YesOrNo.class.getName() + "\" name=\"directory\"/>";

        assertThatThrownBy(() -> parse("<mechanisms>PLAIN SCRAM-SHA-256</mechanisms>" + APPS + onlyYesOrNo))
            .isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("offers SCRAM-SHA-256, for which <backend name=\"directory\"> has no keys");
        assertThat(parse("<mechanisms>PLAIN</mechanisms>" + APPS + onlyYesOrNo).mechanisms()).containsExactly("PLAIN");
    }

    @Test
    void whatABackendRelaysMayBeOfferedBeforeWhatSendsThePassword() {
        AuthenticationSettings settings = parse("<mechanisms>LOGIN CRAM-MD5 scram-sha-1 EXTERNAL PLAIN</mechanisms>" + relaying("elsewhere",
            "CRAM-MD5 SCRAM-SHA-1 DIGEST-MD5"));

        assertThat(settings.mechanisms()).containsExactly("EXTERNAL", "CRAM-MD5", "SCRAM-SHA-1", "PLAIN", "LOGIN");
        assertThat(settings.relayOf("CRAM-MD5").orElseThrow().name()).isEqualTo("elsewhere");
        assertThat(settings.relayOf("PLAIN")).isEmpty();
        assertThat(settings.relayOf("DIGEST-MD5")).isEmpty();
    }

    @Test
    void scramThatIsRelayedNeedsNoKeys() {
        AuthenticationSettings settings = parse("<mechanisms>PLAIN SCRAM-SHA-256</mechanisms>" + relaying("elsewhere", "SCRAM-SHA-256")
            + APPS);

        assertThat(settings.mechanisms()).containsExactly("SCRAM-SHA-256", "PLAIN");
        assertThat(settings.relayOf("SCRAM-SHA-256")).isPresent();
        assertThatThrownBy(() -> parse("<mechanisms>SCRAM-SHA-256 SCRAM-SHA-512</mechanisms>" + relaying("elsewhere", "SCRAM-SHA-256")))
            .isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("offers SCRAM-SHA-512, for which <backend name=\"elsewhere\"> has no keys");
    }

    @Test
    void aMechanismIsRelayedByOneBackendAlone() {
        String two = relaying("one", "CRAM-MD5") + relaying("two", "CRAM-MD5");

        assertThatThrownBy(() -> parse("<mechanisms>CRAM-MD5</mechanisms>" + two)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessage("<mechanisms> in " + HANDLER + " names CRAM-MD5, which <backend name=\"one\"> and <backend name=\"two\"> relay; "
                + "remove it from one of them.");
        assertThat(parse("<mechanisms>PLAIN</mechanisms>" + two).mechanisms()).containsExactly("PLAIN");
    }

    private static String relaying(String name, String mechanisms) {
        return "<backend class=\"DovecotBackend\" name=\"" + name + "\"><address>localhost:12345</address><relay>" + mechanisms
            + "</relay></backend>";
    }

    @Test
    void backendsAreAskedInTheOrderWritten() {
        assertThat(parse(APPS + APPS.replace("apps", "others")).backends().links()).extracting(link -> link.backend().name())
            .containsExactly("apps", "others");
    }

    @Test
    void portsThatDeclareTheSameBackendShareOneUntilTheLastIsGone() {
        BackendChain.Link first = parse(APPS).backends().links().get(0);
        BackendChain.Link second = parse(APPS).backends().links().get(0);

        assertThat(second.backend()).isSameAs(first.backend());
        backends.release(first.backend());
        assertThat(parse(APPS).backends().links().get(0).backend()).isSameAs(first.backend());
        backends.release(first.backend());
        backends.release(second.backend());
        assertThat(parse(APPS).backends().links().get(0).backend()).isNotSameAs(first.backend());
    }

    @Test
    void aBackendThatWantsTheServersOwnUsersGetsThem() {
        CredentialBackend own = parse("<backend class=\"JamesBackend\" name=\"own\"/>").backends().links().get(0).backend();

        assertThat(own).as("with its safeguards around it").hasToString("JamesBackend own");
        assertThat(own.timeLimit()).hasSeconds(10);
    }

    @Test
    void aMistakeFurtherDownGivesBackTheBackendsAboveIt() {
        assertThatThrownBy(() -> parse(APPS + "<backend class=\"NoBackend\" name=\"x\"/>"))
            .isInstanceOf(InvalidConfigurationException.class);

        // Were it still taken, its name could not be given to another.
        assertThat(parse(APPS.replace("conf/users", "conf/others")).backends().links()).hasSize(1);
    }

    @Test
    void oneNameMeansOneBackend() {
        parse(APPS);

        assertThatThrownBy(() -> parse(APPS.replace("conf/users", "conf/others"))).isInstanceOf(InvalidConfigurationException.class)
            .hasMessage("<backend class=\"FileBackend\" name=\"apps\"> has the same name as another backend with other settings; "
                + "give each a unique name.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`` | HANDLER needs at least one <backend class=\"FileBackend\" name=\"…\">.",
        "<backends/> | HANDLER has an unknown element <backends>; known here: <backend>, <bruteForce>, <clientCertificate>, <delegate>, "
            + "<delegation>, <mechanisms>.",
        "<mechanisms>PLAIN CRAM-MD5</mechanisms>" + APPS + " | <mechanisms> in HANDLER names CRAM-MD5, which is unknown and relayed by no "
            + "backend; known are SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-512 SCRAM-SHA-256 EXTERNAL PLAIN LOGIN.",
        "<mechanisms/> | <mechanisms> in HANDLER names no mechanism; leave it out for PLAIN LOGIN, or name some of SCRAM-SHA-512-PLUS",
        "<clientCertificate name=\"dn\"/> | <clientCertificate> in HANDLER has name=\"dn\"; it can be email or cn.",
        "<backend name=\"x\"/> | <backend> in HANDLER needs an attribute class=",
        "<backend class=\"FileBackend\"/> | <backend> in HANDLER needs an attribute name=",
        "<backend class=\"FileBackend\" name=\"x\" onRefuse=\"stop\"/> | "
            + "<backend> in HANDLER has an unknown attribute onRefuse; known here: ",
        "<backend class=\"FileBackend\" name=\"x\" onRefused=\"halt\"/> | "
            + "<backend> in HANDLER has onRefused=\"halt\"; it can be next or stop.",
        "<backend class=\"NoBackend\" name=\"x\"/> | "
            + "<backend class=\"NoBackend\" name=\"x\"> names a class that is not on the class path; ",
        "<backend class=\"java.lang.String\" name=\"x\"/> | <backend class=\"java.lang.String\" name=\"x\"> names a class that is not a ",
        "<backend class=\"FileBackend\" name=\"x\"/> | <backend class=\"FileBackend\" name=\"x\"> needs an element <file>.",
        "<backend class=\"JamesBackend\" name=\"x\"><file>a</file></backend> | "
            + "<backend class=\"JamesBackend\" name=\"x\"> has an unknown element <file>; ",
        "<backend class=\"FileBackend\" name=\"x\"><path>a</path></backend> | "
            + "<backend class=\"FileBackend\" name=\"x\"> has an unknown element <path>; ",
        "<backend class=\"FileBackend\" name=\"x\"><file>file://conf/users</file><file>b</file></backend> | "
            + "<backend> in HANDLER has <file> twice; keep one.",
        "<backend class=\"FileBackend\" name=\"x\"><file>file://conf/nothing</file></backend> | "
            + "<backend class=\"FileBackend\" name=\"x\"> cannot use the file",
        "<backend class=\"FileBackend\" name=\"x\"><file>users</file></backend> | "
            + "<backend class=\"FileBackend\" name=\"x\"> has <file>users</file>, which cannot be resolved"})
    void theMessageOfAMistakeNamesTheElementAndTheFix(String content, String sentence) {
        assertThatThrownBy(() -> parse(content)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith(sentence.replace("HANDLER", HANDLER));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "<timeout>soon</timeout> | APPS has <timeout>soon</timeout>, which is not a duration; write for example 500ms, 2s, 5m or 1h.",
        "<timeout>${env:NOT_SET_ANYWHERE}</timeout> | APPS has in <timeout> ${env:NOT_SET_ANYWHERE}, a variable that is not set; "
            + "set it in the environment of James.",
        "<concurrency max=\"0\"/> | APPS has max=\"0\" in <concurrency>; it must be a whole number from 1 to 10000.",
        "<concurrency queue=\"-1\"/> | APPS has queue=\"-1\" in <concurrency>; it must be a whole number from 0 to 100000.",
        "<concurrency most=\"1\"/> | <concurrency> in APPS has an unknown attribute most; known here: max, queue.",
        "<concurrency>10</concurrency> | APPS has text in <concurrency>, which has only attributes.",
        "<concurrency/><concurrency/> | <backend> in HANDLER has <concurrency> twice; keep one.",
        "<circuitBreaker failures=\"1001\"/> | APPS has failures=\"1001\" in <circuitBreaker>; it must be a whole number from 0 to 1000.",
        "<circuitBreaker retryAfter=\"0s\"/> | APPS has retryAfter=\"0s\" in <circuitBreaker>, which is not a duration; "
            + "write for example 500ms, 2s, 5m or 1h.",
        "<circuitBreaker off=\"true\"/> | <circuitBreaker> in APPS has an unknown attribute off; known here: failures, retryAfter.",
        "<cache accepted=\"x\"/> | APPS has accepted=\"x\" in <cache>, which is not a duration; write for example 500ms, 2s, 5m or 1h.",
        "<cache refused=\"x\"/> | APPS has refused=\"x\" in <cache>, which is not a duration; write for example 500ms, 2s, 5m or 1h.",
        "<cache stale=\"x\"/> | APPS has stale=\"x\" in <cache>, which is not a duration; write for example 500ms, 2s, 5m or 1h.",
        "<cache entries=\"0\"/> | APPS has entries=\"0\" in <cache>; it must be a whole number from 1 to 10000000.",
        "<cache><accepted>5m</accepted></cache> | <cache> in APPS has an unknown element <accepted>; known here: none.",
        "<file timeout=\"5s\">x</file> | <file> in APPS has an unknown attribute timeout; known here: none.",
    })
    void theMessageOfAMistakeAroundABackendNamesTheElementAndTheFix(String content, String sentence) {
        assertThatThrownBy(() -> parse(APPS.replace("<file>", content + "<file>"))).isInstanceOf(InvalidConfigurationException.class)
            .hasMessage(sentence.replace("APPS", "<backend class=\"FileBackend\" name=\"apps\">").replace("HANDLER", HANDLER));
    }

    @Test
    void portsShareABackendOnlyIfWhatStandsAroundItIsTheSame() {
        String cached = APPS.replace("<file>", "<timeout>3s</timeout><cache accepted=\"1m\"/><file>");
        BackendChain.Link first = parse(cached).backends().links().get(0);

        assertThat(first.backend().timeLimit()).isEqualTo(Duration.ofSeconds(3));
        assertThat(parse(cached).backends().links().get(0).backend()).isSameAs(first.backend());
        assertThatThrownBy(() -> parse(cached.replace("1m", "2m"))).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("has the same name as another backend with other settings");
    }

    @Test
    void aLineOfTheFileThatCannotBeUsedIsNamedByItsNumberAndStopsTheStartOnlyIfAllAreSuch() {
        assertThat(parse(APPS.replace("conf/users", "conf/twice")).backends().links().get(0).backend().flaw().orElseThrow())
            .contains("line 3: its user is already in line 1; remove one of the two");
        assertThatThrownBy(() -> parse(APPS.replace("name=\"apps\"", "name=\"malformed\"").replace("conf/users", "conf/malformed")))
            .isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("<backend class=\"FileBackend\" name=\"malformed\"> cannot use the file ")
            .hasMessageContaining("malformed, line 2: it is not of the form user:{SCHEME}hash");
    }

    private AuthenticationSettings parse(String content) {
        return AuthenticationSettings.parse(Xml.handler(NamedClass.AUTHENTICATION, content), backends);
    }

    /** What James' file system makes of {@code file://conf/x}. */
    private static final class ConfDirectory implements FileSystem {
        private static final String CONF = "file://conf/";

        private final Path directory;

        private ConfDirectory(Path directory) {
            this.directory = directory;
        }

        @Override
        public InputStream getResource(String url) throws IOException {
            return Files.newInputStream(getFile(url).toPath());
        }

        @Override
        public File getFile(String url) throws FileNotFoundException {
            if (!url.startsWith(CONF)) {
                throw new FileNotFoundException(url);
            }
            return directory.resolve(url.substring(CONF.length())).toFile();
        }

        @Override
        public File getBasedir() {
            return directory.toFile();
        }
    }

    /** As a directory that is asked by a bind: it judges passwords and gives no keys away. */
    public static final class YesOrNo implements CredentialBackend {
        public YesOrNo(BackendSettings settings, Workers workers) {
            settings.only();
        }

        @Override
        public String name() {
            return "directory";
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            return CompletableFuture.completedFuture(CredentialResult.unknown());
        }
    }
}
