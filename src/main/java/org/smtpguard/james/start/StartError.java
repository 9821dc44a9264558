package org.smtpguard.james.start;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why the guard does not let James start. Immutable; contains no secret. */
public final class StartError {
    /** A semicolon outside of quotation marks, after which the messages tell what is allowed or how to fix it. */
    private static final Pattern PARTS = Pattern.compile("((?:[^\";]|\"[^\"]*\")*); (.*)", Pattern.DOTALL);
    private static final String RULE = "=".repeat(100);

    private final String file;
    private final Optional<Integer> line;
    private final Optional<String> port;
    private final String element;
    private final String sentence;

    StartError(String file, Optional<Integer> line, Optional<String> port, String element, String sentence) {
        this.file = Objects.requireNonNull(file, "file");
        this.line = Objects.requireNonNull(line, "line");
        this.port = Objects.requireNonNull(port, "port");
        this.element = Objects.requireNonNull(element, "element");
        this.sentence = Objects.requireNonNull(sentence, "sentence");
    }

    /** The block for log and console, without a line end after it. */
    String block() {
        List<String> lines = new ArrayList<>();
        lines.add(RULE);
        lines.add("James SMTP Guard: James does not start, because its configuration is wrong.");
        lines.add("");
        lines.add("  File     " + file + line.map(number -> ", line " + number).orElse(""));
        port.ifPresent(name -> lines.add("  Port     " + name));
        lines.add("  Element  " + element);
        Matcher parts = PARTS.matcher(sentence);
        boolean hasFix = parts.matches();
        lines.add("  Wrong    " + (hasFix ? parts.group(1) : sentence));
        if (hasFix) {
            lines.add("  Fix      " + parts.group(2));
        }
        lines.add("  Then     run bin/guard check conf/smtpserver.xml, which finds all mistakes at once, and start James again.");
        lines.add(RULE);
        return String.join(System.lineSeparator(), lines);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof StartError && block().equals(((StartError) o).block());
    }

    @Override
    public int hashCode() {
        return block().hashCode();
    }

    @Override
    public String toString() {
        return block();
    }
}
