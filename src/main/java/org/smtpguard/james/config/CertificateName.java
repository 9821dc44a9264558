package org.smtpguard.james.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where in a client's certificate its user name stands. */
public enum CertificateName {
    /** The one rfc822Name among the subject's alternative names (RFC 5280 §4.2.1.6); of several none is taken. */
    EMAIL,
    /** The common name of the subject's most specific RDN that has one; if that has several, none is taken. */
    CN;

    public static Optional<CertificateName> of(String name) {
        return Stream.of(values()).filter(value -> value.name().equals(name.toUpperCase(Locale.ROOT))).findFirst();
    }
}
