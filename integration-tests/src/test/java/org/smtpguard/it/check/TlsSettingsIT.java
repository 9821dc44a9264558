package org.smtpguard.it.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.GuardCommand;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.SelfSigned;
import org.smtpguard.it.wire.WireScript;

/** Settings of TLS with which James starts, and of which {@code check} says what clients meet. */
class TlsSettingsIT {
    @TempDir
    private static Path files;

    private static JamesServer server;
    private static JsonNode report;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(System.getProperty("smtpguard.it.engine")).as("the configuration is a file of this machine").isNotEqualTo("docker");
        SelfSigned expired = SelfSigned.expired("localhost");
        server = JamesServer.guarded()
            .withConf("old.pem", Files.readString(expired.certificateTo(files.resolve("certificate.pem"))))
            .withConf("old-key.pem", Files.readString(expired.keyTo(files.resolve("key.pem"))))
            .editPort(Endpoint.SUBMISSION, port -> port.replaceFirst("(?s)<keystore>.*?</secret>",
                "<privateKey>file://conf/old-key.pem</privateKey><certificates>file://conf/old.pem</certificates>"))
            .editPort(Endpoint.SMTPS, port -> port.replace("</tls>", "<supportedCipherSuites><cipherSuite>TLS_AES_128_GCM_SHA512"
                + "</cipherSuite></supportedCipherSuites><supportedProtocols><protocol>TLSv1.4</protocol></supportedProtocols></tls>"))
            .start();
        report = GuardCommand.check(server.home());
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void anExpiredCertificateIsShownToClientsAndIsAWarning() throws Exception {
        try (WireScript wire = wire(server.submission())) {
            wire.expect("220").send("EHLO client.example").expect("250").startTls().send("EHLO client.example").expect("250");
            assertThat(wire.serverCertificate().getNotAfter()).isInThePast();
        }

        assertThat(of("warning", "<certificates>")).singleElement().satisfies(finding -> assertThat(finding.path("message").asText())
            .startsWith("has a certificate that has expired on ").contains("renew it"));
    }

    @Test
    void namesThatJavaDoesNotHaveLeaveAPortWithoutTlsAndAreWrong() {
        assertThatThrownBy(() -> tlsWire(server.smtps())).isInstanceOf(AssertionError.class);

        assertThat(of("wrong", "<cipherSuite>")).singleElement().satisfies(finding -> assertThat(finding.path("message").asText())
            .startsWith("names TLS_AES_128_GCM_SHA512, which this Java does not have"));
        assertThat(of("wrong", "<protocol>")).singleElement().satisfies(finding -> assertThat(finding.path("message").asText())
            .startsWith("names TLSv1.4, which this Java does not have").contains("TLSv1.3"));
        assertThat(report.path("wrong").asInt()).as(report.toPrettyString()).isEqualTo(2);
    }

    private static List<JsonNode> of(String severity, String element) {
        List<JsonNode> found = new ArrayList<>();
        report.path("findings").forEach(finding -> {
            if (finding.path("severity").asText().equals(severity) && finding.path("element").asText().equals(element)) {
                found.add(finding);
            }
        });
        return found;
    }
}
