package org.smtpguard.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import javax.net.ssl.SSLContext;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.LDAPException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.server.ClientCertificate;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.wire.Sent;
import org.smtpguard.it.wire.WireScript;

/**
 * AUTH against two servers of a directory, which are here, in the test's own process, and are stopped and started as the test
 * wants it. SMTP searches for its users in both; SMTPS makes their DN of their name, and asks the second one alone, under TLS.
 */
class LdapIT {
    private static final String PEOPLE = "ou=people,dc=example,dc=org";
    private static final String SERVICE = "cn=james,dc=example,dc=org";
    private static final String SERVICE_PASSWORD = Sent.password("Service-Kx93-account");
    private static final String PASSWORD = "Right-Kx93-\u00fc";
    private static final String WRONG = "Wrong-Zq71-\u00fc";
    private static final String ALICE = "alice@localhost";
    private static final String BOB = "bob@localhost";

    @TempDir
    static Path temporary;

    private static InMemoryDirectoryServer first;
    private static InMemoryDirectoryServer second;
    private static JamesServer server;

    @BeforeAll
    static void start() throws Exception {
        JamesServer.assumeOnThisMachine("a server reaches this process by loopback");
        ClientCertificate key = ClientCertificate.of("CN=localhost", "dns:localhost");
        int firstPort = Ports.freePort();
        int secondPort = Ports.freePort();
        int tlsPort = Ports.freePort();
        first = directory(ldap(firstPort));
        second = directory(ldap(secondPort), ldaps(tlsPort, key));
        server = JamesServer.guarded()
            .withConf("directory.pem", certificate(key))
            .editPort(Endpoint.SMTP, port -> withBackend(port, "<backend class=\"LdapBackend\" name=\"searched\">"
                + "<url>ldap://localhost:" + firstPort + "\n ldap://localhost:" + secondPort + "</url>"
                + "<baseDn>" + PEOPLE + "</baseDn><filter>(&amp;(objectClass=inetOrgPerson)(|(mail={user})(uid={user})))</filter>"
                + "<bindDn>" + SERVICE + "</bindDn><bindPassword>" + SERVICE_PASSWORD + "</bindPassword>"
                + "<usernameAttribute>mail</usernameAttribute>"
                + "<disabledAttribute>employeeType</disabledAttribute><disabledValues>former suspended</disabledValues></backend>"))
            .editPort(Endpoint.SMTPS, port -> withBackend(port, "<backend class=\"LdapBackend\" name=\"direct\">"
                + "<url>ldaps://localhost:" + tlsPort + "</url><trustStore>file://conf/directory.pem</trustStore>"
                + "<userDn>uid={localpart}," + PEOPLE + "</userDn></backend>"))
            .start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
            first.shutDown(true);
            second.shutDown(true);
        }
    }

    @BeforeEach
    void bothAnswer() throws LDAPException {
        first.startListening();
        second.startListening();
    }

    @Test
    void whoBindsIsLetIn() {
        try (WireScript wire = wire(server.smtp())) {
            greeted(wire)
                .send("AUTH PLAIN " + plain(ALICE, WRONG)).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("mallory@localhost", PASSWORD)).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain(ALICE, "")).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain("*", PASSWORD)).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expectLine("235 2.7.0 ")
                .send("MAIL FROM:<" + ALICE + ">").expect("250").send("RCPT TO:<erin@elsewhere.example>").expect("250");
        }
        try (WireScript wire = tlsWire(server.smtps())) {
            greeted(wire)
                .send("AUTH PLAIN " + plain(ALICE, WRONG)).expect("535 5.7.8")
                .send("AUTH LOGIN " + base64(ALICE)).expect("334").send(base64(PASSWORD)).expectLine("235 2.7.0 ");
        }
        assertThat(server.log()).contains("UNKNOWN (no such user) by searched", "REFUSED (wrong password) by direct");
    }

    @Test
    void whoIsDisabledIsNotLetInAndNotToldWhy() {
        try (WireScript wire = wire(server.smtp())) {
            greeted(wire).send("AUTH PLAIN " + plain(BOB, PASSWORD)).expect("535 5.7.8")
                .expectInReply("the user name or the password is wrong");
        }
        assertThat(server.log()).contains("DISABLED (account disabled) by searched");
    }

    @Test
    void aUserIsWhoTheDirectorySays() {
        try (WireScript wire = wire(server.smtp())) {
            // Her uid is her name nowhere but in the directory; as whom she may act is asked of the name that comes out of it.
            greeted(wire).send("AUTH PLAIN " + base64(ALICE + "\0alice\0" + PASSWORD)).expectLine("235 2.7.0 ");
        }
    }

    @Test
    void anOutageIsNoWrongPasswordAndOverWhenItIsOver() throws Exception {
        try (WireScript wire = tlsWire(server.smtps())) {
            greeted(wire).send("AUTH PLAIN " + plain(ALICE, WRONG)).expect("535 5.7.8");
            second.shutDown(true);
            wire.send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expect("454 4.7.0")
                .send("AUTH PLAIN " + plain(ALICE, WRONG)).expect("454 4.7.0");
            second.startListening();
        }
        // Who asks on behalf of many may wait for some seconds until it tries again.
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(answer(ALICE, PASSWORD)).startsWith("235 2.7.0"));
        assertThat(server.log()).contains("Backend direct is unavailable: ");
    }

    @Test
    void anotherServerOfTheDirectoryStandsIn() throws Exception {
        first.shutDown(true);
        try (WireScript wire = wire(server.smtp())) {
            greeted(wire)
                .send("AUTH PLAIN " + plain(ALICE, WRONG)).expect("535 5.7.8")
                .send("AUTH PLAIN " + plain(ALICE, PASSWORD)).expectLine("235 2.7.0 ");
        }
    }

    private static String answer(String user, String password) {
        try (WireScript wire = tlsWire(server.smtps())) {
            return greeted(wire).send("AUTH PLAIN " + plain(user, password)).read().toString();
        }
    }

    private static WireScript greeted(WireScript wire) {
        return wire.expect("220").send("EHLO client.example").expect("250");
    }

    private static InMemoryDirectoryServer directory(InMemoryListenerConfig... listeners) throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=org");
        config.setListenerConfigs(listeners);
        config.addAdditionalBindCredentials(SERVICE, SERVICE_PASSWORD);
        InMemoryDirectoryServer directory = new InMemoryDirectoryServer(config);
        directory.add("dn: dc=example,dc=org", "objectClass: domain", "dc: example");
        directory.add("dn: " + PEOPLE, "objectClass: organizationalUnit", "ou: people");
        directory.add("dn: uid=alice," + PEOPLE, "objectClass: inetOrgPerson", "uid: alice", "cn: Alice", "sn: A", "mail: " + ALICE,
            "userPassword: " + PASSWORD);
        directory.add("dn: uid=bob," + PEOPLE, "objectClass: inetOrgPerson", "uid: bob", "cn: Bob", "sn: B", "mail: " + BOB,
            "employeeType: Former", "userPassword: " + PASSWORD);
        return directory;
    }

    private static InMemoryListenerConfig ldap(int port) throws Exception {
        return InMemoryListenerConfig.createLDAPConfig("ldap", InetAddress.getLoopbackAddress(), port, null);
    }

    private static InMemoryListenerConfig ldaps(int port, ClientCertificate key) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(key.keyManagers(), null, null);
        return InMemoryListenerConfig.createLDAPSConfig("ldaps", InetAddress.getLoopbackAddress(), port, context.getServerSocketFactory(),
            null);
    }

    private static String certificate(ClientCertificate key) throws Exception {
        String pem = Files.readString(key.writePem(temporary.resolve("key.pem")), US_ASCII);
        return pem.substring(pem.indexOf("-----BEGIN CERTIFICATE"));
    }

    private static String withBackend(String port, String backend) {
        return port.replaceAll("(?s)<backend .*?</backend>", Matcher.quoteReplacement(backend));
    }
}
