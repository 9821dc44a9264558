package org.smtpguard.james.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.Xml;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.Mode;

class GuardSettingsTest {
    private static final String HANDLER = "<handler class=\"org.smtpguard.james.SequenceGuard\">";

    @Test
    void enforcesEverythingUnlessToldOtherwise() {
        GuardSettings settings = parse("");

        assertThat(settings.mode()).isEqualTo(Mode.ENFORCE);
        assertThat(settings.mode(DiagnosisId.SEQ_MAIL_NESTED)).isEqualTo(Mode.ENFORCE);
    }

    @Test
    void aRulesOwnModeWinsOverTheHandlersButForOneThatIsOff() {
        String rule = "<rule id=\"SEQ-MAIL-NESTED\" mode=\"enforce\"/>";

        assertThat(parse("<mode>observe</mode>" + rule).mode(DiagnosisId.SEQ_MAIL_NESTED)).isEqualTo(Mode.ENFORCE);
        assertThat(parse("<mode>observe</mode>" + rule).mode(DiagnosisId.SEQ_RCPT_MISSING)).isEqualTo(Mode.OBSERVE);
        assertThat(parse("<mode>off</mode>" + rule).mode(DiagnosisId.SEQ_MAIL_NESTED)).isEqualTo(Mode.OFF);
    }

    @Test
    void modesRulesAndStylesAreNotCaseSensitive() {
        GuardSettings settings = parse("<mode> Observe </mode><rule id=\"seq-mail-nested\" mode=\"OFF\"/><replies style=\"Brief\"/>");

        assertThat(settings.mode()).isEqualTo(Mode.OBSERVE);
        assertThat(settings.mode(DiagnosisId.SEQ_MAIL_NESTED)).isEqualTo(Mode.OFF);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "<modus>observe</modus> | HANDLER has an unknown element <modus>; known here: <greeting>, <limits>, <mode>, <replies>, "
            + "<rule>, <transcripts>.",
        "<mode>log</mode> | <mode> in HANDLER has \"log\"; it can be enforce, observe or off.",
        "<mode/> | <mode> in HANDLER has \"\"; it can be enforce, observe or off.",
        "<mode>off</mode><mode>off</mode> | HANDLER has <mode> 2 times; keep one.",
        "<rule id=\"SEQ-NONSENSE\" mode=\"off\"/> | "
            + "<rule> in HANDLER has id=\"SEQ-NONSENSE\", which is not a rule; the rules are SEQ-GREETING-EARLY",
        "<rule id=\"AUTH-CREDENTIALS\" mode=\"off\"/> | <rule> in HANDLER has id=\"AUTH-CREDENTIALS\", which is not a rule; the rules are",
        "<rule mode=\"off\"/> | <rule> in HANDLER needs an attribute id=",
        "<rule id=\"SYN-COMMAND\"/> | <rule> in HANDLER needs an attribute mode=",
        "<rule id=\"SYN-COMMAND\" mode=\"maybe\"/> | <rule> in HANDLER has \"maybe\"; it can be enforce, observe or off.",
        "<rule id=\"SYN-COMMAND\" mode=\"off\" since=\"1\"/> | <rule> in HANDLER has an unknown attribute since; known here: id, mode.",
        "<rule id=\"SYN-COMMAND\" mode=\"off\"/><rule id=\"syn-command\" mode=\"off\"/> | "
            + "<rule> in HANDLER with id=\"SYN-COMMAND\" is configured twice; remove one.",
        "<replies style=\"long\"/> | <replies> in HANDLER has style=\"long\"; it can be full or brief.",
        "<replies><style>full</style></replies> | <replies> in HANDLER has an unknown element <style>; known here: none.",
        "<limits errors=\"lots\"/> | <limits> in HANDLER has errors=\"lots\"; it must be a whole number from 0 to 1000000.",
        "<greeting waitMillis=\"60001\"/> | <greeting> in HANDLER has waitMillis=\"60001\"; it must be a whole number from 0 to 60000.",
        "<transcripts bytes=\"1048575\"/> | <transcripts> in HANDLER has bytes=\"1048575\"; it must be 0 (none) or a whole number from "
            + "1048576 to 999999999.",
        "<transcripts keep=\"31d\"/> | <transcripts> in HANDLER has keep=\"31d\"; it can be a time from 1m to 30d, such as 30m, 24h or 7d.",
        "<transcripts keep=\"59s\"/> | <transcripts> in HANDLER has keep=\"59s\"; it can be a time from 1m to 30d, such as 30m, 24h or 7d.",
        "<transcripts names=\"none\"/> | <transcripts> in HANDLER has names=\"none\"; it can be shown or pseudonyms.",
        "<transcripts lines=\"0\"/> | <transcripts> in HANDLER has lines=\"0\"; it must be a whole number from 1 to 1000.",
        "<mode level=\"1\">off</mode> | <mode> in HANDLER has an unknown attribute level; known here: none.",
        "<replies helpUrl=\"javascript:x\"/> | <replies> in HANDLER has a helpUrl that is not an http(s) URL"})
    void theMessageOfAMistakeNamesTheElementAndTheFix(String content, String sentence) {
        assertThatThrownBy(() -> parse(content)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith(sentence.replace("HANDLER", HANDLER));
    }

    private static GuardSettings parse(String content) {
        return GuardSettings.parse(Xml.handler(NamedClass.SEQUENCE_GUARD, content));
    }
}
