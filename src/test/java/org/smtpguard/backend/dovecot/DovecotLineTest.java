package org.smtpguard.backend.dovecot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

class DovecotLineTest {
    @Test
    void escapesWhatWouldEndAParameterOrTheLine() {
        assertThat(DovecotLine.of(List.of("AUTH", "1", "a\0b\1c\td\re\nf")).text()).isEqualTo("AUTH\t1\ta\1" + "0b\1" + "1c\1td\1re\1nf\n");
        assertThat(DovecotLine.of(List.of("AUTH", "1", "résumé", "")).text()).isEqualTo("AUTH\t1\trésumé\t\n");
    }

    @Test
    void givesBackWhatWasEscaped() {
        String odd = "a\0b\1c\td\re\nf";
        DovecotLine line = DovecotLine.parse(DovecotLine.of(List.of("OK", "1", "user=" + odd)).text().stripTrailing());

        assertThat(line.command()).isEqualTo("OK");
        assertThat(line.parameter(1)).contains("1");
        assertThat(line.named(2)).containsEntry("user", odd);
    }

    @Test
    void takesWhatNobodyEscapesSoAsItStands() {
        assertThat(DovecotLine.parse("OK\t1\ta\1xb\1").parameter(2)).contains("axb\1");
    }

    @Test
    void hasParametersByPlaceAndByName() {
        DovecotLine line = DovecotLine.parse("FAIL\t17\tuser=a=b\ttemp\t\tuser=c");

        assertThat(line.parameter(2)).contains("user=a=b");
        assertThat(line.parameter(9)).isEmpty();
        assertThat(line.named(2)).containsOnlyKeys("user", "temp", "").containsEntry("user", "a=b").containsEntry("temp", "");
        assertThat(DovecotLine.parse("").command()).isEmpty();
    }

    @Test
    void showsItsCommandAlone() {
        assertThat(DovecotLine.parse("AUTH\t1\tPLAIN\tresp=AHgAeA==")).hasToString("AUTH");
    }
}
