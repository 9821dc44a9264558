package org.smtpguard.james.webadmin;

import java.util.Locale;
import java.util.stream.Stream;

/** Content negotiation (RFC 9110 §12.5.1): JSON, unless {@code Accept} names HTML with at least the quality of JSON. */
public final class Accepted {
    private static final String HTML = "text/html";
    private static final String JSON = "application/json";

    private Accepted() {
    }

    /** @param header the value of Accept; empty if there is none */
    public static boolean isHtml(String header) {
        double html = 0;
        double json = 0;
        for (String part : header.toLowerCase(Locale.ROOT).split(",")) {
            String[] words = part.trim().split("\\s*;\\s*", -1);
            if (words[0].equals(HTML)) {
                html = quality(words);
            } else if (words[0].equals(JSON)) {
                json = quality(words);
            }
        }
        return html > 0 && html >= json;
    }

    /** False if an element of the list consists of semicolons only: Spark, which selects routes by this header, fails on it. */
    public static boolean isReadable(String header) {
        return Stream.of(header.split(",")).noneMatch(part -> part.matches(";+"));
    }

    private static double quality(String[] words) {
        for (String word : words) {
            if (word.matches("q=(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")) {
                return Double.parseDouble(word.substring(2));
            }
        }
        return 1;
    }
}
