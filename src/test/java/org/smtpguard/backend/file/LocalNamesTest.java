package org.smtpguard.backend.file;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.james.core.Username;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asks James itself. */
class LocalNamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"alice", "alice smith", "a", "alice@localhost", "alice@example.org", "alice+tag@example.org",
        "alice@a.b.c.example.org",
        "alice@x-y.org", "alice@x_y.org", "alice@[127.0.0.1]", "alice@127.0.0.1", "alice@3com.com", "alice@example.x1",
        "j\u00fcrgen@b\u00fccher.example",
        "a@b@c", "\"a@b\"@localhost", "bob@-x.org", "bob@x-.org", "bob@_x.org", "bob@x_.org", "bob@x..org", "bob@.org",
        "bob@org.", "bob@",
        "@localhost", "@", "bob@x y.org", "bob@x!y.org", "bob@example.1x", "bob@1.2.3", "bob@999.1.1.1", "bob@[]", "bob@[",
        "bob@x.-", "bob@1",
        "bob@256.0.0.1", "bob@1.2.3.4.", "bob@01.2.3.4"})
    void knowsWhatJamesTakes(String name) {
        assertThat(LocalNames.isPossible(name)).isEqualTo(isTakenByJames(name));
    }

    @Test
    void knowsHowLongNamesMayBe() {
        for (String name : new String[] {"a".repeat(255), "a".repeat(256), "a@" + "b".repeat(63) + ".org", "a@" + "b".repeat(64) + ".org",
            "a@" + "b.".repeat(126) + "c", "a@" + "b.".repeat(126) + "cc"}) {
            assertThat(LocalNames.isPossible(name)).as(name).isEqualTo(isTakenByJames(name));
        }
    }

    private static boolean isTakenByJames(String name) {
        try {
            Username.of(name);
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }
}
