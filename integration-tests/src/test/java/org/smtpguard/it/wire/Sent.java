package org.smtpguard.it.wire;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the tests have sent that no log may hold: passwords, and whatever went over the wire in base64. One for the whole run:
 * a log is held to everything that was ever sent, by whichever test.
 */
public final class Sent {
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/=]{8,}");
    private static final int SHORTEST_TOKEN = 8;
    /** Words of our own log lines. */
    private static final Set<String> ORDINARY = Set.of("wrong", "x", "");
    /** Of letters alone and so short, a password is a word that some class, path or message of James may hold as well. */
    private static final Pattern A_WORD_OF_ANY_LOG = Pattern.compile("[A-Za-z]{1,4}");

    /** The name of a file of ours; a part of it is what many tests have for a password. */
    private static final String SECRET_FILE = "smtp-guard.secret";

    private static final Set<String> PASSWORDS = ConcurrentHashMap.newKeySet();
    private static final Set<String> TOKENS = ConcurrentHashMap.newKeySet();

    private Sent() {
    }

    /**
     * @return the password
     * @throws IllegalArgumentException where the log of any server may hold it by chance: the test needs another
     */
    public static String password(String password) {
        if (!ORDINARY.contains(password) && A_WORD_OF_ANY_LOG.matcher(password).matches()) {
            throw new IllegalArgumentException("'" + password + "' is a word that a log may hold by chance: take a longer password");
        }
        // Octets that no log prints as they are stand in the commands of hostile clients, too, and give nothing away.
        if (!ORDINARY.contains(password) && !password.chars().allMatch(Character::isISOControl)) {
            PASSWORDS.add(password);
        }
        return password;
    }

    /** @return the token */
    static String token(String base64) {
        if (base64.length() >= SHORTEST_TOKEN) {
            TOKENS.add(base64);
        }
        return base64;
    }

    /** The first line of a log that holds any of it. */
    public static Optional<String> foundIn(String log) {
        return log.replace(SECRET_FILE, "").lines().filter(Sent::isGivenAwayBy).findFirst();
    }

    private static boolean isGivenAwayBy(String line) {
        return Stream.concat(BASE64.matcher(line).results().map(match -> match.group()), Stream.of(line)).anyMatch(TOKENS::contains)
            || PASSWORDS.stream().anyMatch(password -> holdsWord(line, password));
    }

    /** A password of letters alone may be a part of a longer word. */
    private static boolean holdsWord(String line, String word) {
        for (int start = line.indexOf(word); start >= 0; start = line.indexOf(word, start + 1)) {
            if (!isLetterAt(line, start - 1) && !isLetterAt(line, start + word.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLetterAt(String line, int index) {
        return index >= 0 && index < line.length() && Character.isLetterOrDigit(line.charAt(index));
    }
}
