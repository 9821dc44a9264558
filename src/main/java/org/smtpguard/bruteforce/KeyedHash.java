package org.smtpguard.bruteforce;

/**
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") without garbage: what stands for names and networks in the
 * tables, so that no client can choose some that collide. Immutable.
 */
final class KeyedHash {
    private static final int BITS_OF_A_CHARACTER = 16;
    private static final int LENGTH_SHIFT = 56;

    private final long key0;
    private final long key1;

    KeyedHash(long key0, long key1) {
        this.key0 = key0;
        this.key1 = key1;
    }

    /** Of the text's UTF-16 in little-endian order. */
    long of(CharSequence text) {
        State state = new State(key0, key1);
        long word = 0;
        int shift = 0;
        for (int i = 0; i < text.length(); i++) {
            word |= (long) text.charAt(i) << shift;
            shift += BITS_OF_A_CHARACTER;
            if (shift == Long.SIZE) {
                state.add(word);
                word = 0;
                shift = 0;
            }
        }
        state.add(word | ((2L * text.length()) << LENGTH_SHIFT));
        return state.end();
    }

    long of(long first, long second) {
        State state = new State(key0, key1);
        state.add(first);
        state.add(second);
        state.add((2L * Long.BYTES) << LENGTH_SHIFT);
        return state.end();
    }

    /** Never leaves its method, so the JIT keeps it in registers. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long key0, long key1) {
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL;
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
        }

        void add(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long end() {
            v2 ^= 0xff;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v1;
            v0 += v3;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
