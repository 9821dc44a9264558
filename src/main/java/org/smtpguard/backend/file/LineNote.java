package org.smtpguard.backend.file;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A remark on one line of a file. Immutable; contains none of the line's text. */
final class LineNote {
    /** The maximum number listed individually: every line of a file may have one. */
    private static final int MAX_LISTED = 10;

    private final int number;
    private final String clause;

    LineNote(int number, String clause) {
        this.number = number;
        this.clause = clause;
    }

    /** The first notes as text, and the number of the rest. */
    static List<String> summary(List<LineNote> notes) {
        Stream<String> first = notes.stream().limit(MAX_LISTED).map(LineNote::toString);
        int more = notes.size() - MAX_LISTED;
        return Stream.concat(first, more > 0 ? Stream.of("and " + more + (more == 1 ? " more line" : " more lines")) : Stream.empty())
            .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LineNote && number == ((LineNote) o).number && clause.equals(((LineNote) o).clause);
    }

    @Override
    public int hashCode() {
        return Objects.hash(number, clause);
    }

    /** Continues a sentence after the file's name. */
    @Override
    public String toString() {
        return "line " + number + ": " + clause;
    }
}
