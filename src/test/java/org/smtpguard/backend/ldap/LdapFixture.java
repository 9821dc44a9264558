package org.smtpguard.backend.ldap;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.it.server.LdapDirectory;

/** A directory with alice, and backends that ask it. */
abstract class LdapFixture {
    static final String USER = CredentialBackendContract.USER;
    static final String PASSWORD = CredentialBackendContract.PASSWORD;
    static final String WRONG_PASSWORD = CredentialBackendContract.WRONG_PASSWORD;
    static final String STRANGER = CredentialBackendContract.STRANGER;

    @TempDir
    Path temporary;

    /** Closed when the test is over. */
    final List<AutoCloseable> opened = new ArrayList<>();
    /** What the backend takes for the time, in nanoseconds. */
    final AtomicLong clock = new AtomicLong();
    LdapDirectory directory;

    @BeforeEach
    void start() throws Exception {
        directory = opened(withAlice(LdapDirectory.start()));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    Map<String, String> search() {
        return with(new TreeMap<>(), "url", directory.url(), "baseDn", LdapDirectory.PEOPLE,
            "filter", "(&(objectClass=inetOrgPerson)(mail={user}))", "bindDn", LdapDirectory.SERVICE,
            "bindPassword", LdapDirectory.SERVICE_PASSWORD);
    }

    Map<String, String> direct() {
        return with(new TreeMap<>(), "url", directory.url(), "userDn", "uid={localpart},ou=people,dc=example,dc=org");
    }

    static Map<String, String> with(Map<String, String> settings, String... elements) {
        for (int i = 0; i < elements.length; i += 2) {
            settings.put(elements[i], elements[i + 1]);
        }
        return settings;
    }

    static BackendSettings settings(Map<String, String> elements) {
        return new BackendSettings("LdapBackend", "corp", elements, url -> Path.of(url.substring("file://".length())));
    }

    LdapBackend backend(Map<String, String> elements) {
        return opened(new LdapBackend(settings(elements), TestWorkers.direct(), clock::get));
    }

    <T extends AutoCloseable> T opened(T one) {
        opened.add(one);
        return one;
    }

    static LdapDirectory withAlice(LdapDirectory directory) throws Exception {
        return directory.add("alice", USER, PASSWORD);
    }

    static CredentialResult ask(CredentialBackend backend, String user, String password) throws Exception {
        return backend.verify(Credentials.of(user, Secret.of(password))).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
