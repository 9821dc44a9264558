package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.net.InetSocketAddress;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.server.StartFailure;
import org.smtpguard.it.wire.WireScript;

class ServerStartIT {
    @Test
    void tellsWhatJamesSaidWhenItDoesNotStart() {
        StartFailure failure = JamesServer.stock()
            .editConf("smtpserver.xml", xml -> xml.replace("CoreCmdHandlerLoader", "NoSuchLoader"))
            .failToStart();

        assertThat(failure.log()).contains("NoSuchLoader");
    }

    @Test
    void leavesNothingRunningAfterAStop() {
        JamesServer server = JamesServer.stock().start();
        assertThat(server.isAlive()).isTrue();

        server.close();

        assertThat(server.isAlive()).isFalse();
    }

    /** All other tests end their servers without an orderly stop. */
    @Test
    void stopsGracefullyAndLeavesItsPorts() {
        JamesServer server = JamesServer.guarded().start();
        List<InetSocketAddress> ports = List.of(server.smtp(), server.submission(), server.smtps(), server.imap(), server.webAdmin());
        assertThat(ports).allSatisfy(port -> assertThat(Ports.answers(port.getPort())).isTrue());
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", "secret")).expectLine("235 2.7.0 ");
        }

        server.stop();

        assertThat(server.isAlive()).isFalse();
        assertThat(ports).noneSatisfy(port -> assertThat(Ports.answers(port.getPort())).isTrue());
        assertThat(server.log()).contains("JAMES server stopped").doesNotContain("[ERROR]");
    }
}
