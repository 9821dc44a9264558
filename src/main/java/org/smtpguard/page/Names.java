package org.smtpguard.page;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names and reasons, as clients and operators wrote them, for output: of one line, and without characters that change how others look. */
final class Names {
    /** Longer names are not kept whole. */
    private static final int KEPT = 255;
    private static final int SHOWN = 120;
    private static final String ELLIPSIS = "...";
    /** Control, format and unassigned characters, unpaired surrogates, and separators of lines. */
    private static final Pattern UNFIT = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private Names() {
    }

    static String clean(String name) {
        return UNFIT.matcher(name).replaceAll("?");
    }

    /** Clean, but for line feeds. */
    static String lines(String text) {
        return text.lines().map(Names::clean).collect(Collectors.joining("\n"));
    }

    /** Clean, and short enough for a page. */
    static String cut(String name) {
        String clean = name.isBlank() ? "(no name)" : clean(name);
        return clean.length() <= SHOWN ? clean : clean.substring(0, SHOWN - ELLIPSIS.length()) + ELLIPSIS;
    }

    /** Whether the output of {@link #clean} is the name itself, so that it can be sent back. */
    static boolean isExact(String name) {
        return !name.isBlank() && name.length() < KEPT && !UNFIT.matcher(name).find();
    }
}
