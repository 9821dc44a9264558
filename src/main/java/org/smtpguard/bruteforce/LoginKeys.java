package org.smtpguard.bruteforce;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.smtpguard.credential.InstallationSecret;

/**
 * What names, networks and passwords are counted by: keyed hashes, which no client can predict, and which are the same on all servers that
 * have the same {@link InstallationSecret}. Immutable, for any thread.
 */
final class LoginKeys {
    /** Longer names are shortened for the operator; they are counted whole. */
    private static final int NAME_LIMIT = 255;
    private static final int PART_SHIFT = 16;
    private static final int ID_OCTETS = 4;
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int NONCE_OCTETS = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final KeyedHash hash;
    private final byte[] fingerprintKey;
    private final SecretKeySpec nameKey;
    private final String id;

    LoginKeys(InstallationSecret secret) {
        ByteBuffer key = ByteBuffer.wrap(secret.keyFor("guess-limiter names"));
        this.hash = new KeyedHash(key.getLong(), key.getLong());
        this.fingerprintKey = secret.keyFor("guess-limiter passwords");
        this.nameKey = new SecretKeySpec(secret.keyFor("guess-limiter sealed names"), "AES");
        this.id = hex(Arrays.copyOf(secret.keyFor("guess-limiter identity"), ID_OCTETS));
    }

    /** Distinguishes installation secrets, without a hint of what they are. */
    String id() {
        return id;
    }

    Login login(String user, Network network) {
        return login(Optional.of(user.length() > NAME_LIMIT ? user.substring(0, NAME_LIMIT) : user), userKey(user), network);
    }

    Login login(Optional<String> user, long userKey, Network network) {
        long networkKey = networkKey(network);
        return new Login(user, network, userKey, networkKey, hash.of(userKey, networkKey));
    }

    /** Whatever its case, which a client can vary where the backend alone prepares names. */
    long userKey(String user) {
        return hash.of(user.toLowerCase(Locale.ROOT));
    }

    long networkKey(Network network) {
        return hash.of(network.high(), network.low());
    }

    /** The password is part of it as a keyed hash, cut to 16 bits: it can be recognised, and not be found again. */
    int fingerprint(Login login, Optional<byte[]> password) {
        int last = password.map(octets -> {
            byte[] digest = InstallationSecret.hmac(fingerprintKey, login.userKey + " " + login.networkKey + " " + hex(octets));
            return ((digest[0] & 0xFF) << Byte.SIZE) | (digest[1] & 0xFF);
        }).orElseGet(() -> ThreadLocalRandom.current().nextInt(1 << PART_SHIFT));
        return (login.userPart() << PART_SHIFT) | last;
    }

    /** A name that only servers with the same secret can read. Encrypted and authenticated by AES in GCM, in base64 (url). */
    String seal(String name) {
        byte[] nonce = new byte[NONCE_OCTETS];
        RANDOM.nextBytes(nonce);
        byte[] sealed = crypt(Cipher.ENCRYPT_MODE, nonce, name.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        byte[] all = Arrays.copyOf(nonce, NONCE_OCTETS + sealed.length);
        System.arraycopy(sealed, 0, all, NONCE_OCTETS, sealed.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /** @return empty if it was not sealed with the same secret */
    Optional<String> open(String sealed) {
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(sealed);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (all.length < NONCE_OCTETS + TAG_BITS / Byte.SIZE) {
            return Optional.empty();
        }
        return crypt(Cipher.DECRYPT_MODE, Arrays.copyOf(all, NONCE_OCTETS), Arrays.copyOfRange(all, NONCE_OCTETS, all.length))
            .map(octets -> new String(octets, StandardCharsets.UTF_8));
    }

    private Optional<byte[]> crypt(int mode, byte[] nonce, byte[] octets) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, nameKey, new GCMParameterSpec(TAG_BITS, nonce));
            return Optional.of(cipher.doFinal(octets));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + CIPHER, e);
        }
    }

    private static String hex(byte[] octets) {
        StringBuilder hex = new StringBuilder(2 * octets.length);
        for (byte octet : octets) {
            hex.append(Character.forDigit(octet >> 4 & 0xF, 16)).append(Character.forDigit(octet & 0xF, 16));
        }
        return hex.toString();
    }
}
