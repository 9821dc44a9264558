package org.smtpguard.it.server;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindResult;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.BindResult;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.OperationType;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ReadOnlySearchRequest;
import com.unboundid.ldap.sdk.ResultCode;

/**
 * A directory in this JVM, with people below {@link #PEOPLE} and a service account without which nobody may search. It keeps its
 * port, and remembers what it was asked.
 */
public final class LdapDirectory implements AutoCloseable {
    public static final String BASE = "dc=example,dc=org";
    public static final String PEOPLE = "ou=people," + BASE;
    public static final String ALICE = "uid=alice," + PEOPLE;
    public static final String SERVICE = "cn=james," + BASE;
    public static final String SERVICE_PASSWORD = "service-Kx93-password";

    /** The last of them. */
    private static final int REMEMBERED = 1_000;
    private static final String LISTENER = "of-the-test";

    private final InMemoryDirectoryServer server;
    private final Record record;
    private final String scheme;
    private final int port;

    private LdapDirectory(String scheme, InMemoryListenerConfig listener, Record record) throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(BASE);
        config.setListenerConfigs(listener);
        config.setSchema(null);
        config.addAdditionalBindCredentials(SERVICE, SERVICE_PASSWORD);
        config.setAuthenticationRequiredOperationTypes(Set.of(OperationType.SEARCH));
        config.addInMemoryOperationInterceptor(record);
        this.record = record;
        this.scheme = scheme;
        this.port = listener.getListenPort();
        this.server = new InMemoryDirectoryServer(config);
        server.add("dn: " + BASE, "objectClass: domain", "dc: example");
        server.add("dn: " + PEOPLE, "objectClass: organizationalUnit", "ou: people");
        server.startListening();
    }

    public static LdapDirectory start() throws Exception {
        return new LdapDirectory("ldap", InMemoryListenerConfig.createLDAPConfig(LISTENER, loopback(), Ports.freePort(), null),
            new Record());
    }

    /** With STARTTLS. */
    public static LdapDirectory withStartTls(SSLContext context) throws Exception {
        return new LdapDirectory("ldap", InMemoryListenerConfig.createLDAPConfig(LISTENER, loopback(), Ports.freePort(),
            context.getSocketFactory()), new Record());
    }

    public static LdapDirectory underTls(SSLContext context) throws Exception {
        return new LdapDirectory("ldaps", InMemoryListenerConfig.createLDAPSConfig(LISTENER, loopback(), Ports.freePort(),
            context.getServerSocketFactory(), null), new Record());
    }

    /** By a name, which a certificate can bear. */
    public String url() {
        return scheme + "://localhost:" + port;
    }

    public int port() {
        return port;
    }

    /** Somebody of inetOrgPerson, with more attributes as {@code name: value}. */
    public LdapDirectory add(String uid, String mail, String password, String... attributes) throws LDAPException {
        Entry entry = new Entry(new DN(new RDN("uid", uid), new DN(PEOPLE)));
        entry.addAttribute("objectClass", "inetOrgPerson");
        entry.addAttribute("cn", "somebody");
        entry.addAttribute("sn", "somebody");
        entry.addAttribute("mail", mail);
        entry.addAttribute("userPassword", password);
        for (String attribute : attributes) {
            int colon = attribute.indexOf(": ");
            entry.addAttribute(attribute.substring(0, colon), attribute.substring(colon + 2));
        }
        server.add(entry);
        return this;
    }

    public LdapDirectory addEntry(String... ldif) throws Exception {
        server.add(ldif);
        return this;
    }

    /** From now on, every bind in that name is answered so, whatever the password. */
    public void answerBindsOf(String dn, ResultCode code, String diagnostic, Control... controls) {
        record.answers.put(dn, new BindResult(-1, code, diagnostic, null, null, controls));
    }

    /** As some directories do, and RFC 4511 does not want it. */
    public void tellStrangers() {
        record.tellsStrangers = true;
    }

    /** Who was bound, with the right password or a wrong one, in this order. */
    public List<String> binds() {
        return List.copyOf(record.binds);
    }

    /** What was searched for, but for the roots of directories. */
    public List<Filter> searches() {
        return record.searches.stream().filter(search -> !search.getBaseDN().isEmpty()).map(ReadOnlySearchRequest::getFilter)
            .collect(Collectors.toList());
    }

    /** How often a client has looked whether there is anybody. */
    public long hellos() {
        return record.searches.stream().filter(search -> search.getBaseDN().isEmpty()).count();
    }

    /** How many connections have asked for anything so far. */
    public int connections() {
        return record.connections.size();
    }

    public void forget() {
        record.binds.clear();
        record.searches.clear();
        record.connections.clear();
    }

    /** Hangs up on everybody. */
    public void stop() {
        server.shutDown(true);
    }

    public void startAgain() throws LDAPException {
        server.startListening();
    }

    @Override
    public void close() {
        server.shutDown(true);
    }

    public static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    private static final class Record extends InMemoryOperationInterceptor {
        private final BlockingQueue<String> binds = new LinkedBlockingQueue<>(REMEMBERED);
        private final BlockingQueue<ReadOnlySearchRequest> searches = new LinkedBlockingQueue<>(REMEMBERED);
        private final Set<Long> connections = ConcurrentHashMap.newKeySet();
        private final Map<String, BindResult> answers = new ConcurrentHashMap<>();
        private volatile boolean tellsStrangers;

        @Override
        public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest request) {
            connections.add(request.getConnectionID());
            remember(binds, request.getRequest().getBindDN());
        }

        @Override
        public void processSimpleBindResult(InMemoryInterceptedSimpleBindResult result) {
            BindResult answer = answers.get(result.getRequest().getBindDN());
            if (answer != null) {
                result.setResult(answer);
            } else if (tellsStrangers && String.valueOf(result.getResult().getDiagnosticMessage()).contains("no such entry")) {
                result.setResult(new BindResult(-1, ResultCode.NO_SUCH_OBJECT, null, PEOPLE, null, null));
            }
        }

        @Override
        public void processSearchRequest(InMemoryInterceptedSearchRequest request) {
            connections.add(request.getConnectionID());
            remember(searches, request.getRequest());
        }

        private static <T> void remember(BlockingQueue<T> memory, T one) {
            while (!memory.offer(one)) {
                memory.poll();
            }
        }
    }
}
