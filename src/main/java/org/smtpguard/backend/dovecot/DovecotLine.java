package org.smtpguard.backend.dovecot;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A line of Dovecot's authentication protocol: a command and its parameters, separated by tabs. Tabs and line ends in
 * parameters are escaped, so a parameter cannot inject another one. Immutable.
 */
final class DovecotLine {
    private static final char ESCAPE = '\1';
    /** The escaped characters; {@link #LETTERS} has, at the same index, the letter that follows {@link #ESCAPE}. */
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

    /** @param line without its line end */
    static DovecotLine parse(String line) {
        return new DovecotLine(Arrays.stream(line.split(SEPARATOR, -1)).map(DovecotLine::unescaped)
            .collect(Collectors.toUnmodifiableList()));
    }

    String command() {
        return fields.get(0);
    }

    /** The parameter at that index, from 1 on. */
    Optional<String> parameter(int index) {
        return index < fields.size() ? Optional.of(fields.get(index)) : Optional.empty();
    }

    /** The parameters from that index on, by name. A missing value is empty; of two with the same name the first is used. */
    Map<String, String> named(int index) {
        return fields.stream().skip(index).map(field -> field.split("=", 2))
            .collect(Collectors.toUnmodifiableMap(pair -> pair[0], pair -> pair.length > 1 ? pair[1] : "", (first, second) -> first));
    }

    private static String escaped(String field) {
        return field.chars().mapToObj(character -> {
            int index = ESCAPED.indexOf(character);
            return index < 0 ? String.valueOf((char) character) : "" + ESCAPE + LETTERS.charAt(index);
        }).collect(Collectors.joining());
    }

    private static String unescaped(String field) {
        StringBuilder plain = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            char character = field.charAt(i);
            if (character == ESCAPE && i + 1 < field.length()) {
                char letter = field.charAt(++i);
                int index = LETTERS.indexOf(letter);
                plain.append(index < 0 ? letter : ESCAPED.charAt(index));
            } else {
                plain.append(character);
            }
        }
        return plain.toString();
    }

    /** As sent, with the line end. */
    String text() {
        return fields.stream().map(DovecotLine::escaped).collect(Collectors.joining(SEPARATOR, "", "\n"));
    }

    /** The command only: a parameter may be a secret. */
    @Override
    public String toString() {
        return command();
    }
}
