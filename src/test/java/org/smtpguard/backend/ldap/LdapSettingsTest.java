package org.smtpguard.backend.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.TestWorkers;

/** What stands in a {@code <backend class="LdapBackend">}. */
@Timeout(60)
class LdapSettingsTest extends LdapFixture {
    @Nested
    @DisplayName("a mistake in the configuration")
    class AMistake {
        @ParameterizedTest(name = "{0}")
        @MethodSource("org.smtpguard.backend.ldap.LdapSettingsTest#mistakes")
        void stopsTheStartWithOneSentence(String mistake, String sentence) {
            Map<String, String> settings = mistake.startsWith("userDn") ? direct() : search();
            for (String change : mistake.split(" & ")) {
                String element = change.split("=", 2)[0];
                settings.remove(element);
                if (change.contains("=")) {
                    settings.put(element, change.split("=", 2)[1]);
                }
            }

            assertThatThrownBy(() -> new LdapBackend(settings(settings), TestWorkers.direct()))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("<backend class=\"LdapBackend\" name=\"corp\"> " + sentence + ".");
        }

        @Test
        void thatSendsPasswordsInClearTextIsWarnedOf() {
            try (LogCapture log = new LogCapture()) {
                backend(search());
                backend(with(search(), "url", "ldaps://ldap.example.org"));
                backend(with(search(), "url", "ldap://127.0.0.1 ldap://[::1]:1389"));
                assertThat(log.at(Level.WARN)).isEmpty();

                LdapBackend backend = backend(with(search(), "url", "ldap://ldap.example.org ldaps://ldap.example.org"));

                assertThat(log.at(Level.WARN)).containsExactly("Backend corp sends passwords to ldap://ldap.example.org:389 in clear text;"
                    + " write ldaps:// in <url>, or <startTls>true</startTls>");
                assertThat(backend.toString()).isEqualTo("LdapBackend corp (ldap://ldap.example.org:389 ldaps://ldap.example.org:636)");
            }
        }
    }

