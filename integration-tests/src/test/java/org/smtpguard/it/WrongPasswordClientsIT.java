package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.it.client.MailClient;
import org.smtpguard.it.client.MailClient.Submission;
import org.smtpguard.it.server.JamesServer;

/** How often real mail clients, where they are installed, try a wrong password: the table of docs/clients.md. */
class WrongPasswordClientsIT {
    /** Set where all clients are installed: a skip would hide that one of them is not. */
    private static final boolean ALL_INSTALLED = Boolean.parseBoolean(System.getenv("SMTPGUARD_ALL_CLIENTS"));
    private static final Pattern FAILED = Pattern.compile("AUTH method (\\S+) failed from alice@localhost@");

    private static JamesServer server;

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the clients reach the server");
        server = JamesServer.asShipped().start();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "mutt, auth, SCRAM-SHA-256", "s-nail, auth, PLAIN", "mailutils, auth, LOGIN", "exim4, auth, PLAIN LOGIN", "phpmailer, auth, LOGIN",
        "go, auth-plain, PLAIN", "perl, auth, PLAIN", "ruby, auth, PLAIN", "swaks, auth, LOGIN PLAIN", "smtplib, auth, PLAIN LOGIN",
        "nodemailer, auth, PLAIN", "curl, auth, PLAIN", "msmtp, auth, SCRAM-SHA-256", "commons-net, auth-plain, PLAIN"})
    void aClientGivesUpAfterTheseMechanisms(String name, String variant, String tried) {
        MailClient client = MailClient.of(name);
        boolean isInstalled = client.version().isPresent();
        assertThat(isInstalled || !ALL_INSTALLED).as("%s is installed here", name).isTrue();
        assumeTrue(isInstalled, () -> name + " is not installed");
        int before = failed().size();

        assertThatThrownBy(() -> client.send(variant, server.smtp(),
            Submission.of("alice@localhost", "wr0ng-Wc71", "bob@localhost", name, 1))).isInstanceOf(AssertionError.class);

        List<String> failed = failed();
        assertThat(failed.subList(before, failed.size())).containsExactly(tried.split(" "));
    }

    private static List<String> failed() {
        return FAILED.matcher(server.log()).results().map((MatchResult found) -> found.group(1)).collect(Collectors.toList());
    }
}
