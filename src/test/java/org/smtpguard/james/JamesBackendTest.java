package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.security.DigestException;
import java.security.MessageDigestSpi;
import java.security.Provider;
import java.security.Security;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.james.core.Username;
import org.apache.james.dnsservice.api.DNSService;
import org.apache.james.domainlist.lib.DomainListConfiguration;
import org.apache.james.domainlist.memory.MemoryDomainList;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.UsersRepositoryException;
import org.apache.james.user.lib.UsersDAO;
import org.apache.james.user.lib.UsersRepositoryImpl;
import org.apache.james.user.memory.MemoryUsersRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.james.JamesBackend;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.james.backends.JamesUsers;

/** Upon James' own repository in memory, which hashes as those in databases do. */
class JamesBackendTest implements CredentialBackendContract {
    @Override
    public CredentialBackend backend(Workers workers) throws Exception {
        return backend(workers, repositoryWith(USER, PASSWORD));
    }

    @Test
    void withoutVirtualHostingUsersHaveNoDomain() throws Exception {
        MemoryUsersRepository users = MemoryUsersRepository.withoutVirtualHosting(domains());
        users.addUser(Username.of("alice"), PASSWORD);

        assertThat(ask(users, "Alice", PASSWORD)).isEqualTo(CredentialResult.accepted("alice"));
        assertThat(ask(users, USER, PASSWORD).kind()).isEqualTo(CredentialResult.Kind.UNKNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "alice@elsewhere.example", "alice@", "@localhost", "alice@localhost@localhost"})
    void withVirtualHostingTheWholeAddressIsTheName(String name) throws Exception {
        assertThat(ask(repositoryWith(USER, PASSWORD), name, PASSWORD).kind()).isEqualTo(CredentialResult.Kind.UNKNOWN);
    }

    @Test
    void aNameLongerThanJamesTakesIsNobodys() throws Exception {
        assertThat(ask(repositoryWith(USER, PASSWORD), "a".repeat(300) + "@localhost", PASSWORD).kind())
            .isEqualTo(CredentialResult.Kind.UNKNOWN);
    }

    @Test
    void aStrangerCostsAsManyHashesAsAWrongPassword() throws Exception {
        try (CountedHashes hashes = new CountedHashes()) {
            LocalUsers users = new JamesUsers(repositoryHashingBy(CountedHashes.ALGORITHM), InstallationSecret.random());
            hashes.count.set(0);

            users.verify(USER, Secret.of(WRONG_PASSWORD));
            assertThat(hashes.count.getAndSet(0)).isOne();

            users.verify(STRANGER, Secret.of(WRONG_PASSWORD));
            assertThat(hashes.count.getAndSet(0)).isOne();
        }
    }

    @Test
    void aStrangerCostsThatFromTheFirstLogInOn() throws Exception {
        try (CountedHashes hashes = new CountedHashes()) {
            LocalUsers users = new JamesUsers(repositoryHashingBy(CountedHashes.ALGORITHM), InstallationSecret.random());
            hashes.count.set(0);

            users.verify(STRANGER, Secret.of(WRONG_PASSWORD));
            assertThat(hashes.count.get()).isOne();
        }
    }

    @Test
    void aRepositoryThatFailsIsUnavailableAndTellsNoSecret() throws Exception {
        UsersRepository down = new UsersRepositoryImpl<>(domains(), mock(UsersDAO.class, call -> {
            throw new UsersRepositoryException("cannot check " + PASSWORD);
        }));

        CredentialResult result = ask(down, USER, PASSWORD);
        assertThat(result.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
        assertThat(result.reason()).isEqualTo("James' users repository cannot be queried: " + UsersRepositoryException.class.getName());
    }

    @Test
    void theCheckTellsWhetherTheRepositoryAnswers() throws Exception {
        UsersRepository down = new UsersRepositoryImpl<>(domains(), mock(UsersDAO.class, call -> {
            throw new UsersRepositoryException("down");
        }));

        assertThat(check(repositoryWith(USER, PASSWORD))).isEmpty();
        assertThat(check(down)).contains("James' users repository cannot be queried: " + UsersRepositoryException.class.getName());
    }

    private static Optional<String> check(UsersRepository users) throws Exception {
        try (CredentialBackend backend = backend(TestWorkers.direct(), users)) {
            return backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private static CredentialResult ask(UsersRepository users, String name, String password) throws Exception {
        try (CredentialBackend backend = backend(TestWorkers.direct(), users)) {
            return backend.verify(Credentials.of(name, Secret.of(password))).toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private static CredentialBackend backend(Workers workers, UsersRepository users) {
        BackendSettings settings = new BackendSettings("JamesBackend", "own", Map.of(), url -> {
            throw new IllegalArgumentException(url);
        });
        return new JamesBackend(settings, workers, new JamesUsers(users, InstallationSecret.random()));
    }

    private static UsersRepository repositoryWith(String name, String password) throws Exception {
        MemoryUsersRepository users = MemoryUsersRepository.withVirtualHosting(domains());
        users.addUser(Username.of(name), password);
        return users;
    }

    private static UsersRepository repositoryHashingBy(String algorithm) throws Exception {
        MemoryUsersRepository users = MemoryUsersRepository.withVirtualHosting(domains());
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.setProperty("algorithm", algorithm);
        configuration.setProperty("enableVirtualHosting", true);
        users.configure(configuration);
        users.addUser(Username.of(USER), PASSWORD);
        return users;
    }

    /** The domain {@code localhost} alone, which is James' own default. */
    static MemoryDomainList domains() throws Exception {
        MemoryDomainList domains = new MemoryDomainList(mock(DNSService.class));
        domains.configure(DomainListConfiguration.builder().autoDetect(false).autoDetectIp(false).build());
        return domains;
    }

    /** A hash function that is known to the whole JVM while it is open, and counts what is hashed. */
    private static final class CountedHashes extends Provider implements AutoCloseable {
        private static final String ALGORITHM = "COUNTED";
        private static final long serialVersionUID = 1;

        private final AtomicInteger count = new AtomicInteger();

        private CountedHashes() {
            super("counted-hashes", "1", "for tests");
            putService(new Service(this, "MessageDigest", ALGORITHM, Sum.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) {
                    return new Sum(count);
                }
            });
            Security.addProvider(this);
        }

        @Override
        public void close() {
            Security.removeProvider(getName());
        }
    }

    private static final class Sum extends MessageDigestSpi {
        private final AtomicInteger count;
        private byte sum;

        private Sum(AtomicInteger count) {
            this.count = count;
        }

        @Override
        protected void engineUpdate(byte input) {
            sum += input;
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            for (int i = offset; i < offset + length; i++) {
                sum += input[i];
            }
        }

        @Override
        protected byte[] engineDigest() {
            count.incrementAndGet();
            byte[] digest = {sum};
            engineReset();
            return digest;
        }

        @Override
        protected int engineDigest(byte[] buffer, int offset, int length) throws DigestException {
            throw new DigestException("not asked for");
        }

        @Override
        protected void engineReset() {
            sum = 0;
        }
    }
}
