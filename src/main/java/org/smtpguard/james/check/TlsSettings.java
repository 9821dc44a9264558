package org.smtpguard.james.check;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.filesystem.api.FileSystem;
import org.smtpguard.james.check.Finding.Severity;

/** Finds what James starts with in {@code <tls>} and clients fail at: names that Java does not have, certificates out of their time. */
final class TlsSettings {
    private static final String CIPHER = "<cipherSuite>";
    private static final String PROTOCOL = "<protocol>";

    private final FileSystem files;
    private final HierarchicalConfiguration<ImmutableNode> port;
    private final Report report;

    TlsSettings(FileSystem files, HierarchicalConfiguration<ImmutableNode> port, Report report) {
        this.files = files;
        this.port = port;
        this.report = report;
    }

    /** Where findings go. */
    @FunctionalInterface
    interface Report {
        void add(Severity severity, String element, String sentence);
    }

    /** James accepts the settings: what it rejects, {@link JamesSettings} finds. */
    void check(Instant now) {
        if (!Flag.of(port, "tls[@startTLS]", false) && !Flag.of(port, "tls[@socketTLS]", false)) {
            return;
        }
        try {
            SSLParameters supported = SSLContext.getDefault().getSupportedSSLParameters();
            checkNames(CIPHER, "tls.supportedCipherSuites.cipherSuite", supported.getCipherSuites());
            checkNames(PROTOCOL, "tls.supportedProtocols.protocol", supported.getProtocols());
            String keystore = port.getString("tls.keystore", "");
            String certificates = port.getString("tls.certificates", "");
            if (!keystore.isEmpty()) {
                ofKeystore(keystore).forEach(certificate -> checkTime("<keystore>", certificate, now));
            } else if (!certificates.isEmpty()) {
                ofFile(certificates).forEach(certificate -> checkTime("<certificates>", certificate, now));
            }
        } catch (GeneralSecurityException | IOException | LinkageError e) {
            report.add(Severity.WARNING, "<tls>", "has certificates whose time could not be checked (" + e.getClass().getSimpleName()
                + ").");
        }
    }

    private void checkNames(String element, String key, String... supported) {
        Set<String> known = new HashSet<>(Arrays.asList(supported));
        List<String> unknown = Arrays.stream(port.getStringArray(key)).filter(name -> !known.contains(name)).collect(Collectors.toList());
        if (!unknown.isEmpty()) {
            String names = element.equals(PROTOCOL) ? "; write some of " + String.join(", ", supported) + "."
                : "; correct the spelling (such as TLS_AES_128_GCM_SHA256), or remove it.";
            report.add(Severity.WRONG, element, "names " + String.join(" ", unknown)
                + ", which this Java does not have: James starts, and no client can use TLS on this port" + names);
        }
    }

    private void checkTime(String element, X509Certificate certificate, Instant now) {
        String subject = certificate.getSubjectX500Principal().getName();
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            report.add(Severity.WARNING, element, "has a certificate that has expired on " + end + " (" + subject
                + "): James starts, and clients refuse it; renew it.");
        } else if (now.isBefore(begin)) {
            report.add(Severity.WARNING, element, "has a certificate that is not valid before " + begin + " (" + subject
                + "): James starts, and clients refuse it until then; check the clock of this machine, or use another.");
        }
    }

    private List<X509Certificate> ofKeystore(String url) throws GeneralSecurityException, IOException {
        KeyStore keystore = KeyStore.getInstance(port.getString("tls.keystoreType", "JKS"));
        try (InputStream in = Files.newInputStream(files.getFile(url).toPath())) {
            keystore.load(in, port.getString("tls.secret", "").toCharArray());
        }
        List<X509Certificate> certificates = new ArrayList<>();
        for (String alias : Collections.list(keystore.aliases())) {
            Certificate[] chain = keystore.isKeyEntry(alias) ? keystore.getCertificateChain(alias) : null;
            if (chain != null) {
                certificates.addAll(x509(Arrays.asList(chain)));
            }
        }
        return certificates;
    }

    private List<X509Certificate> ofFile(String url) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(files.getFile(url).toPath())) {
            return x509(CertificateFactory.getInstance("X.509").generateCertificates(in));
        }
    }

    private static List<X509Certificate> x509(Collection<? extends Certificate> certificates) {
        return certificates.stream().filter(X509Certificate.class::isInstance).map(X509Certificate.class::cast)
            .collect(Collectors.toList());
    }
}
