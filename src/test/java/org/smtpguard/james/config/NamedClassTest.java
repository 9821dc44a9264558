package org.smtpguard.james.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NamedClassTest {
    @ParameterizedTest
    @EnumSource(NamedClass.class)
    void isTheNameOfAClassInItsPackage(NamedClass named) throws ClassNotFoundException {
        Class<?> found = Class.forName(named.className());

        assertThat(found.getSimpleName()).isEqualTo(named.simpleName());
        assertThat(found.getPackageName()).isEqualTo("org.smtpguard.james");
    }
}
