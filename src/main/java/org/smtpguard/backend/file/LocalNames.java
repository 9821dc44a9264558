package org.smtpguard.backend.file;

import java.util.regex.Pattern;

/** Which user names James accepts. No other user can log in, whatever a backend returns. */
final class LocalNames {
    private static final int MAX_NAME = 255;
    private static final int MAX_DOMAIN = 253;
    private static final String EDGE = "[\\p{L}\\p{Nd}]";
    private static final String LABEL = EDGE + "(?:[\\p{L}\\p{Nd}_-]{0,61}" + EDGE + ")?";
    private static final String ADDRESS = "(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\\.(?!$)|$)){4}";
    private static final Pattern DOMAIN = Pattern.compile(ADDRESS + "|(?:" + LABEL + "\\.)*(?![0-9])" + LABEL);

    private LocalNames() {
    }

    /** @param name not empty; a local part, or with a domain */
    static boolean isPossible(String name) {
        int at = name.indexOf('@');
        return name.length() <= MAX_NAME && (at < 0 || (at > 0 && isDomain(name.substring(at + 1))));
    }

    private static boolean isDomain(String text) {
        boolean literal = text.startsWith("[") && text.endsWith("]") && text.length() > 1;
        return text.length() <= MAX_DOMAIN && DOMAIN.matcher(literal ? text.substring(1, text.length() - 1) : text).matches();
    }
}
