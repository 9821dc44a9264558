package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.config.NamedClass;

/** The numbers of {@link GuardSettings}. */
class GuardLimitsTest {
    private static final String HANDLER = "<handler class=\"org.smtpguard.james.SequenceGuard\">";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "                                             | 20 | 5 | 100",
        "<limits/>                                    | 20 | 5 | 100",
        "<limits errors=\"3\"/>                       |  3 | 5 | 100",
        "<limits authFailures=\" 1 \"/>               | 20 | 1 | 100",
        "<limits refusedRecipients=\"7\"/>            | 20 | 5 | 7",
        "<limits errors=\"1000000\" authFailures=\"2\" refusedRecipients=\"3\"/> | 1000000 | 2 | 3"})
    void theErrorWithThatNumberIsTheLast(String limits, int errors, int authFailures, int refusedRecipients) {
        GuardSettings.Limits parsed = parse(limits).limits();

        assertThat(parsed.isErrorLimitReached(errors - 1)).isFalse();
        assertThat(parsed.isErrorLimitReached(errors)).isTrue();
        assertThat(parsed.isAuthFailureLimitReached(authFailures - 1)).isFalse();
        assertThat(parsed.isAuthFailureLimitReached(authFailures)).isTrue();
        assertThat(parsed.isRefusedRecipientLimitReached(refusedRecipients - 1)).isFalse();
        assertThat(parsed.isRefusedRecipientLimitReached(refusedRecipients)).isTrue();
    }

    @Test
    void zeroIsNoLimit() {
        GuardSettings.Limits limits = parse("<limits errors=\"0\" authFailures=\"0\" refusedRecipients=\"0\"/>").limits();

        assertThat(limits.isErrorLimitReached(Integer.MAX_VALUE)).isFalse();
        assertThat(limits.isAuthFailureLimitReached(Integer.MAX_VALUE)).isFalse();
        assertThat(limits.isRefusedRecipientLimitReached(Integer.MAX_VALUE)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "                                   | 0",
        "<greeting/>                        | 0",
        "<greeting waitMillis=\"0\"/>       | 0",
        "<greeting waitMillis=\"250\"/>     | 250",
        "<greeting waitMillis=\"60000\"/>   | 60000",
        "<greeting waitMillis=\"250\"/><mode>observe</mode> | 250",
        "<greeting waitMillis=\"250\"/><rule id=\"SEQ-GREETING-EARLY\" mode=\"observe\"/> | 250",
        // A wait that catches nobody would only be slow.
        "<greeting waitMillis=\"250\"/><mode>off</mode> | 0",
        "<greeting waitMillis=\"250\"/><rule id=\"SEQ-GREETING-EARLY\" mode=\"off\"/> | 0"})
    void theGreetingWaitsUnlessTheRuleIsOff(String greeting, long millis) {
        assertThat(parse(greeting).greetingWait()).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "<limits errors=\"-1\"/> | <limits> in HANDLER has errors=\"-1\"; it must be a whole number from 0 to 1000000.",
        "<limits errors=\"1000001\"/> | <limits> in HANDLER has errors=\"1000001\"; it must be a whole number from 0 to 1000000.",
        "<limits errors=\"9999999999\"/> | <limits> in HANDLER has errors=\"9999999999\"; it must be a whole number from 0 to 1000000.",
        "<limits authFailures=\"few\"/> | <limits> in HANDLER has authFailures=\"few\"; it must be a whole number from 0 to 1000000.",
        "<limits authFailures=\"1.5\"/> | <limits> in HANDLER has authFailures=\"1.5\"; it must be a whole number from 0 to 1000000.",
        "<limits failures=\"5\"/> | <limits> in HANDLER has an unknown attribute failures; known here: authFailures, errors, "
            + "refusedRecipients.",
        "<limits><errors>5</errors></limits> | <limits> in HANDLER has an unknown element <errors>; known here: none.",
        "<limits/><limits/> | HANDLER has <limits> 2 times; keep one.",
        "<greeting waitMillis=\"60001\"/> | <greeting> in HANDLER has waitMillis=\"60001\"; it must be a whole number from 0 to 60000.",
        "<greeting waitMillis=\"1s\"/> | <greeting> in HANDLER has waitMillis=\"1s\"; it must be a whole number from 0 to 60000.",
        "<greeting wait=\"1\"/> | <greeting> in HANDLER has an unknown attribute wait; known here: waitMillis."})
    void aNumberThatCannotBeIsNamedTogetherWithThoseThatCan(String content, String sentence) {
        assertThatThrownBy(() -> parse(content)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessage(sentence.replace("HANDLER", HANDLER));
    }

    private static GuardSettings parse(String content) {
        return GuardSettings.parse(Xml.handler(NamedClass.SEQUENCE_GUARD, content == null ? "" : content));
    }
}
