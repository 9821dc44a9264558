package org.smtpguard.backend.file;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is to be said of one line of a file. Immutable; holds nothing that stands in the line. */
final class LineNote {
    /** How many are told one by one: a file may consist of them. */
    private static final int TOLD = 10;

    private final int number;
    private final String clause;

    LineNote(int number, String clause) {
        this.number = number;
        this.clause = clause;
    }

    /** The first of them in words, and how many more there are. */
    static List<String> told(List<LineNote> notes) {
        Stream<String> first = notes.stream().limit(TOLD).map(LineNote::toString);
        int more = notes.size() - TOLD;
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

    /** Goes on after the file's name. */
    @Override
    public String toString() {
        return "line " + number + ": " + clause;
    }
}
