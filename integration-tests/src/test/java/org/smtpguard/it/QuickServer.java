package org.smtpguard.it;

import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;

/** The server of the project as it is configured, but for what takes time where a thousand sessions are opened. */
final class QuickServer {
    private QuickServer() {
    }

    static JamesServer.Builder configured() {
        return JamesServer.guarded()
            // The cheapest hash that is taken, of "secret".
            .withConf("smtp-users", "alice@localhost:{BCRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n")
            .editPort(Endpoint.SMTP, port -> port.replace("<greeting waitMillis=\"100\"/>", ""));
    }

    static JamesServer shared() {
        return JamesServer.shared("quick", QuickServer::configured);
    }
}
