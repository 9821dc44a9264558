package org.smtpguard.protocol;

import java.util.Objects;
import java.util.regex.Pattern;

/** An enhanced mail system status code, {@code class.subject.detail} (RFC 3463). */
public final class EnhancedStatus {
    private static final Pattern FORM = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");

    private final String text;

    private EnhancedStatus(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException if the text is not an enhanced status code */
    public static EnhancedStatus of(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("Not an enhanced status code: " + text);
        }
        return new EnhancedStatus(text);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof EnhancedStatus && text.equals(((EnhancedStatus) o).text);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
