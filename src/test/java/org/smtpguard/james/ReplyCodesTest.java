package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.james.protocols.smtp.SMTPRetCode;
import org.junit.jupiter.api.Test;
import org.smtpguard.diagnosis.DiagnosisCatalogue;

class ReplyCodesTest {
    @Test
    void everyCodeThatJamesKnowsIsExplained() {
        assertThat(new DiagnosisCatalogue().codes()).containsAll(Stream.of(SMTPRetCode.class.getFields()).map(ReplyCodesTest::value)
            .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Integer value(Field constant) {
        try {
            return Integer.valueOf((String) constant.get(null));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
