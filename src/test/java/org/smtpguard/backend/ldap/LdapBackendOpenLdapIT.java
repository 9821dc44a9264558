package org.smtpguard.backend.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.RDN;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.LdapDirectory;
import org.smtpguard.it.server.SelfSigned;

/** Against OpenLDAP, where slapd is installed. What takes a directory that does as the test says is in {@link LdapBackendTest}. */
@Timeout(120)
class LdapBackendOpenLdapIT {
    private static final String USER = CredentialBackendContract.USER;
    private static final String PASSWORD = CredentialBackendContract.PASSWORD;
    private static final String WRONG_PASSWORD = CredentialBackendContract.WRONG_PASSWORD;
    private static final String POLICY = "cn=policy," + LdapDirectory.BASE;

    @TempDir
    static Path directory;

    private static Path certificate;
    private static Slapd slapd;

    @BeforeAll
    static void start() throws Exception {
        SelfSigned key = SelfSigned.naming("localhost");
        certificate = key.certificateTo(directory.resolve("trusted.pem"));
        slapd = Slapd.start(Files.createDirectory(directory.resolve("slapd")), key, String.join("\n",
            entry(LdapDirectory.BASE, "objectClass: domain"),
            entry(LdapDirectory.SERVICE, "objectClass: device", "objectClass: simpleSecurityObject",
                "userPassword: " + LdapDirectory.SERVICE_PASSWORD),
            entry(POLICY, "objectClass: device", "objectClass: pwdPolicy", "pwdAttribute: userPassword", "pwdMaxFailure: 3",
                "pwdLockout: TRUE", "pwdMaxAge: 100000000", "pwdMustChange: TRUE"),
            entry(LdapDirectory.PEOPLE, "objectClass: organizationalUnit"),
            person("alice"),
            person("locked", "pwdPolicySubentry: " + POLICY, "pwdAccountLockedTime: 000001010000Z"),
            person("marked", "pwdAccountLockedTime: 000001010000Z"),
            person("forgetful", "pwdPolicySubentry: " + POLICY),
            person("reset", "pwdPolicySubentry: " + POLICY, "pwdReset: TRUE"),
            person("expired", "pwdPolicySubentry: " + POLICY, "pwdChangedTime: 20000101000000Z"),
            entry("uid=passwordless," + LdapDirectory.PEOPLE, "objectClass: account")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (slapd != null) {
            slapd.close();
        }
    }

    private static String person(String uid, String... attributes) throws Exception {
        List<String> all = new ArrayList<>(List.of(attributes));
        all.addAll(List.of("objectClass: inetOrgPerson", "cn: somebody", "sn: somebody", "mail: " + uid + "@localhost",
            "userPassword: " + PASSWORD));
        return entry("uid=" + uid + "," + LdapDirectory.PEOPLE, all.toArray(new String[0]));
    }

    private static String entry(String dn, String... attributes) throws Exception {
        RDN rdn = new DN(dn).getRDN();
        Entry entry = new Entry(dn);
        entry.addAttribute(rdn.getAttributeNames()[0], rdn.getAttributeValues()[0]);
        for (String attribute : attributes) {
            entry.addAttribute(attribute.split(": ", 2)[0], attribute.split(": ", 2)[1]);
        }
        return entry.toLDIFString();
    }

    @Nested
    @DisplayName("search, then bind, under TLS from the start")
    class SearchThenBind implements CredentialBackendContract {
        @Override
        public CredentialBackend backend(Workers workers) {
            return new LdapBackend(settings(search()), workers);
        }
    }

    @Nested
    @DisplayName("direct bind, by STARTTLS")
    class DirectBind implements CredentialBackendContract {
        @Override
        public CredentialBackend backend(Workers workers) {
            return new LdapBackend(settings(direct()), workers);
        }

        /** OpenLDAP tells nobody whether it was the name or the password, as RFC 4511 4.2.2 wants it. */
        @Test
        @Override
        public void knowsNoStranger() throws Exception {
            assertThat(ask(direct(), STRANGER, PASSWORD).kind()).isEqualTo(Kind.REFUSED);
            assertThat(ask(direct(), "", PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
        }
    }

    @ParameterizedTest
    @MethodSource({"org.smtpguard.backend.ldap.LdapBackendTest#oddNames", "org.smtpguard.backend.ldap.LdapBackendTest#blurredNames"})
    void anOddNameIsNobodysAndNoFault(String name) throws Exception {
        assertThat(ask(search(), name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(ask(with(search(), "filter", "(uid={user})"), name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
        for (String attribute : List.of("uid", "mail", "cn")) {
            String dn = attribute + "={user}," + LdapDirectory.PEOPLE;
            assertThat(ask(with(direct(), "userDn", dn), name, PASSWORD).kind().isRefusal()).as("in a DN, as %s", attribute).isTrue();
        }
    }

    @Test
    void aDnThatTheServerDoesNotTakeIsNobodysWrongPassword() throws Exception {
        assertThat(ask(with(direct(), "userDn", "nosuchattribute={localpart}," + LdapDirectory.PEOPLE), USER, PASSWORD).kind())
            .isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void aWrongPasswordIsCountedOnceByTheDirectory() throws Exception {
        for (Map<String, String> settings : List.of(search(), direct())) {
            for (int i = 0; i < 3; i++) {
                assertThat(ask(settings, "forgetful@localhost", WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                assertThat(ask(settings, "forgetful@localhost", WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
                // Three in a row would have locked the account; this one takes the two back.
                assertThat(ask(settings, "forgetful@localhost", PASSWORD).kind()).isEqualTo(Kind.ACCEPTED);
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"reset, EXPIRED", "expired, EXPIRED", "locked, DISABLED", "passwordless, REFUSED"})
    void theDirectorysPolicyIsToldApart(String user, Kind kind) throws Exception {
        assertThat(ask(with(search(), "filter", "(uid={localpart})"), user, PASSWORD).kind()).isEqualTo(kind);
        assertThat(ask(direct(), user, PASSWORD).kind()).isEqualTo(kind);
    }

    @Test
    void anAccountMayBeDisabledByAnOperationalAttribute() throws Exception {
        for (Map<String, String> settings : List.of(search(), direct())) {
            assertThat(ask(settings, "marked@localhost", PASSWORD).kind()).isEqualTo(Kind.ACCEPTED);
            with(settings, "disabledAttribute", "pwdAccountLockedTime");

            assertThat(ask(settings, "marked@localhost", PASSWORD).kind()).isEqualTo(Kind.DISABLED);
            assertThat(ask(settings, USER, PASSWORD).kind()).isEqualTo(Kind.ACCEPTED);
        }
    }

    @Test
    void aUserGoesOnByTheNameInTheEntry() throws Exception {
        assertThat(ask(with(direct(), "usernameAttribute", "mail"), "alice@elsewhere", PASSWORD))
            .isEqualTo(CredentialResult.accepted(USER));
        assertThat(ask(with(search(), "filter", "(uid={localpart})", "usernameAttribute", "mail"), "ALICE", PASSWORD))
            .isEqualTo(CredentialResult.accepted(USER));
    }

    @Test
    void aCheckAsksForNobody() throws Exception {
        assertThat(check(search())).isEmpty();
        assertThat(check(direct())).isEmpty();
        assertThat(check(with(search(), "bindPassword", "wrong")))
            .contains("the bind as <bindDn> at " + slapd.tlsUrl() + ": invalid credentials (49)");
        assertThat(check(with(search(), "baseDn", "ou=nowhere," + LdapDirectory.BASE)))
            .contains("reading <baseDn> at " + slapd.tlsUrl() + ": no such object (32)");
    }

    @Test
    void aDirectoryThatDiesUnderLoadAndComesBackMakesNoPasswordWrong() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<LdapBackend> backends = new ArrayList<>();
        for (Map<String, String> settings : List.of(search(), direct())) {
            backends.add(new LdapBackend(settings(settings), TestWorkers.on(pool)));
        }
        try {
            List<CompletableFuture<CredentialResult>> answers = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                answers.add(backends.get(i % 2).verify(Credentials.of(USER, Secret.of(PASSWORD))).toCompletableFuture());
                if (i % 200 == 100) {
                    // Some have been answered, and the others are under way.
                    answers.get(i / 2).get(60, TimeUnit.SECONDS);
                    slapd.kill();
                }
                if (i % 200 == 199) {
                    answers.get(i).get(60, TimeUnit.SECONDS);
                    slapd.startAgain();
                }
            }
            for (CompletableFuture<CredentialResult> answer : answers) {
                assertThat(answer.get(60, TimeUnit.SECONDS).kind()).isIn(Kind.ACCEPTED, Kind.UNAVAILABLE);
            }
            assertThat(answers.stream().map(answer -> answer.join().kind())).contains(Kind.ACCEPTED, Kind.UNAVAILABLE);
            for (LdapBackend backend : backends) {
                assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
                assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
            }
        } finally {
            backends.forEach(LdapBackend::close);
            pool.shutdownNow();
        }
    }

    private static Map<String, String> search() {
        return with(new TreeMap<>(), "url", slapd.tlsUrl(), "trustStore", "file://" + certificate, "baseDn", LdapDirectory.PEOPLE,
            "filter", "(mail={user})", "bindDn", LdapDirectory.SERVICE, "bindPassword", LdapDirectory.SERVICE_PASSWORD, "timeout", "30s");
    }

    private static Map<String, String> direct() {
        return with(new TreeMap<>(), "url", slapd.url(), "startTls", "true", "trustStore", "file://" + certificate,
            "userDn", "uid={localpart}," + LdapDirectory.PEOPLE, "timeout", "30s");
    }

    private static Map<String, String> with(Map<String, String> settings, String... elements) {
        for (int i = 0; i < elements.length; i += 2) {
            settings.put(elements[i], elements[i + 1]);
        }
        return settings;
    }

    private static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("LdapBackend", "corp", elements, url -> Path.of(url.substring("file://".length())));
    }

    private static Optional<String> check(Map<String, String> settings) throws Exception {
        try (LdapBackend backend = new LdapBackend(settings(settings), TestWorkers.direct())) {
            return backend.check().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
    }

    private static CredentialResult ask(Map<String, String> settings, String user, String password) throws Exception {
        try (LdapBackend backend = new LdapBackend(settings(settings), TestWorkers.direct())) {
            return ask(backend, user, password);
        }
    }

    private static CredentialResult ask(CredentialBackend backend, String user, String password) throws Exception {
        return backend.verify(Credentials.of(user, Secret.of(password))).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
