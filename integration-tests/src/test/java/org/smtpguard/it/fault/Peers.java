package org.smtpguard.it.fault;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

import org.smtpguard.it.server.Postgres;

/** The other sides of our backends, each a real one. */
public final class Peers {
    private static final String HASH_OF_ALICE = "{SSHA512}"
        + "jD47nLe4sSlzAr0vO6A52kLlriZTkLY4E8Dp0YlXIXHPo86+2gni4j4g/+NlIrZYGDjrdZlZe4rmGHwfLPx5nZrNVcYrOfN4CqMW63eRVno=";
    private static final String HASH_OF_BOB = "{SSHA512}"
        + "CShqvMbu75UiE2qSgozdAMEkVm3zEgQ7CQqhLIatz3XF2239bgiBGX/gL/F1O/B038vlegOI4C83Wdk+nVuTP80uGYHmVqfJjd9I7jcU8oU=";
    /** As a file of users has them: hashes that cost next to nothing. */
    public static final String USERS = Peer.ALICE + ":" + HASH_OF_ALICE + "\n" + Peer.BOB + ":" + HASH_OF_BOB + "\n";

    private final Path directory;
    private final Duration tooLate;
    private final long seed;
    private final Certificates certificates = new Certificates();
    private final Path trusted;

    /**
     * @param directory for what they have to write
     * @param tooLate how much later than it should an answer of one that is {@link Ailment#SLOW} comes
     */
    public Peers(Path directory, Duration tooLate, long seed) throws IOException {
        this.directory = directory;
        this.tooLate = tooLate;
        this.seed = seed;
        this.trusted = certificates.writeTrusted(directory.resolve("trusted.pem"));
    }

    public Peer file() {
        return new FilePeer(directory.resolve("users"), seed);
    }

    /** A PostgreSQL that is asked under TLS. */
    public Peer jdbc() {
        Postgres server = Postgres.start();
        server.run("CREATE TABLE accounts (name text PRIMARY KEY, password text NOT NULL)",
            "INSERT INTO accounts VALUES ('" + Peer.ALICE + "', '" + HASH_OF_ALICE + "'), ('" + Peer.BOB + "', '" + HASH_OF_BOB + "')");
        FaultProxy proxy = proxy(server.port(), certificates.askedForAsPostgres());
        return new ServerPeer("JdbcBackend", "<url>jdbc:postgresql://localhost:" + proxy.port() + "/postgres?sslmode=verify-full"
            + "&amp;sslrootcert=" + trusted + "</url><user>" + Postgres.USER + "</user><password>" + Postgres.PASSWORD
            + "</password><lookup>SELECT password FROM accounts WHERE name = :user</lookup>", proxy, server, true);
    }

    private FaultProxy proxy(int port, Security security) {
        return new FaultProxy(new InetSocketAddress("127.0.0.1", port), security, tooLate, seed);
    }
}
