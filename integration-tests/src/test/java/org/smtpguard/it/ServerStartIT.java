package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.StartFailure;

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
}
