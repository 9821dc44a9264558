package org.smtpguard.it;

import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;

/** The server of the project as it is configured, but for what takes time where a thousand sessions are opened. */
final class QuickServer {
    private QuickServer() {
    }

    static JamesServer.Builder configured() {
        return JamesServer.guarded()
            // One user, whose password is "secret".
            .withConf("smtp-users", "alice@localhost:{SSHA512}tHNDaRj76/YZTs0QkChyxvqXcVCrQr5ik8aOP41OvuSNvUdVvGo"
                + "HgqqcL8GImpk53Ye3XLA9ONvfrRvYVpoOEHNhbHQtb2YtYWxpY2U=\n")
            .editPort(Endpoint.SMTP, port -> port.replace("<greeting waitMillis=\"100\"/>", ""));
    }

    static JamesServer shared() {
        return JamesServer.shared("quick", QuickServer::configured);
    }
}
