package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.InstallationSecret;

class LoginKeysTest {
    private static final Network HOME = Network.parse("192.0.2.7").orElseThrow();
    private static final Network OFFICE = Network.parse("2001:db8::/64").orElseThrow();

    private final LoginKeys keys = keys(0);
    private final LoginKeys sameSecret = keys(0);
    private final LoginKeys otherSecret = keys(1);

    @Test
    void areTheSameOnServersWithTheSameSecretAlone() {
        assertThat(keys.id()).matches("[0-9a-f]{8}").isEqualTo(sameSecret.id()).isNotEqualTo(otherSecret.id());
        assertThat(keys.userKey("alice")).isEqualTo(sameSecret.userKey("alice")).isNotEqualTo(otherSecret.userKey("alice"));
        assertThat(keys.networkKey(HOME)).isEqualTo(sameSecret.networkKey(HOME)).isNotEqualTo(otherSecret.networkKey(HOME));
    }

    @Test
    void theCaseOfANameDoesNotMatter() {
        assertThat(keys.userKey("Alice")).isEqualTo(keys.userKey("aLICE")).isNotEqualTo(keys.userKey("bob"));
    }

    @Test
    void aLogInHasAKeyForTheUserForTheNetworkAndForBoth() {
        Login login = keys.login("alice", HOME);

        assertThat(login.user).hasValue("alice");
        assertThat(login.userKey).isEqualTo(keys.userKey("alice"));
        assertThat(login.networkKey).isEqualTo(keys.networkKey(HOME));
        assertThat(login.pairKey).isEqualTo(keys.login("ALICE", HOME).pairKey)
            .isNotEqualTo(keys.login("bob", HOME).pairKey)
            .isNotEqualTo(keys.login("alice", OFFICE).pairKey);
        assertThat(login.userPart()).isEqualTo((int) (login.userKey >>> 48));
    }

    @Test
    void aLongNameIsShownInPartAndCountedWhole() {
        String name = "a".repeat(255);

        assertThat(keys.login(name, HOME).user).hasValue(name);
        assertThat(keys.login(name + "b", HOME).user).hasValue(name);
        assertThat(keys.login(name + "b", HOME).userKey).isNotEqualTo(keys.login(name, HOME).userKey);
    }

    @Test
    void aPasswordHasOneFingerprintForEachUserAndNetwork() {
        Set<Integer> fingerprints = new HashSet<>();
        for (String user : new String[] {"alice", "bob"}) {
            for (Network network : new Network[] {HOME, OFFICE}) {
                for (byte password = 1; password <= 3; password++) {
                    Login login = keys.login(user, network);
                    int fingerprint = keys.fingerprint(login, Optional.of(new byte[] {password}));
                    assertThat(fingerprint).isEqualTo(sameSecret.fingerprint(login, Optional.of(new byte[] {password})))
                        .isNotEqualTo(otherSecret.fingerprint(login, Optional.of(new byte[] {password})));
                    assertThat(fingerprint >>> 16).isEqualTo(login.userPart());
                    fingerprints.add(fingerprint);
                }
            }
        }

        assertThat(fingerprints).hasSize(12);
    }

    @Test
    void bothHalvesOfAFingerprintOfPasswordsAreUsed() {
        Login login = keys.login("alice", HOME);
        Set<Integer> high = new HashSet<>();
        Set<Integer> low = new HashSet<>();
        for (int password = 0; password < 200; password++) {
            int fingerprint = keys.fingerprint(login, Optional.of(new byte[] {(byte) password, 1}));
            high.add(fingerprint >>> 8 & 0xFF);
            low.add(fingerprint & 0xFF);
        }

        assertThat(high).hasSizeGreaterThan(90);
        assertThat(low).hasSizeGreaterThan(90);
    }

    @Test
    void octetsOfAPasswordAreDistinguishedByEachOfTheirBits() {
        Login login = keys.login("alice", HOME);
        Set<Integer> fingerprints = new HashSet<>();
        for (int bit = 0; bit < Byte.SIZE; bit++) {
            fingerprints.add(keys.fingerprint(login, Optional.of(new byte[] {(byte) (1 << bit)})));
        }

        assertThat(fingerprints).hasSize(Byte.SIZE);
    }

    @Test
    void failuresWithoutAPasswordDiffer() {
        Login login = keys.login("alice", HOME);
        Set<Integer> fingerprints = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            int fingerprint = keys.fingerprint(login, Optional.empty());
            assertThat(fingerprint >>> 16).isEqualTo(login.userPart());
            fingerprints.add(fingerprint);
        }

        assertThat(fingerprints).hasSizeGreaterThan(90);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice@example.org", "\u00e4\u4e2d\ud83d\ude00"})
    void aSealedNameIsReadWithTheSameSecretAlone(String name) {
        String sealed = keys.seal(name);

        assertThat(sameSecret.open(sealed)).hasValue(name);
        assertThat(otherSecret.open(sealed)).isEmpty();
        assertThat(keys.seal(name)).as("the same name, sealed again").isNotEqualTo(sealed);
    }

    @Test
    void aDamagedSealIsNotRead() {
        byte[] octets = Base64.getUrlDecoder().decode(keys.seal("alice"));
        for (int i = 0; i < octets.length; i++) {
            byte[] damaged = octets.clone();
            damaged[i] ^= 1;
            assertThat(keys.open(Base64.getUrlEncoder().encodeToString(damaged))).isEmpty();
        }
        for (int length = 0; length < octets.length; length++) {
            assertThat(keys.open(Base64.getUrlEncoder().encodeToString(Arrays.copyOf(octets, length)))).isEmpty();
        }
        assertThat(keys.open("not base64!")).isEmpty();
    }

    private static LoginKeys keys(int secret) {
        byte[] octets = new byte[InstallationSecret.MIN_OCTETS];
        octets[0] = (byte) secret;
        return new LoginKeys(InstallationSecret.of(octets));
    }
}
