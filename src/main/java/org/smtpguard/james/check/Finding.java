package org.smtpguard.james.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** A result of a configuration check: one fact, and the places of the configuration that it is about. Immutable; contains no secret. */
public final class Finding {
    /** The severity. */
    public enum Severity {
        /** Valid. */
        OK,
        /** The server would start, but the setting needs attention. */
        WARNING,
        /** The server would not start, or the setting cannot work. */
        WRONG
    }

    /** A place in the configuration: of a port, or in a file that is not about ports. */
    public static final class Place {
        private final Optional<String> port;
        private final Optional<Integer> line;

        Place(Optional<String> port, Optional<Integer> line) {
            this.port = Objects.requireNonNull(port, "port");
            this.line = Objects.requireNonNull(line, "line");
        }

        /** As configured in {@code <bind>}. */
        public Optional<String> port() {
            return port;
        }

        /** From 1. */
        public Optional<Integer> line() {
            return line;
        }
    }

    private final Severity severity;
    private final String file;
    private final List<Place> places;
    private final String element;
    private final String sentence;

    Finding(Severity severity, String file, List<Place> places, String element, String sentence) {
        this.severity = Objects.requireNonNull(severity, "severity");
        this.file = Objects.requireNonNull(file, "file");
        this.places = List.copyOf(places);
        this.element = Objects.requireNonNull(element, "element");
        this.sentence = Objects.requireNonNull(sentence, "sentence");
    }

    boolean isSameAs(Finding other) {
        return severity == other.severity && file.equals(other.file) && element.equals(other.element) && sentence.equals(other.sentence);
    }

    Finding alsoAt(List<Place> more) {
        List<Place> all = new ArrayList<>(places);
        all.addAll(more);
        return new Finding(severity, file, all, element, sentence);
    }

    public Severity severity() {
        return severity;
    }

    /** The path of the file. */
    public String file() {
        return file;
    }

    /** Where it is configured; several if more than one port has it. */
    public List<Place> places() {
        return places;
    }

    /** The ports, as configured in {@code <bind>}; if it is about none, the file. */
    public String place() {
        String ports = places.stream().flatMap(place -> place.port().stream()).distinct().collect(Collectors.joining(", "));
        return ports.isEmpty() ? file : ports;
    }

    /** The lines in the file; empty if they are unknown. */
    public String lines() {
        return places.stream().flatMap(place -> place.line().stream()).distinct().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** The element, the handler or the backend. */
    public String element() {
        return element;
    }

    /** What was found, and the fix if one is needed. */
    public String sentence() {
        return sentence;
    }

    @Override
    public String toString() {
        return severity + " " + place() + " " + element + ": " + sentence;
    }
}
