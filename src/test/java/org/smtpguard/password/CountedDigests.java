package org.smtpguard.password;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;

/**
 * The JDK's digests, of which the compressed blocks are counted: the cost of a check without a clock. Counts for one thread at a time, so
 * that tests next to it do not matter.
 */
final class CountedDigests extends Provider implements AutoCloseable {
    private static final long serialVersionUID = 1;
    private static final ThreadLocal<long[]> BLOCKS = ThreadLocal.withInitial(() -> new long[1]);

    CountedDigests() {
        super("CountedDigests", "1", "Counts the blocks of digests");
        put("MessageDigest.MD5", Md5.class.getName());
        put("MessageDigest.SHA-1", Sha1.class.getName());
        put("MessageDigest.SHA-256", Sha256.class.getName());
        put("MessageDigest.SHA-512", Sha512.class.getName());
        Security.insertProviderAt(this, 1);
    }

    /** @return how many blocks are compressed meanwhile */
    long blocks(Runnable work) {
        BLOCKS.get()[0] = 0;
        work.run();
        return BLOCKS.get()[0];
    }

    @Override
    public void close() {
        Security.removeProvider(getName());
    }

    /** A digest that fills blocks with octets, and the last with at least a bit and the length (RFC 1321 §3.1, RFC 6234 §4). */
    private abstract static class Counted extends MessageDigestSpi implements Cloneable {
        private final int block;
        private final int padding;
        private MessageDigest digest;
        private long octets;

        Counted(String algorithm, int block) {
            this.block = block;
            this.padding = 1 + block / 8;
            try {
                digest = MessageDigest.getInstance(algorithm, "SUN");
            } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected int engineGetDigestLength() {
            return digest.getDigestLength();
        }

        @Override
        protected void engineUpdate(byte input) {
            digest.update(input);
            octets++;
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            digest.update(input, offset, length);
            octets += length;
        }

        @Override
        protected byte[] engineDigest() {
            count();
            return digest.digest();
        }

        @Override
        protected int engineDigest(byte[] output, int offset, int length) throws DigestException {
            count();
            return digest.digest(output, offset, length);
        }

        private void count() {
            BLOCKS.get()[0] += (octets + padding + block - 1) / block;
            octets = 0;
        }

        @Override
        protected void engineReset() {
            digest.reset();
            octets = 0;
        }

        @Override
        public Object clone() throws CloneNotSupportedException {
            Counted copy = (Counted) super.clone();
            copy.digest = (MessageDigest) digest.clone();
            return copy;
        }
    }

    /** As the other three: named by a provider, which makes them. */
    public static final class Md5 extends Counted {
        public Md5() {
            super("MD5", 64);
        }
    }

    public static final class Sha1 extends Counted {
        public Sha1() {
            super("SHA-1", 64);
        }
    }

    public static final class Sha256 extends Counted {
        public Sha256() {
            super("SHA-256", 64);
        }
    }

    public static final class Sha512 extends Counted {
        public Sha512() {
            super("SHA-512", 128);
        }
    }
}
