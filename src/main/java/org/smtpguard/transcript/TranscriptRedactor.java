package org.smtpguard.transcript;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;

/**
 * Removes credentials, and anything that may be one, from the lines of a transcript. Of AUTH, only the mechanism is kept; of a response
 * and of an unknown command, which may be a password sent at the wrong time, only the length; of the reply to either, only text that
 * cannot repeat it.
 */
final class TranscriptRedactor {
    /** Known mechanisms; any other word after AUTH may be a password. */
    private static final Set<String> MECHANISMS = Set.of("PLAIN", "LOGIN", "EXTERNAL", "ANONYMOUS", "CRAM-MD5", "DIGEST-MD5", "NTLM",
        "GSSAPI", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS",
        "OAUTHBEARER", "XOAUTH2");
    /**
     * Well-formed arguments, which are kept. Other arguments may be confidential: a client whose DATA was refused may continue with its
     * message, and a line of that may begin with "Help" or "Mail".
     */
    private static final Map<Verb, Predicate<String>> ARGUMENTS = new EnumMap<>(Map.of(
        Verb.EHLO, any -> true, Verb.HELO, any -> true, Verb.VRFY, any -> true, Verb.EXPN, any -> true,
        Verb.MAIL, beginsWith("FROM:"), Verb.RCPT, beginsWith("TO:"),
        Verb.HELP, Pattern.compile("[A-Za-z0-9-]+").asMatchPredicate()));
    private static final String CANCEL = "*";
    private static final int UNREAD = 0;
    private static final String LOGGED_IN = "235";
    private static final String CHALLENGE = "334";

    private TranscriptRedactor() {
    }

    /** Whether the reply may repeat something confidential. */
    static boolean isConfidential(CommandLine command) {
        return command.verb() == Verb.AUTH || command.verb() == Verb.OTHER;
    }

    /** The parts of a command, to be joined by spaces. */
    static List<String> command(CommandLine command, int octets) {
        String argument = command.argument().orElse("").trim();
        if (command.verb() == Verb.OTHER) {
            return List.of(size("unknown command", octets));
        }
        String verb = command.verb().name();
        if (argument.isEmpty()) {
            return List.of(verb);
        }
        if (command.verb() == Verb.AUTH) {
            return List.of(verb, mechanism(argument));
        }
        boolean hasForm = ARGUMENTS.getOrDefault(command.verb(), any -> false).test(argument);
        return List.of(verb, hasForm ? argument : hidden(argument));
    }

    private static String hidden(String argument) {
        return "(argument, " + argument.length() + " octets)";
    }

    private static Predicate<String> beginsWith(String word) {
        return argument -> argument.regionMatches(true, 0, word, 0, word.length());
    }

    private static String mechanism(String argument) {
        int space = argument.indexOf(' ');
        String word = (space < 0 ? argument : argument.substring(0, space)).toUpperCase(Locale.ROOT);
        String name = MECHANISMS.contains(word) ? word : "(unknown mechanism, " + word.length() + " octets)";
        return space < 0 ? name : name + " (hidden)";
    }

    /** A response in an AUTH exchange. */
    static String response(byte[] line) {
        boolean cancels = new String(line, StandardCharsets.US_ASCII).trim().equals(CANCEL);
        return cancels ? CANCEL : size("response", line.length);
    }

    private static String size(String what, int octets) {
        return "(" + what + ", " + (octets == UNREAD ? "too long to be read" : octets + " octets") + ")";
    }

    static String content(long octets) {
        return "(content, " + octets + " octets)";
    }

    /** The reply to a {@linkplain #isConfidential confidential} command: 235 with its text, every other reply without. */
    static List<? extends CharSequence> reply(String code, List<? extends CharSequence> lines, int octets) {
        switch (code) {
            case LOGGED_IN:
                return lines;
            case CHALLENGE:
                return List.of(code + " (challenge, " + octets + " octets)");
            default:
                return List.of(code + " (" + octets + " octets)");
        }
    }
}
