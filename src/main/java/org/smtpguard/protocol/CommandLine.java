package org.smtpguard.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * One line from a client, parsed as a command (RFC 5321 §2.4, §4.1.1). It is parsed as James parses it, so that the guard judges the
 * command that James executes: white space around the line is dropped, the first space ends the verb, verbs are case-insensitive, and
 * octets beyond ASCII are unreadable. An unknown command word is not kept: it may be a password that was sent at the wrong time, and
 * must not appear in a reply.
 */
public final class CommandLine {
    private static final byte DELETE = 0x7f;

    private final Verb verb;
    private final Optional<String> argument;
    private final boolean bareLf;
    private final Optional<String> controlCharacter;

    private CommandLine(Verb verb, Optional<String> argument, boolean bareLf, Optional<String> controlCharacter) {
        this.verb = verb;
        this.argument = argument;
        this.bareLf = bareLf;
        this.controlCharacter = controlCharacter;
    }

    /** @param line the octets as received, with the delimiter */
    public static CommandLine parse(byte[] line) {
        String text = new String(line, StandardCharsets.US_ASCII).trim();
        int space = text.indexOf(' ');
        String word = (space > 0 ? text.substring(0, space) : text).toUpperCase(Locale.US);
        Optional<String> argument = space > 0 ? Optional.of(text.substring(space + 1)) : Optional.empty();
        return new CommandLine(Verb.of(word), argument, endsInBareLf(line), controlCharacter(line));
    }

    /** A well-formed command. */
    public static CommandLine of(Verb verb, Optional<String> argument) {
        return new CommandLine(verb, argument, false, Optional.empty());
    }

    private static boolean endsInBareLf(byte[] line) {
        int last = line.length - 1;
        return last >= 0 && line[last] == '\n' && (last == 0 || line[last - 1] != '\r');
    }

    /**
     * The text of a line without its delimiter (CRLF or LF) and without SP and TAB around it. Other control characters are kept.
     *
     * @param line the octets as received, with the delimiter
     */
    public static String strip(byte[] line) {
        int end = contentEnd(line);
        int start = 0;
        while (start < end && isWhiteSpace(line[start])) {
            start++;
        }
        return new String(line, start, end - start, StandardCharsets.US_ASCII);
    }

    /** The index after the last octet that is neither delimiter nor trailing white space. */
    private static int contentEnd(byte[] line) {
        int end = line.length;
        if (end > 0 && line[end - 1] == '\n') {
            end -= end > 1 && line[end - 2] == '\r' ? 2 : 1;
        }
        while (end > 0 && isWhiteSpace(line[end - 1])) {
            end--;
        }
        return end;
    }

    private static boolean isWhiteSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    private static Optional<String> controlCharacter(byte[] line) {
        int end = contentEnd(line);
        for (int i = 0; i < end; i++) {
            if ((line[i] >= 0 && line[i] < ' ') || line[i] == DELETE) {
                return Optional.of(String.format(Locale.ROOT, "octet 0x%02X at position %d", line[i], i + 1));
            }
        }
        return Optional.empty();
    }

    public Verb verb() {
        return verb;
    }

    /** The text after the first space. Never log or echo it for {@link Verb#AUTH}. */
    public Optional<String> argument() {
        return argument;
    }

    /** Whether the line ended in LF without CR (RFC 5321 §2.3.8 forbids it). */
    public boolean endsInBareLf() {
        return bareLf;
    }

    /**
     * The first control character of the line and its position, counted from 1; empty if there is none. Control characters are the octets
     * 0 to 31 and 127 (RFC 5321 §4.1.2), except in the delimiter and in trailing white space.
     */
    public Optional<String> controlCharacter() {
        return controlCharacter;
    }

    /** The verb only: an argument may be a credential, and so may an unknown command word. */
    @Override
    public String toString() {
        return verb.toString();
    }
}
