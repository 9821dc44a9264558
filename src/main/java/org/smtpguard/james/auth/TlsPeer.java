package org.smtpguard.james.auth;

import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

import com.ongres.scram.common.util.TlsServerEndpoint;
import org.smtpguard.james.config.CertificateName;
import org.smtpguard.sasl.Peer;

/**
 * Extracts from a TLS session what mechanisms need: the channel binding (server certificate) and the user in the client
 * certificate.
 */
final class TlsPeer {
    private static final Integer RFC822_NAME = 1;

    private TlsPeer() {
    }

    static Peer of(SSLSession session, CertificateName where) {
        return Peer.underTls(serverEndPoint(session), clientCertificate(session).flatMap(certificate -> name(certificate, where)));
    }

    private static Optional<byte[]> serverEndPoint(SSLSession session) {
        Certificate[] local = session.getLocalCertificates();
        if (local == null || local.length == 0 || !(local[0] instanceof X509Certificate)) {
            return Optional.empty();
        }
        try {
            byte[] hash = TlsServerEndpoint.getChannelBindingData((X509Certificate) local[0]);
            return Optional.of(hash).filter(octets -> octets.length > 0);
        } catch (CertificateEncodingException e) {
            // A certificate whose signature algorithm has no hash has no such binding (RFC 5929 §4.1).
            return Optional.empty();
        }
    }

    private static Optional<X509Certificate> clientCertificate(SSLSession session) {
        try {
            Certificate[] peer = session.getPeerCertificates();
            return Optional.of(peer[0]).filter(X509Certificate.class::isInstance).map(X509Certificate.class::cast);
        } catch (SSLPeerUnverifiedException e) {
            // No trusted certificate: the client has no identity yet.
            return Optional.empty();
        }
    }

    private static Optional<String> name(X509Certificate certificate, CertificateName where) {
        return where == CertificateName.EMAIL ? email(certificate) : commonName(certificate);
    }

    /** Empty if there are several: none of them identifies the user. */
    private static Optional<String> email(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null ? Optional.empty()
                : only(names.stream().filter(name -> RFC822_NAME.equals(name.get(0))).map(name -> name.get(1)).distinct()
                    .collect(Collectors.toList()));
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    /** The common name of the most specific RDN that has one (RFC 4514 §2.1). */
    private static Optional<String> commonName(X509Certificate certificate) {
        try {
            List<Rdn> rdns = new LdapName(certificate.getSubjectX500Principal().getName()).getRdns();
            for (int i = rdns.size() - 1; i >= 0; i--) {
                List<Object> values = commonNames(rdns.get(i));
                if (!values.isEmpty()) {
                    return only(values);
                }
            }
            return Optional.empty();
        } catch (NamingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static List<Object> commonNames(Rdn rdn) throws NamingException {
        List<Object> values = new ArrayList<>();
        for (Attribute attribute : Collections.list(rdn.toAttributes().getAll())) {
            if (attribute.getID().equalsIgnoreCase("CN")) {
                values.addAll(Collections.list(attribute.getAll()));
            }
        }
        return values;
    }

    /** The only value, if it is text without control or format characters. An undecoded value ({@code byte[]}) is ignored. */
    private static Optional<String> only(List<?> values) {
        return Optional.of(values).filter(all -> all.size() == 1).map(all -> all.get(0))
            .filter(String.class::isInstance).map(String.class::cast)
            .filter(name -> !name.isBlank() && name.codePoints().noneMatch(TlsPeer::isInvisible));
    }

    private static boolean isInvisible(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.CONTROL || type == Character.FORMAT || type == Character.LINE_SEPARATOR
            || type == Character.PARAGRAPH_SEPARATOR || type == Character.SURROGATE || type == Character.UNASSIGNED
            || codePoint == 0xFFFD;
    }
}
