package org.smtpguard.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * One line of a client, read as a command (RFC 5321 §2.4, §4.1.1). Read as James reads it, so that what the guard
 * judged and what James then does are the same command: white space around the line is dropped, the first space ends
 * the verb, verbs are case-insensitive, octets beyond ASCII are unreadable. The word of a command that is no verb is not
 * kept: a client that lost its place sends its password there, and it must not come back in a reply.
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

    /** @param line the octets as they came, with their delimiter */
    public static CommandLine parse(byte[] line) {
        String text = new String(line, StandardCharsets.US_ASCII).trim();
        int space = text.indexOf(' ');
        String word = (space > 0 ? text.substring(0, space) : text).toUpperCase(Locale.US);
        Optional<String> argument = space > 0 ? Optional.of(text.substring(space + 1)) : Optional.empty();
        return new CommandLine(Verb.of(word), argument, endsInBareLf(line), controlCharacter(line));
    }

    /** A command without an argument, or with one, as a client of good will would send it. */
    public static CommandLine of(Verb verb, Optional<String> argument) {
        return new CommandLine(verb, argument, false, Optional.empty());
    }

    private static boolean endsInBareLf(byte[] line) {
        int last = line.length - 1;
        return last >= 0 && line[last] == '\n' && (last == 0 || line[last - 1] != '\r');
    }

    /**
     * The text of a line without its end (CRLF or LF) and without SP and TAB around it. All other control characters stay.
     *
     * @param line the octets as they came, with their delimiter
     */
    public static String strip(byte[] line) {
        int end = contentEnd(line);
        int start = 0;
        while (start < end && isWhiteSpace(line[start])) {
            start++;
        }
        return new String(line, start, end - start, StandardCharsets.US_ASCII);
    }

    /** Where the end of the line begins, or the white space before it. */
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
            if (line[i] >= 0 && line[i] < ' ' || line[i] == DELETE) {
                return Optional.of(String.format(Locale.ROOT, "octet 0x%02X at position %d", line[i], i + 1));
            }
        }
        return Optional.empty();
    }

    public Verb verb() {
        return verb;
    }

    /** What follows the first space. Never to be logged or echoed for {@link Verb#AUTH}. */
    public Optional<String> argument() {
        return argument;
    }

    /** Whether the line ended in LF without CR (RFC 5321 §2.3.8 forbids it). */
    public boolean endsInBareLf() {
        return bareLf;
    }

    /**
     * The first control character of the line and its position, from 1; empty if there is none. Control characters are the octets 0 to 31
     * and 127 (RFC 5321 §4.1.2), but not those that end the line, nor TAB where only white space follows.
     */
    public Optional<String> controlCharacter() {
        return controlCharacter;
    }

    /** The verb alone: an argument may be a credential, and so may a word that is no verb. */
    @Override
    public String toString() {
        return verb.toString();
    }
}
