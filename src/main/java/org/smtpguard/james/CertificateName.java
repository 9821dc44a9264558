package org.smtpguard.james;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where in a client's certificate its user name stands. */
enum CertificateName {
    /** The first rfc822Name among the subject's alternative names (RFC 5280 §4.2.1.6). */
    EMAIL,
    /** The subject's common name. */
    CN;

    static Optional<CertificateName> of(String name) {
        return Stream.of(values()).filter(value -> value.name().equals(name.toUpperCase(Locale.ROOT))).findFirst();
    }
}
