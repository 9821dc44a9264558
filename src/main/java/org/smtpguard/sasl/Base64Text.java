package org.smtpguard.sasl;

import java.util.Base64;
import java.util.Optional;

/**
 * Strict base64 (RFC 4648 §4) for SASL messages: groups of four, without line breaks. Describes errors without quoting the text, which may
 * be a password. Immutable.
 */
public final class Base64Text {
    private static final int GROUP = 4;
    private static final char PADDING = '=';

    private final Optional<byte[]> octets;
    private final String flaw;

    private Base64Text(Optional<byte[]> octets, String flaw) {
        this.octets = octets;
        this.flaw = flaw;
    }

    public static Base64Text of(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == PADDING) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            if (!isInAlphabet(text.charAt(i))) {
                String what = text.charAt(i) == PADDING ? "base64 with padding before its end, at position "
                    : "a character outside base64's alphabet at position ";
                return new Base64Text(Optional.empty(), what + (i + 1));
            }
        }
        int padding = text.length() - end;
        if (end % GROUP == 1) {
            return new Base64Text(Optional.empty(), "base64 of an impossible length: a character is missing, or there is one too many");
        }
        int expected = (GROUP - end % GROUP) % GROUP;
        if (padding != expected && padding > 0) {
            return new Base64Text(Optional.empty(), "base64 with " + padding + " characters of padding instead of " + expected);
        }
        return new Base64Text(Optional.of(Base64.getDecoder().decode(text)), padding == expected ? "" : "base64 without padding");
    }

    private static boolean isInAlphabet(char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    }

    /** The octets, or empty if the text is not base64. */
    public static Optional<byte[]> decode(String text) {
        Base64Text read = of(text);
        return read.flaw.isEmpty() ? read.octets : Optional.empty();
    }

    /** The error in the text; empty if it is valid. */
    public String flaw() {
        return flaw;
    }

    /** The octets; padding may be missing. Empty if the text is not base64. */
    public Optional<byte[]> octets() {
        return octets.map(byte[]::clone);
    }
}
