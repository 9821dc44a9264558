package org.smtpguard.transcript;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Replaces names and addresses of people by pseudonyms: equal ones by equal ones, until James restarts. Who has only the pseudonym cannot
 * compute the name, nor test a guess, without the key. Immutable.
 */
final class Pseudonyms {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY = 32;
    private static final int OCTETS = 5;
    /** A path of MAIL or RCPT, whose local part may be quoted; and a mailbox without brackets. */
    private static final Pattern MAILBOX = Pattern.compile("(?<=<)[^<>\n]*@[^<>\n]*(?=>)|[^\\s<>\"(),;:\\[\\]]+@[^\\s<>\"(),;\\[\\]]+");

    private final SecretKeySpec key;

    private Pseudonyms(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    static Pseudonyms random() {
        byte[] key = new byte[KEY];
        new SecureRandom().nextBytes(key);
        return new Pseudonyms(key);
    }

    /** The pseudonym of a name, ignoring case. */
    String of(String name) {
        StringBuilder text = new StringBuilder("~");
        byte[] hash = hash(name.toLowerCase(Locale.ROOT));
        for (int i = 0; i < OCTETS; i++) {
            text.append(String.format(Locale.ROOT, "%02x", hash[i]));
        }
        return text.toString();
    }

    /** The text with a pseudonym in place of each mailbox in it. */
    String inPlaceOfMailboxes(String text) {
        return MAILBOX.matcher(text).replaceAll(mailbox -> Matcher.quoteReplacement(of(mailbox.group())));
    }

    private byte[] hash(String name) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
