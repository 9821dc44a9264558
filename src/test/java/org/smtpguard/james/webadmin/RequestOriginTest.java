package org.smtpguard.james.webadmin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.InvalidConfigurationException;

class RequestOriginTest {
    @ParameterizedTest
    @CsvSource({"localhost, http://localhost, http", "localhost:8000, http://localhost:8000, http", "LOCALHOST, http://localhost:80, http",
        "[::1]:8000, http://[::1]:8000, http", "localhost:443, https://localhost, https", "localhost, https://localhost:443, https",
        "127.0.0.1:8000, https://mail.example.org, http", "127.0.0.1:8000, https://mail.example.org:8443, http"})
    void thisSiteIsAnswered(String host, String origin, String scheme) {
        assertThat(origin(false).refusal(Map.of("Host", host, "Origin", origin)::get, scheme)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"localhost, http://localhost:8000, http", "localhost:8000, http://localhost, http", "localhost, https://localhost, http",
        "localhost, null, http", "localhost, '', http", "localhost, http://127.0.0.1, http", "localhost, ftp://localhost, http",
        "localhost, http://localhost/, http", "localhost, http://localhost@evil.example, http", "'', http://, http",
        "evil.example, null, https", "localhost, http://mail.example.org:8000, http", "localhost, http://10.1.1.1, http"})
    void anotherSiteIsRefusedWhateverWebAdminAsksFor(String host, String origin, String scheme) {
        for (boolean authenticated : new boolean[] {true, false}) {
            assertThat(origin(authenticated).refusal(Map.of("Host", host, "Origin", origin)::get, scheme)).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "", "10.1.1.2", "127.0.0.1.evil.example", "127.0.0.256", "localhost.", "[::2]",
        "evil@localhost"})
    void anUnknownNameIsRefusedWhereNobodyHasToAuthenticate(String host) {
        assertThat(origin(false).refusal(Map.of("Host", host)::get, "http")).isPresent();
        assertThat(origin(true).refusal(Map.of("Host", host)::get, "http")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Forwarded", "X-Forwarded-Host", "X-Forwarded-Server"})
    void whatHidesTheNameIsRefusedWhereNobodyHasToAuthenticate(String header) {
        assertThat(origin(false).refusal(Map.of("Host", "localhost", header, "localhost")::get, "http")).isPresent();
        assertThat(origin(true).refusal(Map.of("Host", "localhost", header, "localhost")::get, "http")).isEmpty();
    }

    @Test
    void theBoundAddressIsAName() {
        assertThat(origin(false).refusal(Map.of("Host", "10.1.1.1:8000")::get, "http")).isEmpty();
        assertThat(RequestOrigin.of(List.of(), Optional.of("fd00::1"), false).refusal(Map.of("Host", "[fd00::1]:8000")::get, "http"))
            .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://mail.example.org", "mail.example.org/", "*", "a b", "mail.example.org:x"})
    void whatIsNoNameStopsTheStart(String site) {
        assertThatThrownBy(() -> RequestOrigin.of(List.of(site), Optional.empty(), false)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("smtpguard.hosts in webadmin.properties");
    }

    private static RequestOrigin origin(boolean authenticated) {
        return RequestOrigin.of(List.of("mail.example.org", " Mail.Example.Org:8443"), Optional.of("10.1.1.1"), authenticated);
    }
}
