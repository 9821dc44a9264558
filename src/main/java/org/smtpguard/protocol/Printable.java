package org.smtpguard.protocol;

/** Text of a client made fit for a reply or a log line: printable ASCII, so many characters at most. */
public final class Printable {
    private static final String ELLIPSIS = "...";

    private Printable() {
    }

    /** The text with every character that is not printable ASCII (controls, CR, LF, 8-bit) shown as {@code ?}. */
    public static String clean(String text) {
        // Nearly every text is clean already, and every line of every reply comes through here.
        return isClean(text) ? text : cleaned(text);
    }

    private static boolean isClean(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPrintable(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String cleaned(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            clean.append(isPrintable(c) ? c : '?');
        }
        return clean.toString();
    }

    private static boolean isPrintable(char c) {
        return c >= ' ' && c < 0x7f;
    }

    /** The clean text, cut to at most {@code limit} characters (at least 3); a cut shows as {@code ...}. */
    public static String cut(String text, int limit) {
        String clean = clean(text);
        return clean.length() <= limit ? clean : clean.substring(0, limit - ELLIPSIS.length()) + ELLIPSIS;
    }
}
