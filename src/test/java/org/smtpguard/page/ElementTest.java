package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementTest {
    private static final String HOSTILE = "</b>\"'><script>alert(1)</script>&amp;\u0000\u001b<img src=x onerror=alert(1)>";

    @Test
    void writesWhatItIsMadeOf() {
        assertThat(el("p", "a ", el("b", 1), Optional.of("c"), Optional.empty(), List.of("d", "e"), Stream.of(el("br"))).css("x"))
            .hasToString("<p class=\"x\">a <b>1</b>cde<br></p>");
    }

    @Test
    void textStaysText() {
        Document page = Jsoup.parse(el("b", HOSTILE).toString());

        assertThat(page.body().getAllElements()).hasSize(2);
        assertThat(page.selectFirst("b").wholeText()).isEqualTo(HOSTILE.replaceAll("[\\x00-\\x1f]", "?"));
    }

    @Test
    void theValueOfAnAttributeStaysOne() {
        Document page = Jsoup.parse(el("b", "x").at("title", HOSTILE).toString());

        assertThat(page.body().getAllElements()).hasSize(2);
        assertThat(page.selectFirst("b").attributes().size()).isEqualTo(1);
        assertThat(page.selectFirst("b").attr("title")).isEqualTo(HOSTILE.replaceAll("[\\x00-\\x1f]", "?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"script", "style", "iframe", "object", "embed", "base", "b x", "", "b>"})
    void someElementsCannotBeMade(String name) {
        assertThatThrownBy(() -> el(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"onclick", "style", "srcdoc", "a b", "a=", ""})
    void someAttributesCannotBeGiven(String name) {
        assertThatThrownBy(() -> el("b").at(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript:alert(1)", "//evil.example/", "http://evil.example/", "data:text/html,x", " javascript:x", ""})
    void someAddressesCannotBeLinkedTo(String address) {
        assertThatThrownBy(() -> el("a").at("href", address)).isInstanceOf(IllegalArgumentException.class);
    }
}
