package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.StartFailure;

/**
 * A mistake in the configuration stops the start with a sentence that names the element and the mend. These few go through
 * the whole server; all the others are told by the unit tests of the settings.
 */
class ConfigurationIT {
    @Test
    void anUnknownElementStopsTheStart() {
        refuses(port -> port.replace("<mode>enforce</mode>", "<modus>observe</modus>"),
            "<handler class=\"org.smtpguard.james.SequenceGuard\"> has an unknown element <modus>; known here: "
                + "<greeting>, <limits>, <mode>, <replies>, <rule>, <transcripts>.");
    }

    @Test
    void aMissingFileStopsTheStart() {
        StartFailure failure = JamesServer.guarded().withoutConf("smtp-users").failToStart();

        assertThat(failure).hasMessageContaining("exit code 1");
        assertThat(failure.log()).containsPattern("<backend class=\"FileBackend\" name=\"apps\"> .*smtp-users.*");
    }

    @Test
    void aFileWithoutAnyLineOfAUserStopsTheStart() {
        StartFailure failure = JamesServer.guarded()
            .withConf("smtp-users", "# users\n\nalice@localhost {BCRYPT} hunter2\n").failToStart();

        assertThat(failure).hasMessageContaining("exit code 1");
        assertThat(failure.log())
            .containsPattern("<backend class=\"FileBackend\" name=\"apps\"> cannot use the file .*smtp-users, line 3: .*correct it")
            .doesNotContain("hunter2");
    }

    @Test
    void oneNameForTwoBackendsStopsTheStart() {
        refuses(port -> port.replace("file://conf/smtp-users", "file://conf/extensions.properties"),
            "<backend class=\"FileBackend\" name=\"apps\"> has the same name as another backend with other settings; "
                + "give each a unique name.");
    }

    private static void refuses(UnaryOperator<String> mistake, String sentence) {
        StartFailure failure = JamesServer.guarded().editPort(Endpoint.SMTP, mistake).failToStart();

        assertThat(failure).hasMessageContaining("exit code 1");
        assertThat(failure.log().lines()).anyMatch(line -> line.endsWith("ConfigurationException: " + sentence));
    }
}
