package org.smtpguard.credential;

import java.util.Objects;
import java.util.function.Supplier;

/** SCRAM keys that a client may prove to have, and what follows if it does. Immutable; {@link #toString} shows no key. */
public final class KeyCandidate {
    private final ScramKeys keys;
    private final Supplier<CredentialResult> verdict;

    /** @param verdict called once the client has proven that it has the keys; returns immediately */
    public KeyCandidate(ScramKeys keys, Supplier<CredentialResult> verdict) {
        this.keys = Objects.requireNonNull(keys, "keys");
        this.verdict = Objects.requireNonNull(verdict, "verdict");
    }

    public ScramKeys keys() {
        return keys;
    }

    /** The result for a client that has proven to have the keys: accepted, or the reason why it may not log in. */
    public CredentialResult verdict() {
        return verdict.get();
    }

    @Override
    public String toString() {
        return keys.toString();
    }
}
