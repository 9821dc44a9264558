package org.smtpguard.james.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
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

    private static final String OIDC = "<auth><oidc><claim>email</claim><scope>email</scope></oidc></auth>";

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

    @Test
    void theClaimWithTheUserIsThatOfThePort() throws Exception {
        PortSettings settings = settings(port("127.0.0.1:2525", "PLAIN", ""), port("127.0.0.1:2587", "PLAIN", OIDC));

        assertThat(settings.oidcClaim(at(2587))).contains("email");
        assertThat(settings.oidcClaim(at(2525))).isEmpty();
        assertThat(settings.configuresJamesMechanisms()).isTrue();
        assertThat(settings(port("127.0.0.1:2525", "PLAIN", "")).configuresJamesMechanisms()).isFalse();
    }

    /** James 3.10 then offers the mechanisms of the list alone. */
    @Test
    void aListOfFactoriesWithoutThoseForTokensHidesThem() throws Exception {
        String list = OIDC.replace("</auth>", "<saslMechanisms>PlainSaslMechanismFactory,%s</saslMechanisms></auth>");

        assertThat(PortSettings.hidesOAuth(element(port("127.0.0.1:2525", "PLAIN", OIDC)))).isFalse();
        assertThat(PortSettings.hidesOAuth(element(port("127.0.0.1:2525", "PLAIN",
            String.format(Locale.ROOT, list, "LoginSaslMechanismFactory"))))).isTrue();
        assertThat(PortSettings.hidesOAuth(element(port("127.0.0.1:2525", "PLAIN",
            String.format(Locale.ROOT, list, "org.apache.james.protocols.sasl.XOauth2SaslMechanismFactory"))))).isFalse();
    }

    @Test
    void aFactoryForMoreThanPasswordsIsOne() throws Exception {
        String list = "<auth><saslMechanisms>PlainSaslMechanismFactory, %s</saslMechanisms></auth>";

        assertThat(PortSettings.hasSaslFactories(element(port("127.0.0.1:2525", "PLAIN", "")))).isFalse();
        assertThat(PortSettings.hasSaslFactories(element(port("127.0.0.1:2525", "PLAIN",
            String.format(Locale.ROOT, list, "LoginSaslMechanismFactory"))))).isFalse();
        assertThat(PortSettings.hasSaslFactories(element(port("127.0.0.1:2525", "PLAIN",
            String.format(Locale.ROOT, list, "kerberos.GssapiSaslMechanismFactory"))))).isTrue();
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
        HierarchicalConfiguration<ImmutableNode> file = file(ports);
        when(configurations.getConfiguration("smtpserver")).thenReturn(file);
        return new PortSettings(configurations);
    }

    private static HierarchicalConfiguration<ImmutableNode> element(String port) throws Exception {
        return file(port).configurationAt("smtpserver");
    }

    private static HierarchicalConfiguration<ImmutableNode> file(String... ports) throws Exception {
        return FileConfigurationProvider.getConfig(new ByteArrayInputStream(
            ("<smtpservers>" + String.join("", ports) + "</smtpservers>").getBytes(StandardCharsets.UTF_8)));
    }
}
