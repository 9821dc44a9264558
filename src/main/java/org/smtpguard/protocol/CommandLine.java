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
    private final Verb verb;
    private final Optional<String> argument;
    private final boolean bareLf;

    private CommandLine(Verb verb, Optional<String> argument, boolean bareLf) {
        this.verb = verb;
        this.argument = argument;
        this.bareLf = bareLf;
    }

    /** @param line the octets as they came, with their delimiter */
    public static CommandLine parse(byte[] line) {
        String text = new String(line, StandardCharsets.US_ASCII).trim();
        int space = text.indexOf(' ');
        String word = (space > 0 ? text.substring(0, space) : text).toUpperCase(Locale.US);
        Optional<String> argument = space > 0 ? Optional.of(text.substring(space + 1)) : Optional.empty();
        return new CommandLine(Verb.of(word), argument, endsInBareLf(line));
    }

    /** A command without an argument, or with one, as a client of good will would send it. */
    public static CommandLine of(Verb verb, Optional<String> argument) {
        return new CommandLine(verb, argument, false);
    }

    private static boolean endsInBareLf(byte[] line) {
        int last = line.length - 1;
        return last >= 0 && line[last] == '\n' && (last == 0 || line[last - 1] != '\r');
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

    /** The verb alone: an argument may be a credential, and so may a word that is no verb. */
    @Override
    public String toString() {
        return verb.toString();
    }
}
