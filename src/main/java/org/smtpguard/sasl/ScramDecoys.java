package org.smtpguard.sasl;

import java.nio.ByteBuffer;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.ScramKeys;

/**
 * The keys that a name without keys is asked by, so that a client cannot tell it from a user. The salt is a function of the name and
 * of the secret of the installation: the same for SCRAM-SHA-256 and its {@code -PLUS}, on all ports, after each restart and on all
 * servers of a cluster. Immutable.
 */
final class ScramDecoys {
    /** As new keys have them: what is told as long as no keys are known. */
    private static final KeyShape BY_DEFAULT = KeyShape.of(15_000, 16);

    private final ScramMechanism mechanism;
    private final String scheme;
    private final byte[] key;

    /** @param scheme the mechanism's name without {@code -PLUS} */
    ScramDecoys(ScramMechanism mechanism, String scheme, InstallationSecret secret) {
        this.mechanism = mechanism;
        this.scheme = scheme;
        this.key = secret.keyFor("scram-decoy " + scheme);
    }

    /**
     * The keys, which no proof fits.
     *
     * @param identity what tells users apart of the name
     * @param keys tells what shape the users' keys have
     */
    ScramKeys keysOf(String identity, ScramSaslMechanism.Keys keys) {
        KeyShape shape = keys.census(scheme).typical().orElse(BY_DEFAULT);
        byte[] storedKey = expand("key " + identity, ScramFunctions.hash(mechanism, key).length);
        return new ScramKeys(shape.iterations(), expand("salt " + identity, shape.saltOctets()), storedKey, storedKey);
    }

    /** Any number of octets, block by block. */
    private byte[] expand(String label, int octets) {
        ByteBuffer blocks = ByteBuffer.allocate(octets);
        for (int block = 0; blocks.hasRemaining(); block++) {
            byte[] next = InstallationSecret.hmac(key, block + " " + label);
            blocks.put(next, 0, Math.min(next.length, blocks.remaining()));
        }
        return blocks.array();
    }
}
