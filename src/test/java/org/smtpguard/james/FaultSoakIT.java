package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.apache.james.server.core.JamesServerResourceLoader;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.server.core.filesystem.FileSystemImpl;
import org.apache.james.user.ldap.ReadOnlyUsersLDAPRepository;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.Secret;
import org.smtpguard.it.RandomSeed;
import org.smtpguard.it.fault.Ailment;
import org.smtpguard.it.fault.DirectoryOfJames;
import org.smtpguard.it.fault.Metronome;
import org.smtpguard.it.fault.Peer;
import org.smtpguard.it.fault.Peers;
import org.smtpguard.james.backends.BackendSet;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.backends.JamesUsers;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.event.GuardMetrics;

/**
 * Very many AUTHs at each backend, whose other side is well and ill by turns. Every one is answered; a right password never gets a
 * definite no, and a wrong one never a yes; and nothing stays behind.
 *
 * <p>{@code -Dsmtpguard.soak.auths} says how many for each backend, {@code -Dsmtpguard.soak.seed} repeats a run as far as threads and
 * networks let it. In this JVM, from the configuration on; what a server makes of it is FaultMatrixIT's.
 */
class FaultSoakIT {
    private static final long AUTHS = Long.getLong("smtpguard.soak.auths", 300);
    private static final long SEED = Long.getLong("smtpguard.soak.seed", RandomSeed.ofTheBuild());
    private static final Duration LIMIT = Duration.ofMillis(400);
    /** Dovecot sends what it refuses in heaps, every half a second. */
    private static final Duration LIMIT_OF_DOVECOT = Duration.ofMillis(1_200);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final String SAFEGUARDS = "<concurrency max=\"16\" queue=\"32\"/><circuitBreaker failures=\"5\" retryAfter=\"100ms\"/>";
    private static final Duration PATIENCE = Duration.ofSeconds(60 + AUTHS / 50);
    private static final long WARM_UP = 500;
    private static final int LONGEST_HEALTH_MILLIS = 2_000;
    private static final int LONGEST_ILLNESS_MILLIS = 250;
    /** Far more than any limit here, and less than PATIENCE. A slow machine is no fault. */
    private static final Duration HUNG = Duration.ofSeconds(30);
    private static final int TOLD = 10;
    /** The connections of a backend that keeps some. */
    private static final int POOL = 10;

    /** Held, since what nobody holds forgets its level. */
    private static final java.util.logging.Logger DRIVERS = java.util.logging.Logger.getLogger("org.postgresql");

    @TempDir
    private Path files;

    /** Some hundred thousand lines that say nothing new. */
    @BeforeAll
    static void logLittle() {
        DRIVERS.setLevel(java.util.logging.Level.OFF);
        ((Logger) LoggerFactory.getLogger("org.smtpguard")).setLevel(Level.ERROR);
    }

    @AfterAll
    static void logAsBefore() {
        DRIVERS.setLevel(null);
        ((Logger) LoggerFactory.getLogger("org.smtpguard")).setLevel(null);
    }

    @Test
    void file() throws Exception {
        soak(peers(LIMIT).file(), LocalUsers.none(), LIMIT, 0);
    }

    @Test
    void jdbc() throws Exception {
        soak(peers(LIMIT).jdbc(), LocalUsers.none(), LIMIT, POOL);
    }

    @Test
    void ldap() throws Exception {
        soak(peers(LIMIT).ldap(), LocalUsers.none(), LIMIT, 2 * POOL);
    }

    @Test
    void http() throws Exception {
        soak(peers(LIMIT).http(), LocalUsers.none(), LIMIT, 0);
    }

    @Test
    void dovecot() throws Exception {
        soak(peers(LIMIT_OF_DOVECOT).dovecot(), LocalUsers.none(), LIMIT_OF_DOVECOT, 1);
    }

    @Test
    void imap() throws Exception {
        soak(peers(LIMIT).imap(), LocalUsers.none(), LIMIT, 0);
    }

