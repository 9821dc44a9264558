package org.smtpguard.it.fault;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.smtpguard.it.server.AccountService;
import org.smtpguard.it.server.Dovecot;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.LdapDirectory;
import org.smtpguard.it.server.Postgres;

/** The other sides of our backends, each a real one, and under TLS where that is to be had. */
public final class Peers {
    private static final String HASH = "{SSHA512}"
        + "5kaMR/8ASvf1/LzQQEyxvYa3rxvynEDaUicjKeXfyrDiyZaFAwo6rCU4mKm4GqJixm24z1m17cPTNQLURGd5Yt1AppjXhoTKuGZ4Gr+DtyE=";
    /** As a file of users has them: hashes that cost next to nothing. */
    public static final String USERS = Peer.ALICE + ":" + HASH + "\n" + Peer.CAROL + ":" + HASH + "\n";

    private final Path directory;
    private final Duration tooLate;
    private final long seed;
    private final Certificates certificates;
    private final Path trusted;

    /**
     * @param directory for what they have to write
     * @param tooLate how much later than it should an answer of one that is {@link Ailment#SLOW} comes
     */
    public Peers(Path directory, Duration tooLate, long seed) throws Exception {
        this.directory = directory;
        this.tooLate = tooLate;
        this.seed = seed;
        this.certificates = new Certificates();
        this.trusted = certificates.trustedTo(directory.resolve("trusted.pem"));
    }

    public Peer file() {
        return new FilePeer(directory.resolve("users"), seed);
    }

    /** James' own users, who are those of a directory here: in James' memory nothing could befall them. */
    public DirectoryOfJames james() throws Exception {
        LdapDirectory server = directory();
        FaultProxy proxy = proxy(server.port(), Security.NONE);
        return new DirectoryOfJames(proxy, new ServerPeer("JamesBackend", "", proxy, server, false));
    }

    /** PostgreSQL. */
    public Peer jdbc() {
        Postgres server = Postgres.start();
        server.run("CREATE TABLE accounts (name text PRIMARY KEY, password text NOT NULL)",
            "INSERT INTO accounts VALUES ('" + Peer.ALICE + "', '" + HASH + "'), ('" + Peer.CAROL + "', '" + HASH + "')");
        FaultProxy proxy = proxy(server.port(), certificates.askedForAsPostgres());
        return new ServerPeer("JdbcBackend", "<url>jdbc:postgresql://localhost:" + proxy.port() + "/postgres?sslmode=verify-full"
            + "&amp;sslrootcert=" + trusted + "</url><user>" + Postgres.USER + "</user><password>" + Postgres.PASSWORD
            + "</password><lookup>SELECT password FROM accounts WHERE name = :user</lookup>", proxy, server, true);
    }

    /** UnboundID's directory. */
    public Peer ldap() throws Exception {
        LdapDirectory server = directory();
        FaultProxy proxy = proxy(server.port(), certificates);
        return new ServerPeer("LdapBackend", "<url>ldaps://localhost:" + proxy.port() + "</url><trustStore>file://" + trusted
            + "</trustStore><baseDn>" + LdapDirectory.PEOPLE + "</baseDn><filter>(&amp;(objectClass=inetOrgPerson)(mail={user}))</filter>"
            + "<bindDn>" + LdapDirectory.SERVICE + "</bindDn><bindPassword>" + LdapDirectory.SERVICE_PASSWORD
            + "</bindPassword><usernameAttribute>mail</usernameAttribute>", proxy, server, true);
    }

    /** A web service. */
    public Peer http() {
        AccountService server = AccountService.start(Map.of(Peer.ALICE, Peer.PASSWORD, Peer.CAROL, Peer.PASSWORD));
        FaultProxy proxy = proxy(server.port(), certificates);
        return new ServerPeer("HttpBackend", "<url>https://localhost:" + proxy.port() + server.path() + "</url><trustStore>file://"
            + trusted + "</trustStore>", proxy, server, true);
    }

    /** Dovecot's auth service; skips the test where there is none. Its protocol has no TLS. */
    public Peer dovecot() throws Exception {
        // Temporary directories are closed to Dovecot's own user.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Dovecot server = Dovecot.start(Files.createTempDirectory(directory, "d"), Peer.PASSWORD);
        FaultProxy proxy = proxy(server.port(), Security.NONE);
        return new ServerPeer("DovecotBackend", "<address>localhost:" + proxy.port() + "</address>", proxy, server, false);
    }

    /** The IMAP of a James that does nothing else. */
    public Peer imap() throws Exception {
        JamesServer server = JamesServer.stock().start();
        for (String user : List.of(Peer.ALICE, Peer.CAROL)) {
            server.givePassword(user, Peer.PASSWORD);
        }
        FaultProxy proxy = proxy(server.imap().getPort(), certificates);
        return new ServerPeer("ImapBackend", "<address>localhost:" + proxy.port() + "</address><trustStore>file://" + trusted
            + "</trustStore>", proxy, server, true);
    }

    private static LdapDirectory directory() throws Exception {
        return LdapDirectory.start().add("alice", Peer.ALICE, Peer.PASSWORD).add("carol", Peer.CAROL, Peer.PASSWORD);
    }

    private FaultProxy proxy(int port, Security security) {
        return new FaultProxy(new InetSocketAddress("127.0.0.1", port), security, tooLate, seed);
    }
}