    static Stream<Arguments> mistakes() {
        String either = "needs <baseDn> and <filter>, to search for users, or <userDn>, to build their DN from their name";
        String noServer = "has a <url> that names no server; write ldap://host:389 or ldaps://host:636, several of them separated by"
            + " spaces";
        String oneOfTwo = "has one of <bindDn> and <bindPassword>; a service account needs both, an anonymous search neither";
        String sameForAll = " that is the same for all users; write {user}, {localpart} or {domain} in the place of a value";
        String twice = "has <startTls> and an ldaps URL, which is under TLS from the start; write ldap:// or remove <startTls>";
        return Stream.of(
            Arguments.of("url", "needs an element <url>"),
            Arguments.of("url=ldap.example.org", noServer),
            Arguments.of("url=http://ldap.example.org", noServer),
            Arguments.of("url=ldapi://%2fvar%2frun%2fldapi", noServer),
            Arguments.of("url=ldap:///", noServer),
            Arguments.of("url=ldap://localhost/dc=example,dc=org", noServer),
            Arguments.of("url=ldap://localhost:99999", noServer),
            Arguments.of("url=ldap://localhost,ldap://elsewhere", noServer),
            Arguments.of("url=ldaps://localhost & startTls=true", twice),
            Arguments.of("trustStore=file:///nowhere",
                "has a <trustStore> and no TLS; write ldaps:// in <url>, or <startTls>true</startTls>"),
            Arguments.of("startTls=yes", "has <startTls> that is neither true nor false; write one of the two"),
            Arguments.of("baseDn & filter & bindDn & bindPassword", either),
            Arguments.of("baseDn", "needs an element <baseDn>"),
            Arguments.of("filter", "needs an element <filter>"),
            Arguments.of("userDn=uid={user},dc=x & scope=one",
                "has <userDn> and <scope>, which belongs to a search; keep one"),
            Arguments.of("baseDn=people", "has a <baseDn> that is no DN; write it as ou=people,dc=example,dc=org"),
            Arguments.of("decoyDn=decoy", "has a <decoyDn> that is no DN; write it as ou=people,dc=example,dc=org"),
            Arguments.of("filter=(mail={user}", "has a <filter> that is no LDAP filter; write it as"
                + " (&(objectClass=inetOrgPerson)(mail={user})), in XML with &amp; for &"),
            Arguments.of("filter=(mail=*)", "has a <filter>" + sameForAll + ", such as (mail={user})"),
            Arguments.of("filter=(mail={name})", "has a <filter>" + sameForAll + ", such as (mail={user})"),
            Arguments.of("filter=({user}=alice)", "has a <filter>" + sameForAll + ", such as (mail={user})"),
            Arguments.of("filter=(|(mail={user})(!(uid:{domain}:=x)))", "has a <filter>" + sameForAll + ", such as (mail={user})"),
            Arguments.of("userDn=uid=alice,dc=example", "has a <userDn>" + sameForAll),
            Arguments.of("userDn=alice", "has a <userDn>" + sameForAll),
            Arguments.of("userDn=uid={user},dc", "has a <userDn> that is no DN; write it as uid={localpart},ou=people,dc=example,dc=org"),
            Arguments.of("userDn={user}@example.org & usernameAttribute=mail", "reads an attribute of the user's entry, which needs a"
                + " DN in <userDn>; write one, or search for the user by <filter>"),
            Arguments.of("scope=base",
                "has <scope>base</scope>; it must be sub (the whole subtree of <baseDn>) or one (its direct children)"),
            Arguments.of("bindDn", oneOfTwo),
            Arguments.of("bindPassword", oneOfTwo),
            Arguments.of("disabledValues=true", "has <disabledValues> and no <disabledAttribute>; name the attribute in it"),
            Arguments.of("disabledBits=2", "has <disabledBits> and no <disabledAttribute>; name the attribute in it"),
            Arguments.of("disabledAttribute=x & disabledBits=2 & disabledValues=1", "has <disabledValues> and <disabledBits>; keep one"),
            Arguments.of("disabledAttribute=x & disabledBits=0",
                "has <disabledBits>0</disabledBits>; it must be a whole number from 1 to 999999999"),
            Arguments.of("poolSize=0", "has <poolSize>0</poolSize>; it must be a whole number from 1 to 1000"),
            Arguments.of("connectTimeout=5s", "has a <connectTimeout> that, once for each server in <url>, uses up all of the 5000 ms of"
                + " <timeout>; make it shorter, or <timeout> longer"),
            Arguments.of("url=ldap://a ldap://b ldap://c & connectTimeout=2s", "has a <connectTimeout> that, once for each server in <url>,"
                + " uses up all of the 5000 ms of <timeout>; make it shorter, or <timeout> longer"));
    }

    @Test
    void anUnknownElementIsRefused() {
        assertThatThrownBy(() -> backend(with(search(), "basedn", "dc=example"))).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageContaining("has an unknown element <basedn>; known here: ")
            .hasMessageContaining(" <baseDn>, <bindDn>, <bindPassword>,");
    }

    @Test
    void theTimeLimitIsFiveSecondsUnlessConfigured() {
        assertThat(backend(search()).timeLimit()).isEqualTo(Duration.ofSeconds(5));
        assertThat(backend(with(search(), "timeout", "3s")).timeLimit()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aKeyStoreMayHoldWhoIsTrusted() throws Exception {
        assertThatThrownBy(() -> backend(with(search(), "url", "ldaps://localhost", "trustStore", "file://" + temporary.resolve("none"))))
            .isInstanceOf(InvalidConfigurationException.class).hasMessageContaining("cannot read the certificates");
        Path empty = Files.writeString(temporary.resolve("empty.pem"), "-----BEGIN nothing");
        assertThatThrownBy(() -> backend(with(search(), "url", "ldaps://localhost", "trustStore", "file://" + empty)))
            .isInstanceOf(InvalidConfigurationException.class);
    }
}
