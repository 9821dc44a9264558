package org.smtpguard.password;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A stored tag and the way from a password to its tag: what all schemes have in common once a hash has been read. */
final class DerivedHash implements PasswordHash {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String scheme;
    private final String cost;
    private final long work;
    private final byte[] tag;
    private final UnaryOperator<byte[]> derive;
    private final Optional<ScramVerifier> scram;
    private final Optional<String> doubt;

    /**
     * @param tag what the right password yields; at least 16 octets, so that no password yields a random one
     * @param derive from a password to its tag; leaves the password as it is
     */
    DerivedHash(String scheme, String cost, long work, byte[] tag, UnaryOperator<byte[]> derive) {
        this(scheme, cost, work, tag, derive, Optional.empty());
    }

    DerivedHash(String scheme, String cost, long work, byte[] tag, UnaryOperator<byte[]> derive, Optional<ScramVerifier> scram) {
        this(scheme, cost, work, tag, derive, scram, Optional.empty());
    }

    private DerivedHash(String scheme, String cost, long work, byte[] tag, UnaryOperator<byte[]> derive, Optional<ScramVerifier> scram,
            Optional<String> doubt) {
        this.scheme = scheme;
        this.cost = cost;
        this.work = work;
        this.tag = tag;
        this.derive = derive;
        this.scram = scram;
        this.doubt = doubt;
    }

    /** The same hash, {@link PasswordHash#doubt doubted}. */
    DerivedHash doubted(String clause) {
        return new DerivedHash(scheme, cost, work, tag, derive, scram, Optional.of(clause));
    }

    @Override
    public Optional<String> doubt() {
        return doubt;
    }

    @Override
    public String scheme() {
        return scheme;
    }

    @Override
    public String cost() {
        return cost;
    }

    @Override
    public long work() {
        return work;
    }

    @Override
    public Optional<ScramVerifier> scram() {
        return scram;
    }

    @Override
    public boolean matches(byte[] password) {
        return MessageDigest.isEqual(tag, derive.apply(Objects.requireNonNull(password, "password")));
    }

    /** Keeps the salt, so that its length is the same, and never gives it away: a decoy has no {@link #scram()}. */
    @Override
    public PasswordHash decoy() {
        return new DerivedHash(scheme, cost, work, random(tag.length), derive);
    }

    /** Fresh octets, for salts. */
    static byte[] random(int octets) {
        byte[] random = new byte[octets];
        RANDOM.nextBytes(random);
        return random;
    }

    @Override
    public String toString() {
        return scheme + " " + cost;
    }
}
