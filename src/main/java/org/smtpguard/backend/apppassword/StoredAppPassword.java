package org.smtpguard.backend.apppassword;

import java.util.Optional;

import org.smtpguard.credential.AppPassword;

/** An app password as it is stored. Immutable; {@link #toString} shows neither hash nor keys. */
final class StoredAppPassword {
    private final AppPassword info;
    private final String hash;
    private final Optional<ProofKeys> keys;

    /** @param hash as {@link AppPasswordSecret#hash()} */
    StoredAppPassword(AppPassword info, String hash, Optional<ProofKeys> keys) {
        this.info = info;
        this.hash = hash;
        this.keys = keys;
    }

    /** The same with other facts. */
    StoredAppPassword with(AppPassword other) {
        return new StoredAppPassword(other, hash, keys);
    }

    AppPassword info() {
        return info;
    }

    String hash() {
        return hash;
    }

    /** For SCRAM, made with the {@link UserSalt} of its user; empty if it was made without. */
    Optional<ProofKeys> keys() {
        return keys;
    }

    @Override
    public String toString() {
        return info.toString();
    }

    /** The keys of SCRAM-SHA-256 (RFC 5802 §3). Immutable. */
    static final class ProofKeys {
        private final byte[] storedKey;
        private final byte[] serverKey;

        ProofKeys(byte[] storedKey, byte[] serverKey) {
            this.storedKey = storedKey.clone();
            this.serverKey = serverKey.clone();
        }

        byte[] storedKey() {
            return storedKey.clone();
        }

        byte[] serverKey() {
            return serverKey.clone();
        }
    }
}
