package org.smtpguard.it.wire;

import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One reply of an SMTP server: all its lines, as they came, without their line ends.
 */
public final class Reply {
    private final List<String> lines;

    Reply(List<String> lines) {
        this.lines = Collections.unmodifiableList(lines);
    }

    public List<String> lines() {
        return lines;
    }

    public int code() {
        return Integer.parseInt(lines.get(0).substring(0, 3));
    }

    /** All lines, joined by a line feed. */
    public String text() {
        return String.join("\n", lines);
    }

    /** Whether it begins so, be it of one line ("503 5.5.1") or of several ("503-5.5.1"). */
    boolean startsWith(String prefix) {
        return withBlankAfterCode(lines.get(0)).startsWith(withBlankAfterCode(prefix));
    }

    boolean contains(Pattern pattern) {
        return pattern.matcher(text()).find();
    }

    private static String withBlankAfterCode(String line) {
        return line.length() > 3 && line.charAt(3) == '-' ? line.substring(0, 3) + " " + line.substring(4) : line;
    }

    @Override
    public String toString() {
        return text();
    }
}
