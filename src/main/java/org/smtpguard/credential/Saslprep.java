package org.smtpguard.credential;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

import com.ongres.saslprep.SASLprep;
import com.ongres.stringprep.Option;
import com.ongres.stringprep.Profile;

/**
 * SASLprep (RFC 4013): normalises strings that look the same. SCRAM clients apply it to passwords (RFC 5802 §2.2). Strings with
 * prohibited characters (control characters, private use, mixed directions) have no prepared form.
 */
public final class Saslprep {
    private static final Profile PROFILE = new SASLprep();
    private static final Profile OF_NAMES = new OfNames();

    private Saslprep() {
    }

    /**
     * Prepares a user name for comparison: a query string (RFC 3454 §7), which may contain characters that are unassigned in Unicode 3.2.
     * The direction is not checked, since local part and domain of an address may differ in it.
     */
    public static Optional<String> name(String name) {
        return prepared(name, OF_NAMES::prepareQuery);
    }

    /** Prepares a password for comparison: a query string. Empty if it has no prepared form, or is not UTF-8. */
    public static Optional<byte[]> password(byte[] utf8) {
        return octets(utf8, PROFILE::prepareQuery);
    }

    /** Prepares a password for hashing: a stored string (RFC 3454 §7). Empty as for {@link #password}. */
    public static Optional<byte[]> storedPassword(byte[] utf8) {
        return octets(utf8, PROFILE::prepareStored);
    }

    private static Optional<byte[]> octets(byte[] utf8, UnaryOperator<String> preparation) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
            return prepared(text, preparation).map(prepared -> prepared.getBytes(StandardCharsets.UTF_8));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> prepared(String text, UnaryOperator<String> preparation) {
        if (text.chars().allMatch(character -> character >= ' ' && character < 0x7f)) {
            return Optional.of(text).filter(ascii -> !ascii.isEmpty());
        }
        try {
            return Optional.of(preparation.apply(text)).filter(prepared -> !prepared.isEmpty());
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // The library throws the former for prohibited text, the latter if no character is left.
            return Optional.empty();
        }
    }

    private static final class OfNames implements Profile {
        @Override
        public Set<Option> profile() {
            Set<Option> options = EnumSet.copyOf(PROFILE.profile());
            options.remove(Option.CHECK_BIDI);
            return options;
        }

        @Override
        public int[] additionalMappingTable(int codePoint) {
            return PROFILE.additionalMappingTable(codePoint);
        }
    }
}
