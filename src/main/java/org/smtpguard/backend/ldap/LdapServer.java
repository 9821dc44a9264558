package org.smtpguard.backend.ldap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPURL;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import com.unboundid.util.ssl.SSLSocketVerifier;
import org.smtpguard.backend.support.TlsTrust;
import org.smtpguard.credential.BackendSettings;

/** One server of a directory, and how to connect to it: in clear text, with STARTTLS or under TLS from the first octet. Immutable. */
final class LdapServer {
    /** The elements that {@link #parse} reads, in addition to those of {@link TlsTrust}. */
    static final String URL = "url";
    static final String START_TLS = "startTls";

    private static final String LDAP = "ldap";
    private static final String LDAPS = "ldaps";
    private static final Pattern THIS_MACHINE = Pattern.compile("localhost|127\\.[0-9.]+|::1");

    private final String url;
    private final String host;
    private final int port;
    private final boolean startTls;
    private final Optional<SSLContext> tls;

    private LdapServer(LDAPURL url, boolean startTls, Optional<SSLContext> tls) {
        this.host = url.getHost();
        this.url = url.getScheme() + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + url.getPort();
        this.port = url.getPort();
        this.startTls = startTls;
        this.tls = tls;
    }

    /**
     * The servers that {@code <url>} names.
     *
     * @throws org.smtpguard.credential.InvalidConfigurationException if one of them is no ldap or ldaps URL of a host, or the elements for
     *     TLS contradict the URLs
     */
    static List<LdapServer> parse(BackendSettings settings) {
        boolean startTls = settings.flag(START_TLS);
        List<LDAPURL> urls = new ArrayList<>();
        for (String text : settings.required(URL).split("\\s+")) {
            urls.add(url(text, settings));
        }
        boolean ldaps = urls.stream().anyMatch(LdapServer::isLdaps);
        if (startTls && ldaps) {
            throw settings.fault("has <" + START_TLS + "> and an ldaps URL, which is under TLS from the start; write ldap:// or remove <"
                + START_TLS + ">");
        }
        if (!startTls && !ldaps && settings.text(TlsTrust.STORE).isPresent()) {
            throw settings.fault("has a <" + TlsTrust.STORE + "> and no TLS; write ldaps:// in <" + URL + ">, or <" + START_TLS
                + ">true</" + START_TLS + ">");
        }
        Optional<SSLContext> tls = startTls || ldaps ? Optional.of(TlsTrust.context(settings)) : Optional.empty();
        List<LdapServer> servers = new ArrayList<>();
        for (LDAPURL url : urls) {
            servers.add(new LdapServer(url, startTls, startTls || isLdaps(url) ? tls : Optional.empty()));
        }
        return List.copyOf(servers);
    }

    private static LDAPURL url(String text, BackendSettings settings) {
        try {
            LDAPURL url = new LDAPURL(text);
            boolean more = url.baseDNProvided() || url.attributesProvided() || url.scopeProvided() || url.filterProvided();
            if (url.hostProvided() && !more && (isLdaps(url) || url.getScheme().equals(LDAP))) {
                return url;
            }
        } catch (LDAPException ignored) {
            // Not even a URL; the message is the same.
        }
        throw settings.fault("has a <" + URL + "> that names no server; write ldap://host:389 or ldaps://host:636, several of them"
            + " separated by spaces");
    }

    private static boolean isLdaps(LDAPURL url) {
        return url.getScheme().equals(LDAPS);
    }

    /** Whether passwords cross the network in clear text. */
    boolean isClearText() {
        return tls.isEmpty() && !THIS_MACHINE.matcher(host).matches();
    }

    /**
     * A new connection, not bound yet. Under TLS if that is configured; then the certificate has the name of the server.
     */
    LDAPConnection connect(LdapDeadline deadline) throws LDAPException, LdapUnavailableException {
        LDAPConnection connection = new LDAPConnection(socketFactory(deadline), options(deadline), host, port);
        if (startTls) {
            try {
                StartTLSExtendedRequest request = new StartTLSExtendedRequest(tls.orElseThrow());
                request.setResponseTimeoutMillis(deadline.millis());
                connection.processExtendedOperation(request);
            } catch (LDAPException | LdapUnavailableException e) {
                connection.closeWithoutUnbind();
                throw e;
            }
        }
        return connection;
    }

    private SocketFactory socketFactory(LdapDeadline deadline) throws LdapUnavailableException {
        return tls.isPresent() && !startTls ? new TimedHandshake(tls.get().getSocketFactory(), deadline.millis())
            : SocketFactory.getDefault();
    }

    private static LDAPConnectionOptions options(LdapDeadline deadline) throws LdapUnavailableException {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(deadline.millis());
        // Each request has its own limit; this one is for the handshake after STARTTLS.
        options.setResponseTimeoutMillis(deadline.millis());
        options.setFollowReferrals(false);
        // By default the SDK waits when it closes a connection, up to 5 s for a server that is gone.
        options.setUseLinger(false, 0);
        options.setSSLSocketVerifier(new HostNameVerifier());
        return options;
    }

    /** Host and port, as a URL. */
    @Override
    public String toString() {
        return url;
    }

    /**
     * Sockets whose handshake ends even if the server is silent. The SDK runs it on a thread of its own, for which it waits in
     * {@link HostNameVerifier} without a limit: the worker would hang as long as the server does. That class ends the read timeout.
     */
    private static final class TimedHandshake extends SocketFactory {
        private final SocketFactory factory;
        private final int millis;

        TimedHandshake(SocketFactory factory, int millis) {
            this.factory = factory;
            this.millis = millis;
        }

        @Override
        public Socket createSocket() throws IOException {
            return timed(factory.createSocket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return timed(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return timed(factory.createSocket(host, port, localHost, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return timed(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) throws IOException {
            return timed(factory.createSocket(address, port, localAddress, localPort));
        }

        private Socket timed(Socket socket) throws IOException {
            socket.setSoTimeout(millis);
            return socket;
        }
    }

    /** RFC 4513 §3.1.3. The SDK's own check, with a cause that distinguishes it from other faults. */
    private static final class HostNameVerifier extends SSLSocketVerifier {
        /** The session of a socket whose handshake has failed, as {@link SSLSocket#getSession} says. */
        private static final String NO_CIPHER = "SSL_NULL_WITH_NULL_NULL";

        private final SSLSocketVerifier check = new HostNameSSLSocketVerifier(true, false);

        @Override
        public void verifySSLSocket(String host, int port, SSLSocket socket) throws LDAPException {
            // If the handshake takes longer than the connect timeout, the SDK calls this before it has ended. Then getSession() waits for
            // its end, and returns a session without a cipher if it failed, which says nothing about the name.
            if (socket.getSession().getCipherSuite().equals(NO_CIPHER)) {
                throw new LDAPException(ResultCode.CONNECT_ERROR, "the TLS handshake with " + host + " has failed",
                    new SSLHandshakeException(host));
            }
            try {
                check.verifySSLSocket(host, port, socket);
            } catch (LDAPException e) {
                throw new LDAPException(e.getResultCode(), e.getMessage(), new SSLPeerUnverifiedException(host));
            }
            try {
                // From now on each request has its own limit, and an idle connection has none.
                socket.setSoTimeout(0);
            } catch (SocketException e) {
                throw new LDAPException(ResultCode.CONNECT_ERROR, "the connection to " + host + " was lost after the TLS handshake", e);
            }
        }
    }
}
