package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.WireScript;

/**
 * Clients that hang up, or are hung up on, while a backend still thinks about their password: nothing of them stays behind.
 */
class HangUpIT {
    private static final int CLIENTS = 1000;
    private static final int AT_ONCE = 100;
    private static final int FEW = 10;
    private static final String PASSWORD = "secret of the slow";
    /** What James itself makes of any connection reset, with our jar or without. */
    private static final Pattern RESET = Pattern.compile("\\[ERROR] .*BasicChannelInboundHandler - Unable to process request\\R"
        + ".*(Connection reset|Broken pipe)");
    /** From 3.9 on James ends the threads of its handlers before its connections, which netty then cannot tell them. */
    private static final Pattern TERMINATED = Pattern.compile("RejectedExecutionException: event executor terminated");
    /** They go when they have been idle for half a minute, and there are never more of them than this. */
    private static final String POOL = "smtp-guard-slow n-n";
    private static final long POOL_BOUND = 200;

    private static final long MILLIS = 300;
    /** Longer than a test waits. */
    private static final long OUTLASTING_MILLIS = 60_000;

    private JamesServer server;

    @BeforeEach
    void start() {
        server = JamesServer.guarded()
            .editPort(Endpoint.SUBMISSION, port -> port.replaceAll("(?s)<backend .*?</backend>", slowBackend(OUTLASTING_MILLIS)))
            .editPort(Endpoint.SMTP, port -> port.replaceAll("(?s)<backend .*?</backend>", slowBackend(MILLIS))
                .replaceAll("<greeting .*?/>", "")
                .replace("</handlerchain>", "<handler class=\"org.smtpguard.fixture.InsightCommand\"/></handlerchain>"))
            .addJvm("-Dio.netty.leakDetection.level=paranoid")
            .start();
    }

    private static String slowBackend(long millis) {
        return "<backend class=\"org.smtpguard.fixture.SlowBackend\" name=\"slow " + millis + "\">"
            + "<millis>" + millis + "</millis><password>" + PASSWORD + "</password></backend>";
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void leaveNothingBehind() {
        // James starts the threads that it keeps when they are first needed.
        wave(true);
        Map<String, Long> before = threads();

        for (int wave = 0; wave < CLIENTS / AT_ONCE; wave++) {
            wave(wave % 2 == 0);
        }

        Awaitility.await().untilAsserted(() -> assertThat(threads()).allSatisfy((name, count) ->
            assertThat(count).as(name).isLessThanOrEqualTo(name.equals(POOL) ? POOL_BOUND : before.getOrDefault(name, 0L))));
        authenticates();
        Awaitility.await().until(() -> count(" Connection closed for ") == count(" Connection established from "));
        assertThat(count(" Connection closed for ")).isGreaterThan(CLIENTS);
        assertThat(RESET.matcher(server.log()).replaceAll("")).doesNotContain("[ERROR]", "LEAK:");
    }

    /** TLS has a goodbye of its own, which leaves the connection below it open. */
    @Test
    void areNoticedWhenTheySayGoodbyeInTls() {
        try (WireScript client = pendingUnderTls()) {
            client.sayNoMore().expectClosed();
        }

        Awaitility.await().until(() -> count(" Connection closed for ") == count(" Connection established from "));
        authenticates();
        assertThat(server.log()).doesNotContain("[ERROR]", "LEAK:");
    }

    @Test
    void areLetGoByAServerThatStops() {
        List<WireScript> waiting = new ArrayList<>();
        for (int i = 0; i < FEW; i++) {
            waiting.add(pendingUnderTls());
        }

        server.stop();

        waiting.forEach(client -> client.expectClosed().close());
        String log = JamesHome.current().isBefore(3, 9) ? server.log() : TERMINATED.matcher(server.log()).replaceAll("");
        assertThat(log).contains("JAMES server stopped")
            .doesNotContain("[ERROR]", "LEAK:", "RejectedExecutionException", "at org.smtpguard");
    }

    /** A client whose AUTH is under way, to a backend that will not answer in time. */
    private WireScript pendingUnderTls() {
        WireScript client = wire(server.submission()).expect("220")
            .send("EHLO client.example").expect("250").startTls()
            .send("EHLO client.example").expect("250")
            .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD));
        return client.expectSilence(Duration.ofMillis(50));
    }

    /** @param orderly by a FIN; else by a reset */
    private void wave(boolean orderly) {
        long closed = count(" Connection closed for ");
        List<WireScript> clients = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            clients.add(wire(server.smtp()).expect("220").send("EHLO client.example").expect("250"));
        }
        for (int i = 0; i < AT_ONCE; i++) {
            WireScript client = clients.get(i);
            // Some have more to say by then, which is held back and must go with them.
            client.pipeline(i % 3 == 0
                ? new String[] {"AUTH PLAIN " + plain("alice@localhost", PASSWORD), "MAIL FROM:<alice@localhost>", "NOOP"}
                : new String[] {"AUTH PLAIN " + plain("alice@localhost", i % 3 == 1 ? PASSWORD : "wrong")});
        }
        // Time for the last AUTH to arrive: what a reset overtakes is never read.
        clients.get(AT_ONCE - 1).expectSilence(Duration.ofMillis(50));
        clients.forEach(orderly ? WireScript::close : WireScript::abort);
        Awaitility.await().until(() -> count(" Connection closed for ") >= closed + AT_ONCE);
    }

    private void authenticates() {
        try (WireScript wire = wire(server.smtp())) {
            wire.expect("220").send("EHLO client.example").expect("250")
                .send("AUTH PLAIN " + plain("alice@localhost", PASSWORD)).expectLine("235 2.7.0 ")
                .send("QUIT").expect("221").expectClosed();
        }
    }

    private Map<String, Long> threads() {
        try (WireScript wire = wire(server.smtp())) {
            return wire.expect("220").send("XINSIGHT").expect("250").reply().lines().stream()
                .map(line -> line.substring(4))
                .filter(line -> line.startsWith("smtp") && line.contains("="))
                .collect(Collectors.toMap(line -> line.substring(0, line.lastIndexOf('=')),
                    line -> Long.valueOf(line.substring(line.lastIndexOf('=') + 1))));
        }
    }

    private long count(String text) {
        return server.log().lines().filter(line -> line.contains(text)).count();
    }
}
