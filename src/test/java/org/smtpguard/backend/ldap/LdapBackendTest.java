package org.smtpguard.backend.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.controls.PasswordExpiredControl;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ErrorType;
import com.unboundid.ldap.sdk.experimental.DraftBeheraLDAPPasswordPolicy10ResponseControl;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialBackendContract;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.CredentialResult.Kind;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.OverloadException;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.server.LdapDirectory;

/** Against the directory that comes with the SDK, in this JVM. {@link LdapBackendOpenLdapIT} asks a slapd. */
@Timeout(60)
class LdapBackendTest extends LdapFixture {
    @Nested
    @DisplayName("search, then bind")
    class SearchThenBind implements CredentialBackendContract {
        @Override
        public CredentialBackend backend(Workers workers) {
            return new LdapBackend(settings(search()), workers);
        }
    }

    @Nested
    @DisplayName("direct bind")
    class DirectBind implements CredentialBackendContract {
        @Override
        public CredentialBackend backend(Workers workers) {
            // Whether there is such a user, only a directory that tells can tell.
            directory.tellStrangers();
            return new LdapBackend(settings(direct()), workers);
        }
    }

    @Nested
    @DisplayName("a name")
    class AName {
        @ParameterizedTest
        @MethodSource("org.smtpguard.backend.ldap.LdapBackendTest#oddNames")
        void isAValueAndNothingElseInASearch(String name) throws Exception {
            LdapBackend backend = backend(search());

            assertThat(ask(backend, name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(directory.searches()).containsExactly(Filter.createANDFilter(
                Filter.createEqualityFilter("objectClass", "inetOrgPerson"), Filter.createEqualityFilter("mail", name)));

            directory.add("odd", name, "odd-Kx93-password");
            assertThat(ask(backend, name, "odd-Kx93-password")).isEqualTo(CredentialResult.accepted(new LdapUser(name).normalised()));
            assertThat(ask(backend, name, PASSWORD).kind()).isEqualTo(Kind.REFUSED);
        }

        @ParameterizedTest
        @MethodSource("org.smtpguard.backend.ldap.LdapBackendTest#oddNames")
        void isAValueAndNothingElseInADn(String name) throws Exception {
            LdapBackend backend = backend(with(direct(), "userDn", "uid={user},ou=people,dc=example,dc=org"));

            assertThat(ask(backend, name, PASSWORD).kind()).isEqualTo(Kind.REFUSED);

            directory.add(name, "odd@localhost", "odd-Kx93-password");
            assertThat(ask(backend, name, "odd-Kx93-password")).isEqualTo(CredentialResult.accepted(new LdapUser(name).normalised()));
            assertThat(ask(backend, name, PASSWORD).kind()).isEqualTo(Kind.REFUSED);
        }

        @ParameterizedTest
        @MethodSource("org.smtpguard.backend.ldap.LdapBackendTest#blurredNames")
        void thatADirectoryMayTakeForAnotherIsNobodysAndNobodyIsAsked(String name) throws Exception {
            assertThat(ask(backend(search()), name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend(direct()), name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);

            assertThat(directory.connections()).isZero();
        }

        @ParameterizedTest(name = "{0} in {1}: {2}")
        @CsvSource({
            "alice@localhost, (mail={user}),                              ACCEPTED",
            "alice@localhost, (uid={localpart}),                          ACCEPTED",
            "alice,           (uid={localpart}),                          ACCEPTED",
            "alice,           (uid={user}),                               ACCEPTED",
            "alice@elsewhere, (&(uid={localpart})(mail=*@{domain})),      UNKNOWN",
            "alice@localhost, (&(uid={localpart})(mail=*@{domain})),      ACCEPTED",
            "a@li@localhost,  (|(uid={localpart})(mail={user})),          UNKNOWN",
            "localhost,       (|(mail={user}*)(mail=a*{user})),           ACCEPTED",
            "lice@local,      (mail=a*{user}*host),                       ACCEPTED",
            "alice,           (&(uid>={user})(uid<={user})),              ACCEPTED",
            "alice,           (&(!(uid={user}))(mail=alice*)),            UNKNOWN",
            "alice@localhost, (&(mail={user})(!(uid=\\61\\6cice))),       UNKNOWN",
            "'{localpart}',   (uid={user}),                               UNKNOWN",
            "alice,           (&(uid={localpart})(mail=*{domain})),       UNKNOWN",
            "@localhost,      (|(uid={localpart})(mail=*{domain})),       UNKNOWN",
            "alice@,          (|(uid={localpart})(mail=*{domain})),       UNKNOWN",
            "'',              (|(uid=alice)(mail=*{user})),               UNKNOWN",
        })
        void findsItsPlacesInTheFilter(String name, String filter, Kind kind) throws Exception {
            assertThat(ask(backend(with(search(), "filter", filter)), name, PASSWORD).kind()).isEqualTo(kind);
        }

        @ParameterizedTest
        @CsvSource({
            "(uid~={user}),                    (uid~=a\\2a)",
            "(uid:caseExactMatch:={localpart}), (uid:caseExactMatch:=a\\2a)",
            "(ou:dn:2.5.13.2:={user}),         (ou:dn:2.5.13.2:=a\\2a)",
            "(&(uid={user})(photo=\\ff\\00)),   (&(uid=a\\2a)(photo=\\ff\\00))",
        })
        void findsItsPlaceInFiltersOfAllKinds(String filter, String sent) throws Exception {
            ask(backend(with(search(), "filter", filter)), "a*", PASSWORD);

            assertThat(directory.searches()).containsExactly(Filter.create(sent));
        }

        @ParameterizedTest
        @ValueSource(strings = {"alice", "@localhost", "alice@", ""})
        void thatLeavesAPlaceEmptyIsNobodysAndNobodyIsAsked(String name) throws Exception {
            String domains = "(&(uid={localpart})(mail=*@{domain}))";
            String dn = "uid={localpart},ou={domain},dc=example,dc=org";

            assertThat(ask(backend(with(search(), "filter", domains)), name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend(with(direct(), "userDn", dn)), name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);

            assertThat(directory.connections()).isZero();
        }

        @Test
        void findsItsPlacesInTheDn() throws Exception {
            directory.addEntry("dn: o=alice+ou=localhost," + LdapDirectory.BASE, "objectClass: organization", "o: alice", "ou: localhost",
                "userPassword: " + PASSWORD);

            LdapBackend backend = backend(with(direct(), "userDn", "o={localpart}+ou={domain},dc=example,dc=org"));

            assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            assertThat(ask(backend, "alice@elsewhere", PASSWORD).kind()).isEqualTo(Kind.REFUSED);
        }

        @Test
        void mayStandInWhatActiveDirectoryTakesForADn() throws Exception {
            directory.answerBindsOf("alice@corp.example.org", ResultCode.SUCCESS, null);
            LdapBackend backend = backend(with(direct(), "userDn", "{localpart}@corp.example.org"));

            assertThat(ask(backend, USER, PASSWORD)).isEqualTo(CredentialResult.accepted(USER));
            for (String name : List.of(LdapDirectory.ALICE, "corp\\alice", "alice, uid=x", "älice", "-", "")) {
                assertThat(ask(backend, name, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            }
            assertThat(directory.binds()).containsExactly("alice@corp.example.org");
        }

        @Test
        void thatTwoEntriesHaveIsNobodysGuess() throws Exception {
            directory.add("alice2", USER, PASSWORD);
            LdapBackend backend = backend(search());

            CredentialResult two = ask(backend, USER, PASSWORD);
            directory.add("alice3", USER, PASSWORD);
            CredentialResult three = ask(backend, USER, PASSWORD);

            assertThat(List.of(two, three)).containsOnly(
                CredentialResult.notQueried("more than one entry has the user's name; make <filter> more precise"));
            assertThat(directory.binds()).doesNotContain(LdapDirectory.ALICE);
        }
    }

    static Stream<String> oddNames() {
        return Stream.of("*", "a*", "alice@localhost)", "a)(uid=*", "*)(|(objectClass=*", "x)(|(mail=alice@localhost)", "\\00", "\\2a",
            "\\", "x,dc=evil", "alice,ou=people,dc=example,dc=org", "alice+mail=x", "a=b", "#61", "a b", "\"quoted\"", "a;b", "a<b>", "a/b",
            "\u05d0\u05dc\u05d9\u05e1", "\u00fcmlaut", "\ud83d\ude00", "{user}", "{domain}", "${x}", "$1", "%s", "a".repeat(8000));
    }

    static Stream<String> blurredNames() {
        return Stream.of("\0", "alice@localhost\0", "\0alice@localhost", "ali\0ce@localhost", "alice\0@localhost", " alice@localhost",
            "alice@localhost ", "alice @localhost", "alice@ localhost", "alice@\u00a0localhost", "a  b", "a\r\nb", "\talice@localhost",
            "\u202Ealice@localhost", "\u200Balice@localhost", "ali\u00adce@localhost", "ali\u034fce@localhost", "alice\ufe0f@localhost",
            "\uff41lice@localhost", "alice\uff20localhost", "u\u0308mlaut", "\ue000", "\ufffd");
    }

    @Nested
    @DisplayName("an account")
    class AnAccount {
        @ParameterizedTest(name = "{0} with values <{1}>, bits <{2}> is {3}")
        @CsvSource({
            "nsAccountLock: true,                   true,             ,    DISABLED",
            "nsAccountLock: TRUE,                   true,             ,    DISABLED",
            "nsAccountLock: false,                  true,             ,    ACCEPTED",
            "nsAccountLock: locked,                 true yes locked,  ,    DISABLED",
            "pwdAccountLockedTime: 20240101000000Z, ,                 ,    DISABLED",
            "title: something else,                 ,                 ,    ACCEPTED",
            "userAccountControl: 512,               ,                 2,   ACCEPTED",
            "userAccountControl: 514,               ,                 2,   DISABLED",
            "userAccountControl: 66050,             ,                 2,   DISABLED",
            "userAccountControl: -2147483646,       ,                 2,   DISABLED",
            "userAccountControl: 16,                ,                 18,  ACCEPTED",
            "userAccountControl: unreadable,        ,                 2,   DISABLED",
        })
        void isDisabledByAnAttribute(String attribute, String values, String bits, Kind kind) throws Exception {
            directory.add("bob", "bob@localhost", PASSWORD, attribute);
            String name = attribute.startsWith("title") ? "nsAccountLock" : attribute.substring(0, attribute.indexOf(':'));
            for (Map<String, String> settings : List.of(search(), direct())) {
                settings.put("disabledAttribute", name);
                Optional.ofNullable(values).ifPresent(some -> settings.put("disabledValues", some));
                Optional.ofNullable(bits).ifPresent(some -> settings.put("disabledBits", some));

                assertThat(ask(backend(settings), "bob@localhost", PASSWORD).kind()).isEqualTo(kind);
                assertThat(ask(backend(settings), USER, PASSWORD).kind()).isEqualTo(Kind.ACCEPTED);
            }
        }

        @Test
        void thatIsDisabledIsAskedForLikeAnyOther() throws Exception {
            directory.add("bob", "bob@localhost", PASSWORD, "nsAccountLock: true");
            LdapBackend backend = backend(with(search(), "disabledAttribute", "nsAccountLock"));

            assertThat(ask(backend, "bob@localhost", WRONG_PASSWORD).kind()).isEqualTo(Kind.DISABLED);
            assertThat(directory.binds()).containsExactly(LdapDirectory.SERVICE, "uid=bob," + LdapDirectory.PEOPLE);
        }

        @Test
        void thatIsDisabledMayBeRefusedByTheDirectoryInItsOwnWay() throws Exception {
            directory.add("bob", "bob@localhost", PASSWORD, "nsAccountLock: true");
            directory.answerBindsOf("uid=bob," + LdapDirectory.PEOPLE, ResultCode.UNWILLING_TO_PERFORM, "Account inactivated.");

            assertThat(ask(backend(with(search(), "disabledAttribute", "nsAccountLock")), "bob@localhost", PASSWORD).kind())
                .isEqualTo(Kind.DISABLED);
        }

        @Test
        void goesOnByTheNameThatItsEntryHas() throws Exception {
            directory.add("bob", "Bob.Builder@LocalHost", PASSWORD)
                .add("carol", "carol@localhost", PASSWORD, "mail: c.smith@localhost")
                .add("dave", "dave@localhost", PASSWORD);
            for (Map<String, String> settings : List.of(with(search(), "filter", "(|(uid={localpart})(mail={user}))"), direct())) {
                LdapBackend backend = backend(with(settings, "usernameAttribute", "mail"));

                assertThat(ask(backend, "bob", PASSWORD)).isEqualTo(CredentialResult.accepted("bob.builder@localhost"));
                assertThat(ask(backend, "dave", PASSWORD)).isEqualTo(CredentialResult.accepted("dave@localhost"));
                assertThat(ask(backend, "Carol@localhost", PASSWORD)).isEqualTo(CredentialResult.accepted("carol@localhost"));
                assertThat(ask(backend, "bob", WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
            }
        }

        @Test
        void withoutANameToGoOnByIsKeptOut() throws Exception {
            directory.add("carol", "carol@localhost", PASSWORD, "mail: c.smith@localhost");
            try (LogCapture log = new LogCapture()) {
                assertThat(ask(backend(with(direct(), "usernameAttribute", "mail")), "carol@elsewhere", PASSWORD).kind())
                    .isEqualTo(Kind.DISABLED);
                assertThat(ask(backend(with(search(), "usernameAttribute", "displayName")), USER, PASSWORD).kind())
                    .isEqualTo(Kind.DISABLED);

                assertThat(log.at(Level.WARN)).hasSize(2).allMatch(line -> line.startsWith("Backend corp rejects a user whose password"));
            }
        }

        @Test
        void whoseOwnEntryMayNotBeReadIsNotGuessedAt() throws Exception {
            directory.answerBindsOf("uid=ghost," + LdapDirectory.PEOPLE, ResultCode.SUCCESS, null);

            CredentialResult result = ask(backend(with(direct(), "disabledAttribute", "nsAccountLock")), "ghost", PASSWORD);

            assertThat(result.kind()).isEqualTo(Kind.UNAVAILABLE);
        }
    }

    @Nested
    @DisplayName("a bind")
    class ABind {
        @ParameterizedTest(name = "{0} {1}: {2}")
        @CsvSource({
            "SUCCESS,                     ,                                                                       ACCEPTED",
            "INVALID_CREDENTIALS,         ,                                                                       REFUSED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 52e, v2580', REFUSED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 525, v2580', UNKNOWN",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 530, v2580', DISABLED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 531, v2580', DISABLED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 532, v2580', EXPIRED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 533, v2580', DISABLED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 701, v2580', DISABLED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 773, v2580', EXPIRED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 775, v2580', DISABLED",
            "INVALID_CREDENTIALS, '80090308: LdapErr: DSID-0C09042F, comment: AcceptSecurityContext error, data 999, v2580', REFUSED",
            "INVALID_CREDENTIALS, 'data 533',                                                                     REFUSED",
            "INAPPROPRIATE_AUTHENTICATION, no password,                                                           REFUSED",
            "CONSTRAINT_VIOLATION, 'Exceed password retry limit. Contact system administrator to reset.',         DISABLED",
            "NO_SUCH_OBJECT,              ,                                                                       UNKNOWN",
            "INVALID_DN_SYNTAX,           ,                                                                       UNAVAILABLE",
            "UNWILLING_TO_PERFORM,        ,                                                                       UNAVAILABLE",
            "CONFIDENTIALITY_REQUIRED,    ,                                                                       UNAVAILABLE",
            "STRONG_AUTH_REQUIRED,        ,                                                                       UNAVAILABLE",
            "INSUFFICIENT_ACCESS_RIGHTS,  ,                                                                       UNAVAILABLE",
            "REFERRAL,                    ,                                                                       UNAVAILABLE",
            "TIME_LIMIT_EXCEEDED,         ,                                                                       UNAVAILABLE",
            "BUSY,                        ,                                                                       UNAVAILABLE",
            "UNAVAILABLE,                 ,                                                                       UNAVAILABLE",
            "OPERATIONS_ERROR,            ,                                                                       UNAVAILABLE",
            "PROTOCOL_ERROR,              ,                                                                       UNAVAILABLE",
            "OTHER,                       ,                                                                       UNAVAILABLE",
        })
        void isANoOnlyWhereTheDirectorySaysSo(String code, String diagnostic, Kind kind) throws Exception {
            directory.answerBindsOf(LdapDirectory.ALICE, code(code), diagnostic);

            CredentialResult result = ask(backend(search()), USER, PASSWORD);

            assertThat(result.kind()).isEqualTo(kind);
            assertThat(ask(backend(direct()), USER, PASSWORD).kind()).isEqualTo(kind);
            // Once each: what was refused may have been counted.
            assertThat(directory.binds()).containsExactly(LdapDirectory.SERVICE, LdapDirectory.ALICE, LdapDirectory.ALICE);
            if (kind == Kind.UNAVAILABLE) {
                assertThat(result.reason()).startsWith("a bind").contains("(" + code(code).intValue() + ")");
            }
        }

        @ParameterizedTest(name = "{0} with {1}: {2}")
        @CsvSource({
            "INVALID_CREDENTIALS, PASSWORD_EXPIRED,   EXPIRED",
            "INVALID_CREDENTIALS, ACCOUNT_LOCKED,     DISABLED",
            "INVALID_CREDENTIALS, CHANGE_AFTER_RESET, EXPIRED",
            "SUCCESS,             CHANGE_AFTER_RESET, EXPIRED",
            "SUCCESS,             PASSWORD_EXPIRED,   EXPIRED",
            "SUCCESS,             ,                   ACCEPTED",
            "INVALID_CREDENTIALS, ,                   REFUSED",
        })
        void isToldWhyByThePolicy(String code, DraftBeheraLDAPPasswordPolicy10ErrorType error, Kind kind) throws Exception {
            directory.answerBindsOf(LdapDirectory.ALICE, code(code), null,
                new DraftBeheraLDAPPasswordPolicy10ResponseControl(null, -1, error));

            assertThat(ask(backend(search()), USER, PASSWORD).kind()).isEqualTo(kind);
        }

        @ParameterizedTest
        @ValueSource(strings = {"INVALID_CREDENTIALS", "SUCCESS"})
        void isToldOfAnExpiredPasswordByNetscapesControl(String code) throws Exception {
            directory.answerBindsOf(LdapDirectory.ALICE, code(code), null, new PasswordExpiredControl());

            assertThat(ask(backend(search()), USER, PASSWORD).kind()).isEqualTo(Kind.EXPIRED);
        }

        @Test
        void thatIsAnsweredByAnUnreadableControlIsJudgedByItsCode() throws Exception {
            Control control = new Control(DraftBeheraLDAPPasswordPolicy10ResponseControl.PASSWORD_POLICY_RESPONSE_OID);
            directory.answerBindsOf(LdapDirectory.ALICE, ResultCode.INVALID_CREDENTIALS, null, control);

            assertThat(ask(backend(search()), USER, PASSWORD).kind()).isEqualTo(Kind.REFUSED);
        }

        @Test
        void ofANameThatNoEntryCanHaveIsNoFault() throws Exception {
            directory.answerBindsOf("uid=\\c3\\bcmlaut," + LdapDirectory.PEOPLE, ResultCode.INVALID_DN_SYNTAX, null);
            directory.answerBindsOf("uid=\u00fcmlaut," + LdapDirectory.PEOPLE, ResultCode.INVALID_DN_SYNTAX, null);

            assertThat(ask(backend(direct()), "\u00fcmlaut", PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
        }

        @Test
        void isNeverSentWithoutAPassword() throws Exception {
            for (Map<String, String> settings : List.of(search(), direct())) {
                assertThat(ask(backend(settings), USER, "").kind()).isEqualTo(Kind.REFUSED);
                assertThat(ask(backend(settings), STRANGER, "").kind()).isEqualTo(Kind.REFUSED);
            }

            assertThat(directory.connections()).isZero();
        }

        @Test
        void isWhatAStrangerCostsToo() throws Exception {
            LdapBackend backend = backend(search());
            ask(backend, USER, WRONG_PASSWORD);
            directory.forget();

            assertThat(ask(backend, USER, WRONG_PASSWORD).kind()).isEqualTo(Kind.REFUSED);
            assertThat(directory.searches()).hasSize(1);
            assertThat(directory.binds()).containsExactly(LdapDirectory.ALICE);

            assertThat(ask(backend, STRANGER, WRONG_PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(directory.searches()).hasSize(2);
            assertThat(directory.binds()).hasSize(2).last().asString().matches("cn=nobody-[0-9a-f-]{36}," + LdapDirectory.PEOPLE);
        }

        @Test
        void asADecoyTellsNothingElse() throws Exception {
            directory.add("decoy", "decoy@localhost", PASSWORD);
            String decoy = "uid=decoy," + LdapDirectory.PEOPLE;
            LdapBackend backend = backend(with(search(), "decoyDn", decoy));

            assertThat(ask(backend, STRANGER, WRONG_PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(ask(backend, STRANGER, PASSWORD).kind()).isEqualTo(Kind.UNKNOWN);
            assertThat(directory.binds()).containsExactly(LdapDirectory.SERVICE, decoy, decoy);

            directory.answerBindsOf(decoy, ResultCode.UNWILLING_TO_PERFORM, null);
            directory.answerBindsOf(LdapDirectory.ALICE, ResultCode.UNWILLING_TO_PERFORM, null);
            assertThat(ask(backend, STRANGER, PASSWORD)).isEqualTo(ask(backend, USER, PASSWORD));
        }

        @Test
        void isNotSentToWhereAReferralLeads() throws Exception {
            LdapDirectory elsewhere = opened(withAlice(LdapDirectory.start()));
            directory.addEntry("dn: ou=far," + LdapDirectory.BASE, "objectClass: referral", "objectClass: extensibleObject", "ou: far",
                "ref: " + elsewhere.url() + "/" + LdapDirectory.PEOPLE);

            assertThat(ask(backend(with(search(), "filter", "(uid={localpart})", "baseDn", LdapDirectory.BASE)), "alice@x", PASSWORD)
                .kind()).isEqualTo(Kind.ACCEPTED);
            assertThat(ask(backend(with(search(), "baseDn", "ou=far," + LdapDirectory.BASE)), USER, PASSWORD).kind())
                .isEqualTo(Kind.UNAVAILABLE);
            assertThat(ask(backend(with(direct(), "userDn", "uid={user},ou=far," + LdapDirectory.BASE)), "alice", PASSWORD).isAccepted())
                .isFalse();
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Nested
    @DisplayName("the service account")
    class TheServiceAccount {
        @Test
        void isBoundOnceForManySearches() throws Exception {
            LdapBackend backend = backend(search());
            for (int i = 0; i < 5; i++) {
                assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
            }

            assertThat(directory.binds()).containsOnlyOnce(LdapDirectory.SERVICE);
            assertThat(directory.connections()).isEqualTo(2);
        }

        @Test
        void whosePasswordIsWrongMakesNobodysPasswordWrong() throws Exception {
            LdapDirectory other = opened(withAlice(LdapDirectory.start()));
            try (LogCapture log = new LogCapture()) {
                LdapBackend backend = backend(with(search(), "url", directory.url() + " " + other.url(), "bindPassword", "wr0ng-Kx93"));

                CredentialResult result = ask(backend, USER, PASSWORD);

                assertThat(result).isEqualTo(CredentialResult.unavailable(
                    "the bind as <bindDn> at " + directory.url() + ": invalid credentials (49)"));
                // Each of them may count it.
                assertThat(directory.binds()).containsExactly(LdapDirectory.SERVICE);
                assertThat(other.connections()).isZero();
                assertThat(log.text() + backend + result).doesNotContain("wr0ng-Kx93");
            }
        }

        @Test
        void mayBeLeftOutWhereAnybodyMaySearch() throws Exception {
            Map<String, String> anonymous = search();
            anonymous.keySet().removeAll(List.of("bindDn", "bindPassword"));

            CredentialResult forbidden = ask(backend(anonymous), USER, PASSWORD);

            assertThat(forbidden.kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(forbidden.reason()).startsWith("the search for the user at " + directory.url() + ": ");
        }
    }

    @Nested
    @DisplayName("a check")
    class ACheck {
        @Test
        void findsNothingWrong() throws Exception {
            assertThat(check(search())).isEmpty();
            assertThat(check(direct())).isEmpty();
            assertThat(directory.binds()).containsExactly(LdapDirectory.SERVICE);
        }

        @Test
        void tellsWhatIsWrong() throws Exception {
            String url = directory.url();

            assertThat(check(with(search(), "bindPassword", "wr0ng-Kx93")))
                .contains("the bind as <bindDn> at " + url + ": invalid credentials (49)");
            assertThat(check(with(search(), "baseDn", "ou=nowhere,dc=example,dc=org")))
                .contains("reading <baseDn> at " + url + ": no such object (32)");
            assertThat(check(with(search(), "startTls", "true"))).hasValueSatisfying(text -> assertThat(text).startsWith("STARTTLS at "));
            directory.stop();
            assertThat(check(search())).contains("connecting at " + url + ": connect error (91, ConnectException)");
            assertThat(check(direct())).contains("connecting at " + url + ": connect error (91, ConnectException)");
        }

        @Test
        void findsAFlawWhereNotAllServersAnswer() throws Exception {
            LdapDirectory other = opened(withAlice(LdapDirectory.start()));
            LdapBackend backend = backend(with(search(), "url", directory.url() + " " + other.url()));
            other.stop();

            assertThat(check(backend)).isEmpty();
            assertThat(backend.flaw()).contains("connecting at " + other.url() + ": connect error (91, ConnectException)");
            assertThat(ask(backend, USER, PASSWORD).isAccepted()).isTrue();
        }

        @Test
        void isTurnedAwayByBusyWorkers() throws Exception {
            assertThat(opened(new LdapBackend(settings(search()), TestWorkers.busy())).check().toCompletableFuture())
                .failsWithin(Duration.ofSeconds(30)).withThrowableThat().withCauseInstanceOf(OverloadException.class);
        }

        private Optional<String> check(Map<String, String> settings) throws Exception {
            return check(backend(settings));
        }

        private Optional<String> check(LdapBackend backend) throws Exception {
            return backend.check().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private static ResultCode code(String name) throws ReflectiveOperationException {
        return (ResultCode) ResultCode.class.getField(name).get(null);
    }
}
