package org.smtpguard.password;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A tag and the function that derives it from a password: the common implementation of all schemes. */
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
     * @param tag the tag of the correct password; at least 16 octets, so that no password has the random tag of a decoy
     * @param derive derives the tag of a password; does not change the password
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

    /** The same hash with a {@link PasswordHash#doubt doubt}. */
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

    /** Uses the same salt, so that its length is the same; it is not exposed, since a decoy has no {@link #scram()}. */
    @Override
    public PasswordHash decoy() {
        return new DerivedHash(scheme, cost, work, random(tag.length), derive);
    }

    /** Random octets, for salts. */
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
