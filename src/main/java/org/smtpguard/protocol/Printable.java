package org.smtpguard.protocol;

/** Makes client input safe for a reply or a log line: printable ASCII, limited in length. */
public final class Printable {
    private static final String ELLIPSIS = "...";

    private Printable() {
    }

    /** Replaces every character that is not printable ASCII (control characters, CR, LF, 8-bit) by {@code ?}. */
    public static String clean(String text) {
        // Hot path: called for every line of every reply, and nearly all are clean.
        return isClean(text) ? text : replaceUnprintable(text);
    }

    private static boolean isClean(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPrintable(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String replaceUnprintable(String text) {
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

    /** Cleans the text and cuts it to {@code limit} characters; {@code ...} marks a cut. */
    public static String cut(String text, int limit) {
        String clean = clean(text);
        return clean.length() <= limit ? clean : clean.substring(0, limit - ELLIPSIS.length()) + ELLIPSIS;
    }
}
