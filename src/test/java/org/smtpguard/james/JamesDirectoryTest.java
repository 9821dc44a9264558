package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import org.apache.james.core.Username;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.apache.james.user.ldap.ReadOnlyUsersLDAPRepository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Secret;
import org.smtpguard.it.server.LdapDirectory;
import org.smtpguard.james.backends.JamesUsers;

/** James' own class for users of a directory, and what it does not tell. */
class JamesDirectoryTest {
    private static final String USER = "alice@localhost";
    private static final String PASSWORD = "right-Jw47-password";

    private LdapDirectory directory;
    private ReadOnlyUsersLDAPRepository repository;
    private JamesUsers users;

    @BeforeEach
    void start() throws Exception {
        directory = LdapDirectory.start().add("alice", USER, PASSWORD);
        repository = new ReadOnlyUsersLDAPRepository(JamesBackendTest.domains());
        repository.configure(FileConfigurationProvider.getConfig(new ByteArrayInputStream(("<usersrepository ldapHost=\"ldap://127.0.0.1:"
            + directory.port() + "\" principal=\"" + LdapDirectory.SERVICE + "\" credentials=\"" + LdapDirectory.SERVICE_PASSWORD
            + "\" userBase=\"" + LdapDirectory.PEOPLE + "\" userIdAttribute=\"mail\" userObjectClass=\"inetOrgPerson\">"
            + "<enableVirtualHosting>true</enableVirtualHosting></usersrepository>").getBytes(StandardCharsets.UTF_8))));
        repository.init();
        users = new JamesUsers(repository, InstallationSecret.random());
    }

    @AfterEach
    void stop() {
        directory.close();
    }

    @Test
    void aPasswordIsRightOrWrongAndAStrangerUnknown() throws Exception {
        assertThat(users.verify(USER, Secret.of(PASSWORD))).isEqualTo(CredentialResult.accepted(USER));
        assertThat(users.verify(USER, Secret.of("wrong"))).isEqualTo(CredentialResult.refused());
        assertThat(users.verify("bob@localhost", Secret.of(PASSWORD))).isEqualTo(CredentialResult.unknown());
    }

    /** James says "no" to all of these. */
    @ParameterizedTest
    @ValueSource(ints = {ResultCode.BUSY_INT_VALUE, ResultCode.UNAVAILABLE_INT_VALUE, ResultCode.OTHER_INT_VALUE,
        ResultCode.UNWILLING_TO_PERFORM_INT_VALUE})
    void aBindThatIsNotJudgedIsNoWrongPassword(int code) throws Exception {
        directory.answerBindsOf(LdapDirectory.ALICE, ResultCode.valueOf(code), "not now");

        assertThat(repository.test(Username.of(USER), PASSWORD)).isFalse();
        assertThatThrownBy(() -> users.verify(USER, Secret.of(PASSWORD))).isInstanceOf(LDAPException.class);
    }

    @Test
    void anAccountThatIsLockedIsRefused() throws Exception {
        directory.answerBindsOf(LdapDirectory.ALICE, ResultCode.CONSTRAINT_VIOLATION, "locked");

        assertThat(users.verify(USER, Secret.of(PASSWORD))).isEqualTo(CredentialResult.refused());
    }

    @Test
    void oneWrongPasswordIsOneBind() throws Exception {
        directory.forget();
        users.verify(USER, Secret.of("wrong"));

        assertThat(directory.binds()).containsOnlyOnce(LdapDirectory.ALICE);
    }
}
