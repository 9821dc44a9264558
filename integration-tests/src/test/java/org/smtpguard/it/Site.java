package org.smtpguard.it;

import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.WebAdmin;

/**
 * The server of the project as it is configured, with one more backend, whose answers are known beforehand, and with a log that shows
 * what WebAdmin puts beside its lines, as logs in JSON do.
 */
final class Site {
    private static final String LOGBACK = "<configuration>"
        + "<appender name=\"CONSOLE\" class=\"ch.qos.logback.core.ConsoleAppender\">"
        + "<encoder><pattern>%d{HH:mm:ss.SSS} [%-5level] %logger - %msg {%X{request-body}}%n%ex</pattern></encoder></appender>"
        + "<root level=\"WARN\"><appender-ref ref=\"CONSOLE\"/></root>"
        + "<logger name=\"org.apache.james\" level=\"INFO\"/><logger name=\"org.smtpguard\" level=\"INFO\"/></configuration>";

    private Site() {
    }

    static JamesServer shared() {
        return JamesServer.shared("site", () -> JamesServer.guarded()
            .withConf("logback.xml", LOGBACK)
            .withConf("smtp-users", "alice@localhost:{BCRYPT}$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n")
            .editConf("smtpserver.xml", conf -> conf.replace("</mechanisms>",
                "</mechanisms><backend class=\"org.smtpguard.fixture.OpinionatedBackend\" name=\"opinions\"/>"
                    + "<bruteForce><perNetwork failures=\"3\"/><exempt>" + JamesServer.clientAddress() + " ::1</exempt></bruteForce>")));
    }

    static WebAdmin webAdmin() {
        return new WebAdmin(shared().webAdmin());
    }
}
