package org.smtpguard.backend.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.backend.support.Subject;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;

/** What each result code of a directory tells about the directory, as {@code docs/backends/ldap.md} has it. */
class LdapUnavailableExceptionTest {
    @ParameterizedTest
    @CsvSource({
        // Of the directory, or of all who connect as James does.
        "7, SERVICE", "8, SERVICE", "13, SERVICE", "51, SERVICE", "52, SERVICE", "91, SERVICE",
        // Something went wrong, which the name may have provoked.
        "1, PERHAPS", "2, PERHAPS", "3, PERHAPS", "11, PERHAPS", "80, PERHAPS", "81, PERHAPS", "82, PERHAPS", "84, PERHAPS", "85, PERHAPS",
        // Of one entry, one name or one password.
        "4, USER", "9, USER", "10, USER", "16, USER", "17, USER", "18, USER", "21, USER", "32, USER", "33, USER", "34, USER", "36, USER",
        "49, USER", "50, USER", "53, USER", "54, USER", "71, USER", "4711, PERHAPS"})
    void tellsOfTheServiceOrOfOneUser(int code, Subject subject) {
        CredentialResult result = LdapUnavailableException.result("a bind was answered", ResultCode.valueOf(code));

        assertThat(Subject.of(result)).isEqualTo(subject);
        assertThat(result.reason()).isEqualTo("a bind was answered");
    }

    /** Of a search, where James is bound as the service account, or of that account's bind. */
    @ParameterizedTest
    @ValueSource(ints = {32, 49, 50, 51, 52, 91})
    void isOfTheServiceWhereTheConfigurationMayBeWrong(int code) {
        LdapUnavailableException fault = LdapUnavailableException.of("the search for the user", server(), new LDAPException(ResultCode
            .valueOf(code), "quoted secret"));

        assertThat(Subject.of(fault.verdict())).isEqualTo(Subject.SERVICE);
        assertThat(fault.verdict().reason()).startsWith("the search for the user at ldap://ldap.example.org:389: ")
            .doesNotContain("secret");
    }

    @Test
    void namesTheServerAndTheClassOfWhatIsBehindIt() {
        LDAPException refused = new LDAPException(ResultCode.CONNECT_ERROR, "secret", new ConnectException("secret"));

        assertThat(LdapUnavailableException.of("connecting", server(), refused).verdict().reason())
            .isEqualTo("connecting at ldap://ldap.example.org:389: connect error (91, ConnectException)");
    }

    private static LdapServer server() {
        return LdapServers.parse(new BackendSettings("LdapBackend", "corp", Map.of("url", "ldap://ldap.example.org"), Path::of),
            Duration.ofSeconds(5), System::nanoTime).inClearText().iterator().next();
    }
}