    /** James' own class, which asks a directory. */
    @Test
    void james() throws Exception {
        DirectoryOfJames directory = peers(LIMIT).james();
        ReadOnlyUsersLDAPRepository repository = new ReadOnlyUsersLDAPRepository(JamesBackendTest.domains());
        repository.configure(FileConfigurationProvider.getConfig(
            new ByteArrayInputStream(directory.usersRepository().getBytes(StandardCharsets.UTF_8))));
        repository.init();
        soak(directory, new JamesUsers(repository, InstallationSecret.random()), LIMIT, POOL);
    }

    private Peers peers(Duration limit) throws Exception {
        return new Peers(files, limit.plus(GRACE), SEED);
    }

    /** @param kept how many connections may be open at the end */
    private void soak(Peer peer, LocalUsers users, Duration limit, int kept) throws Exception {
        Backends backends = new Backends(new FileSystemImpl(new JamesServerResourceLoader(files.toString())), new GuardPools(), users,
            GuardMetrics.unread(), GuardSecret.random());
        BackendSet set = BackendSet.parse(Xml.handler(NamedClass.AUTHENTICATION,
            "<backend class=\"" + peer.backend() + "\" name=\"soaked\">"
            + "<timeout>" + limit.toMillis() + "ms</timeout>" + SAFEGUARDS + peer.elements() + "</backend>"), backends);
        try (peer; Metronome metronome = new Metronome()) {
            BackendChain chain = new BackendChain(set.links());
            amidFaults(new Soak(chain, WARM_UP, SEED - 1), peer);
            isWell(chain);
            Holdings before = Holdings.settled();
            int open = peer.connections();

            Soak soak = new Soak(chain, AUTHS, SEED);
            long start = System.nanoTime();
            amidFaults(soak, peer);
            double seconds = (System.nanoTime() - start) / 1e9;
            isWell(chain);
            Holdings after = Holdings.backAt(before, Math.max(0, kept - open));
            await().alias("connections are closed").atMost(PATIENCE).until(peer::connections, left -> left <= kept);
            System.out.printf(Locale.ROOT, "soak: %s, %s; %.1f s, seed %d; before %s, after %s; the machine stood still for %d ms%n  %s%n",
                peer.backend(), soak, seconds, SEED, before.sums(), after.sums(), metronome.stall().toMillis(), soak.reasons());

            assertThat(soak.flaws().stream().limit(TOLD)).isEmpty();
            assertThat(soak.answered() + soak.hungUp()).isEqualTo(AUTHS);
            assertThat(soak.slowest()).isLessThan(HUNG);
            assertThat(soak.answered(CredentialResult.Kind.ACCEPTED)).isGreaterThan(AUTHS / 10);
        } finally {
            set.release();
        }
    }

    /** Well again at the end. */
    private static void amidFaults(Soak soak, Peer peer) throws ExecutionException, InterruptedException, TimeoutException {
        Random random = new Random(SEED);
        List<Ailment> ailments = new ArrayList<>(peer.ailments());
        // Who is busy is well.
        ailments.removeAll(List.of(Ailment.NONE, Ailment.BUSY));
        CompletableFuture<Void> over = soak.begin();
        long start = System.nanoTime();
        for (boolean ill = false; !over.isDone() && System.nanoTime() - start < PATIENCE.toNanos(); ill = !ill) {
            peer.suffer(ill ? ailments.get(random.nextInt(ailments.size())) : Ailment.NONE);
            try {
                over.get(1 + random.nextInt(ill ? LONGEST_ILLNESS_MILLIS : LONGEST_HEALTH_MILLIS), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // As it should be: the next spell.
            }
        }
        peer.suffer(Ailment.NONE);
        over.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void isWell(BackendChain chain) {
        await().atMost(Duration.ofSeconds(30)).until(() -> chain.verify(Credentials.of(Peer.ALICE, Secret.of(Peer.PASSWORD)))
            .get(30, TimeUnit.SECONDS).isAccepted());
    }
}
