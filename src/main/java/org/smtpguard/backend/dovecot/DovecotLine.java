package org.smtpguard.backend.dovecot;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line of Dovecot's authentication protocol: a command and its parameters, with a tab between two. What would end a parameter or
 * the line is escaped, so that nothing can stand in one that becomes another. Immutable.
 */
final class DovecotLine {
    private static final char ESCAPE = '\1';
    /** What is escaped, and by what letter behind the {@link #ESCAPE}: at the same place. */
    private static final String ESCAPED = "\0\1\t\r\n";
    private static final String LETTERS = "01trn";
    private static final String SEPARATOR = "\t";

    private final List<String> fields;

    private DovecotLine(List<String> fields) {
        this.fields = fields;
    }

    static DovecotLine of(List<String> fields) {
        return new DovecotLine(List.copyOf(fields));
    }

    /** @param line without its end */
    static DovecotLine parse(String line) {
        return new DovecotLine(Arrays.stream(line.split(SEPARATOR, -1)).map(DovecotLine::unescaped)
            .collect(Collectors.toUnmodifiableList()));
    }

    String command() {
        return fields.get(0);
    }

    /** The parameter at that place, from 1 on. */
    Optional<String> parameter(int place) {
        return place < fields.size() ? Optional.of(fields.get(place)) : Optional.empty();
    }

    /** The parameters from that place on, by name. One without a value has an empty one, and of two by one name the first counts. */
    Map<String, String> named(int place) {
        return fields.stream().skip(place).map(field -> field.split("=", 2))
            .collect(Collectors.toUnmodifiableMap(pair -> pair[0], pair -> pair.length > 1 ? pair[1] : "", (first, second) -> first));
    }

    private static String escaped(String field) {
        return field.chars().mapToObj(character -> {
            int place = ESCAPED.indexOf(character);
            return place < 0 ? String.valueOf((char) character) : "" + ESCAPE + LETTERS.charAt(place);
        }).collect(Collectors.joining());
    }

    private static String unescaped(String field) {
        StringBuilder plain = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char character = field.charAt(i);
            if (character == ESCAPE && i + 1 < field.length()) {
                char letter = field.charAt(++i);
                int place = LETTERS.indexOf(letter);
                plain.append(place < 0 ? letter : ESCAPED.charAt(place));
            } else {
                plain.append(character);
            }
        }
        return plain.toString();
    }

    /** As it is sent, with its end. */
    String text() {
        return fields.stream().map(DovecotLine::escaped).collect(Collectors.joining(SEPARATOR, "", "\n"));
    }

    /** The command alone: a parameter may be a secret. */
    @Override
    public String toString() {
        return command();
    }
}
