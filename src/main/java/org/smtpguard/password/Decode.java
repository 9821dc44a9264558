package org.smtpguard.password;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

import org.bouncycastle.util.encoders.Hex;

/** Decodes the parts of a stored hash. Error messages name the part, but never contain any of it. */
final class Decode {
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,9}");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]+={0,2}");
    private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]+");

    private Decode() {
    }

    static long number(String what, String digits) {
        if (!NUMBER.matcher(digits).matches()) {
            throw new MalformedHashException(what + " is not a number");
        }
        return Long.parseLong(digits);
    }

    static long within(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new MalformedHashException(what + "=" + value + " is not within " + min + " to " + max);
        }
        return value;
    }

    /** Base64, padded or not. */
    static byte[] base64(String what, String text) {
        int end = text.indexOf('=');
        // The length checks reject a last group of one character and a wrong padding, on which the decoder would throw.
        if (!BASE64.matcher(text).matches() || (end < 0 ? text.length() : end) % 4 == 1 || (end >= 0 && text.length() % 4 != 0)) {
            throw new MalformedHashException(what + " is not base64");
        }
        return Base64.getDecoder().decode(text);
    }

    /** Base64 with {@code .} instead of {@code +} and without padding, as passlib and OpenLDAP write it. */
    static byte[] adaptedBase64(String what, String text) {
        return base64(what, text.replace('.', '+'));
    }

    static byte[] hex(String what, String text) {
        if (!isHex(text)) {
            throw new MalformedHashException(what + " is not hexadecimal");
        }
        return Hex.decode(text);
    }

    /** Decodes text that was wrapped in base64 or hexadecimal. */
    static String utf8(String what, byte[] octets) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedHashException(what + " is not text in the base64 or hexadecimal of its scheme");
        }
    }

    static boolean isHex(String text) {
        return text.length() % 2 == 0 && HEX.matcher(text).matches();
    }

    static byte[] sized(String what, byte[] octets, int min, int max) {
        if (octets.length < min || octets.length > max) {
            throw new MalformedHashException(what + " has " + octets.length + " octets; it must have "
                + (min == max ? String.valueOf(min) : min + " to " + max));
        }
        return octets;
    }
}
