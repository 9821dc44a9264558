package org.smtpguard.james.webadmin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptedTest {
    @ParameterizedTest
    @ValueSource(strings = {"text/html", "TEXT/HTML", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "application/json;q=0.5, text/html;q=0.8", "text/html, application/json", "text/html;level=1", "text/html;;;",
        ";;;,text/html"})
    void peopleGetHtml(String header) {
        assertThat(Accepted.isHtml(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*/*", "application/json", "text/*", "application/json, text/html;q=0.9", "text/html;q=0",
        "text/html;q=0.0", "application/json,*/*;q=0.1", "nonsense", ",;q=,", ";", ";;;", ";q=1", ",", " ",
        "=", "text/;q=1", "*;q=0.5"})
    void programsGetJson(String header) {
        assertThat(Accepted.isHtml(header)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/html;level=1", ";q=1", "a;;;b", ",", "text/html;;;"})
    void whatSparkReadsIsReadable(String header) {
        assertThat(Accepted.isReadable(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {";", ";;;", "text/html,;", ",;,", ";;,*/*"})
    void anElementOfSemicolonsAloneIsNot(String header) {
        assertThat(Accepted.isReadable(header)).isFalse();
    }
}
