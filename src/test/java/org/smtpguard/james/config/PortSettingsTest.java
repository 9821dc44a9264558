package org.smtpguard.james.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.server.core.configuration.ConfigurationProvider;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.smtpguard.james.Authentication;

class PortSettingsTest {
    private static final String OFF = "<auth><plainAuthEnabled>false</plainAuthEnabled></auth>";

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(PortSettings.class);

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    @Test
    void theLogOfTheStartSaysOnWhichPortsPasswordsAreOff() throws Exception {
        settings(port("127.0.0.1:2525", "PLAIN LOGIN", ""), port("127.0.0.1:2587", "SCRAM-SHA-256 PLAIN", OFF),
            port("127.0.0.1:2465", "PLAIN LOGIN", OFF));

        assertThat(log.list.stream().map(event -> event.getLevel() + " " + event.getFormattedMessage()).collect(Collectors.toList()))
            .containsExactly("INFO 127.0.0.1:2587: <plainAuthEnabled> is false: AUTH PLAIN and LOGIN are off on this port",
                "WARN 127.0.0.1:2465: <plainAuthEnabled> is false: AUTH PLAIN and LOGIN are off on this port, and no other mechanism is"
                    + " configured: AUTH is not offered there");
    }

    @Test
    void passwordsAreOffOnThePortThatSaysSoAndOnNoOther() throws Exception {
        PortSettings settings = settings(port("127.0.0.1:2525", "PLAIN", ""), port("0.0.0.0:2587,127.0.0.1:2588", "PLAIN", OFF));

        assertThat(List.of(2525, 2587, 2588, 2589)).filteredOn(port -> settings.isPlainAuthEnabled(at(port))).containsExactly(2525, 2589);
    }

    @Test
    void portZeroIsWhicheverTheSystemHasChosen() throws Exception {
        PortSettings settings = settings(port("127.0.0.1:2525", "PLAIN", ""), port("127.0.0.1:0", "PLAIN", OFF));

        assertThat(List.of(2525, 49_152)).filteredOn(port -> settings.isPlainAuthEnabled(at(port))).containsExactly(2525);
    }

    private static SMTPSession at(int port) {
        SMTPSession session = mock(SMTPSession.class);
        when(session.getLocalAddress()).thenReturn(new InetSocketAddress("127.0.0.1", port));
        return session;
    }

    private static String port(String bind, String mechanisms, String more) {
        return "<smtpserver enabled=\"true\"><bind>" + bind + "</bind>" + more + "<handlerchain><handler class=\""
            + Authentication.class.getName() + "\"><mechanisms>" + mechanisms + "</mechanisms></handler></handlerchain></smtpserver>";
    }

    private static PortSettings settings(String... ports) throws Exception {
        ConfigurationProvider configurations = mock(ConfigurationProvider.class);
        when(configurations.getConfiguration("smtpserver"))
            .thenReturn(FileConfigurationProvider.getConfig(new ByteArrayInputStream(
                ("<smtpservers>" + String.join("", ports) + "</smtpservers>").getBytes(StandardCharsets.UTF_8))));
        return new PortSettings(configurations);
    }
}
