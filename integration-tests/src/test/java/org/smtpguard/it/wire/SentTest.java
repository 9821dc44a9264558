package org.smtpguard.it.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentTest {
    private static final String PASSWORD = "Kx93-of-SentTest";

    @ParameterizedTest
    @ValueSource(strings = {PASSWORD, "AGFsaWNlQGxvY2FsaG9zdABLeDkzLW9mLVNlbnRUZXN0", "S3g5My1vZi1TZW50VGVzdA=="})
    void whatWasSentIsFoundInALogRawAndInBase64(String secret) {
        WireScript.plain("alice@localhost", PASSWORD);
        WireScript.base64(PASSWORD);

        String line = "12:00 [INFO ] AUTH with '" + secret + "'";
        assertThat(Sent.foundIn("a line\n" + line + "\nanother")).hasValue(line);
        assertThat(Sent.foundIn("a line of a" + PASSWORD + "b\nand X" + secret + "Y\n")).isEmpty();
    }

    @Test
    void theWordsOfALogAreNoPasswords() {
        WireScript.plain("alice@localhost", "wrong");

        assertThat(Sent.foundIn("AUTH method PLAIN failed from alice@localhost@127.0.0.1: REFUSED (wrong password) by apps")).isEmpty();
    }

    /** The log of another server, in another class, would fail for it. */
    @Test
    void aPasswordThatALogHoldsByChanceIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> WireScript.plain("phone@localhost", "app")).withMessageContaining("longer");
    }
}
