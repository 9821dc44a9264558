package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyedHashTest {
    /** The key of the reference implementation's test vectors: octets 00 to 0f. */
    private final KeyedHash hash = new KeyedHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    @Test
    void isSipHash24() {
        // The inputs of the vectors are octets 00, 01, 02 ...: two of them are one character.
        assertThat(hash.of("")).isEqualTo(0x726fdb47dd0e0e31L);
        assertThat(hash.of("\u0100")).isEqualTo(0x0d6c8009d9a94f5aL);
        assertThat(hash.of("\u0100\u0302\u0504\u0706")).isEqualTo(0x93f5f5799a932462L);
        assertThat(hash.of(0x0706050403020100L, 0x0f0e0d0c0b0a0908L)).isEqualTo(0x3f2acc7f57c29bdbL);
    }

    @Test
    void dependsOnTheKey() {
        assertThat(hash.of("alice")).isNotEqualTo(new KeyedHash(1, 2).of("alice"));
    }
}
