package org.smtpguard.sasl;

import java.nio.ByteBuffer;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.ScramKeys;

/**
 * Decoy keys for users without keys and unknown users, so that the challenge does not reveal whether a user exists. The salt is derived
 * from the name and the secret of the installation: the same for SCRAM-SHA-256 and its {@code -PLUS}, on all ports, after each restart
 * and on all servers of a cluster. Immutable.
 */
final class ScramDecoys {
    /** The shape of new keys, used while no keys are known. */
    private static final KeyShape DEFAULT_SHAPE = KeyShape.of(15_000, 16);

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
     * Keys for which no proof is valid.
     *
     * @param identity the part of the name that identifies a user, see {@link ScramSaslMechanism.Keys#identity}
     * @param keys provides the shape of the users' keys
     */
    ScramKeys keysOf(String identity, ScramSaslMechanism.Keys keys) {
        KeyShape shape = keys.census(scheme).typical().orElse(DEFAULT_SHAPE);
        byte[] storedKey = expand("key " + identity, ScramFunctions.hash(mechanism, key).length);
        return new ScramKeys(shape.iterations(), expand("salt " + identity, shape.saltOctets()), storedKey, storedKey);
    }

    /** Derives any number of octets from the key and a label. */
    private byte[] expand(String label, int octets) {
        ByteBuffer blocks = ByteBuffer.allocate(octets);
        for (int block = 0; blocks.hasRemaining(); block++) {
            byte[] next = InstallationSecret.hmac(key, block + " " + label);
            blocks.put(next, 0, Math.min(next.length, blocks.remaining()));
        }
        return blocks.array();
    }
}
