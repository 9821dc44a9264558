package org.smtpguard.sasl;

import java.util.Base64;
import java.util.Optional;

/** Base64 as the messages of SASL are written in it (RFC 4648 §4): in whole groups of four, without line breaks. */
public final class Base64Text {
    private static final int GROUP = 4;

    private Base64Text() {
    }

    /** The octets, or empty if the text is not base64. The JDK's decoder alone would take a last group without its padding. */
    public static Optional<byte[]> decode(String text) {
        if (text.length() % GROUP != 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
