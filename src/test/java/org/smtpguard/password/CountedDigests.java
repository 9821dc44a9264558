package org.smtpguard.password;

import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.Optional;

/**
 * In place of the JDK's digests, these count the blocks that a digest would compress: the cost of a check without a clock. Only for the
 * thread that counts: all others have the JDK's.
 */
final class CountedDigests extends Provider implements AutoCloseable {
    private static final long serialVersionUID = 1;
    private static final ThreadLocal<Optional<long[]>> BLOCKS = ThreadLocal.withInitial(Optional::empty);

    CountedDigests() {
        super("CountedDigests", "1", "Counts the blocks of digests");
        putService(new Counting("MD5", 64, 16));
        putService(new Counting("SHA-1", 64, 20));
        putService(new Counting("SHA-256", 64, 32));
        putService(new Counting("SHA-512", 128, 64));
        Security.insertProviderAt(this, 1);
    }

    /** @return how many blocks are compressed meanwhile */
    long blocks(Runnable work) {
        long[] blocks = new long[1];
        BLOCKS.set(Optional.of(blocks));
        try {
            work.run();
        } finally {
            BLOCKS.remove();
        }
        return blocks[0];
    }

    @Override
    public void close() {
        Security.removeProvider(getName());
    }

    /** A digest for threads that count; for others the next provider is taken. */
    private final class Counting extends Service {
        private final int block;
        private final int length;

        Counting(String algorithm, int block, int length) {
            super(CountedDigests.this, "MessageDigest", algorithm, Counted.class.getName(), null, null);
            this.block = block;
            this.length = length;
        }

        @Override
        public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
            return new Counted(BLOCKS.get().orElseThrow(() -> new NoSuchAlgorithmException("this thread does not count")), block, length);
        }
    }

    /**
     * Fills blocks with octets, and the last with at least a bit and the length (RFC 1321 §3.1, RFC 6234 §4). Its result depends on the
     * input, since SHA-crypt takes a number of repetitions from it, but is no digest: only the blocks matter, and millions are counted.
     */
    private static final class Counted extends MessageDigestSpi implements Cloneable {
        private final long[] blocks;
        private final int block;
        private final int padding;
        private final int length;
        private int mixed;
        private long octets;

        Counted(long[] blocks, int block, int length) {
            this.blocks = blocks;
            this.block = block;
            this.padding = 1 + block / 8;
            this.length = length;
        }

        @Override
        protected int engineGetDigestLength() {
            return length;
        }

        @Override
        protected void engineUpdate(byte input) {
            mixed = 31 * mixed + input;
            octets++;
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int count) {
            for (int i = offset; i < offset + count; i++) {
                mixed = 31 * mixed + input[i];
            }
            octets += count;
        }

        @Override
        protected byte[] engineDigest() {
            blocks[0] += (octets + padding + block - 1) / block;
            byte[] digest = new byte[length];
            Arrays.fill(digest, (byte) (mixed >> 8));
            engineReset();
            return digest;
        }

        @Override
        protected void engineReset() {
            mixed = 0;
            octets = 0;
        }

        @Override
        public Object clone() throws CloneNotSupportedException {
            return super.clone();
        }
    }
}
