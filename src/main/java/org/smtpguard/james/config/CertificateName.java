package org.smtpguard.james.config;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The field of a client's certificate that has the user name. */
public enum CertificateName {
    /** The rfc822Name among the subject's alternative names (RFC 5280 §4.2.1.6); none if there are several. */
    EMAIL,
    /** The common name of the subject's most specific RDN that has one; none if that has several. */
    CN;

    public static Optional<CertificateName> of(String name) {
        return Stream.of(values()).filter(value -> value.name().equals(name.toUpperCase(Locale.ROOT))).findFirst();
    }
}
