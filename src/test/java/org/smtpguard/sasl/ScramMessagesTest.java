package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5802 §7. */
class ScramMessagesTest {
    private static final String FIRST = "n,a=bob,n=alice,r=nonce";
    private static final String BINDING_AND_NONCE = "c=biws,r=nonce";
    private static final String PROOF = ",p=cHJvb2Y=";

    @Test
    void theFirstMessageIsItsHeaderAndItsBarePart() {
        Optional<ScramMessages.ClientFirst> first = ScramMessages.ClientFirst.parse(FIRST);

        assertThat(first).isPresent();
        assertThat(first.get().header()).isEqualTo("n,a=bob,");
        assertThat(first.get().binding()).isEqualTo("n");
        assertThat(first.get().authorization()).contains("bob");
        assertThat(first.get().bare()).isEqualTo("n=alice,r=nonce");
        assertThat(first.get().username()).isEqualTo("alice");
        assertThat(first.get().nonce()).isEqualTo("nonce");
    }

    @Test
    void theProofCoversTheLastMessageWithoutIt() {
        Optional<ScramMessages.ClientFinal> last = ScramMessages.ClientFinal.parse(BINDING_AND_NONCE + ",x=1" + PROOF);

        assertThat(last).isPresent();
        assertThat(last.get().withoutProof()).isEqualTo(BINDING_AND_NONCE + ",x=1");
        assertThat(last.get().nonce()).isEqualTo("nonce");
        assertThat(last.get().binding()).isEqualTo("n,,".getBytes(StandardCharsets.US_ASCII));
        assertThat(last.get().proof()).isEqualTo("proof".getBytes(StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A=1", "Z=1", "a=1", "z=1", "x=1,y=2", "x=="})
    void anExtensionIsALetterAndItsValue(String extension) {
        assertThat(ScramMessages.ClientFirst.parse(FIRST + "," + extension)).isPresent();
        assertThat(ScramMessages.ClientFinal.parse(BINDING_AND_NONCE + "," + extension + PROOF)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"@=1", "[=1", "`=1", "{=1", "1=1", "x=", "x", "", "x1=", "xyz", "m=1", "x=1,m=1", "x=\0"})
    void whatIsNoExtensionOrAnUnknownMandatoryOneMakesAMessageMalformed(String extension) {
        assertThat(ScramMessages.ClientFirst.parse(FIRST + "," + extension)).isEmpty();
        assertThat(ScramMessages.ClientFinal.parse(BINDING_AND_NONCE + "," + extension + PROOF)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"!", "~", "=", "0"})
    void aNonceIsPrintable(String nonce) {
        assertThat(ScramMessages.ClientFirst.parse("n,,n=alice,r=" + nonce)).isPresent();
        assertThat(ScramMessages.ClientFinal.parse("c=biws,r=" + nonce + PROOF)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "\u007f", "\t", "\u00e4"})
    void anyOtherNonceMakesAMessageMalformed(String nonce) {
        assertThat(ScramMessages.ClientFirst.parse("n,,n=alice,r=" + nonce)).isEmpty();
        assertThat(ScramMessages.ClientFinal.parse("c=biws,r=" + nonce + PROOF)).isEmpty();
    }
}
