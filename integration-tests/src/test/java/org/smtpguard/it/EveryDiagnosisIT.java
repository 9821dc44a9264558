package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;
import static org.smtpguard.it.wire.WireScript.wireFrom;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.WireScript;

/**
 * Every diagnosis is brought about on the wire. By what its refusal says it is then found: HELP explains the id, the reference leads to
 * the session, there is a page of it, and a line in the overview, where it was counted.
 */
class EveryDiagnosisIT {
    private static final String EHLO = "EHLO client.example";
    private static final String MAIL = "MAIL FROM:<alice@localhost>";
    private static final String ALICE = "AUTH PLAIN " + plain("alice@localhost", "secret");
    private static final int MORE_THAN_A_LINE = 9000;

    private static JamesServer server;
    private static WebAdmin webAdmin;
    private static final Map<String, Provocation> ALL = provocations();

    @BeforeAll
    static void start() {
        JamesServer.assumeOnThisMachine("the server sees the addresses of its clients");
        server = Site.shared();
        webAdmin = Site.webAdmin();
    }

    @Test
    void noneIsLeftOut() {
        assertThat(ALL.keySet()).containsExactlyInAnyOrderElementsOf(new TreeSet<>(webAdmin.json("/smtp-guard/diagnoses").path("diagnoses")
            .findValuesAsText("id")));
    }

    @TestFactory
    Stream<DynamicTest> leadsFromItsRefusalToWhatItMeans() {
        return ALL.entrySet().stream()
            .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> follow(entry.getKey(), entry.getValue())));
    }

    private static void follow(String id, Provocation provocation) {
        long before = line(id).path("refused").asLong();
        String reference;
        try (WireScript wire = wireFrom(provocation.source, provocation.port.apply(server))) {
            provocation.dialogue.accept(wire);
            wire.expectInReply("\\[" + id + "]").expectReply(Refusal::keepsToTheProtocol);
            reference = Refusal.session(wire.reply());
        }

        try (WireScript wire = wire(server.smtp()).expect("220")) {
            wire.send("HELP " + id).expect("214").expectInReply("^214.2.0.0 " + id + ": ").expectInReply("^214.2.0.0 When: ")
                .expectInReply("^214.2.0.0 Fix: ").expectInReply("^214.2.0.0 See: .*RFC \\d+");
        }

        JsonNode session = webAdmin.json("/smtp-guard/sessions/" + reference);
        assertThat(session.path("lines").findValues("refusal")).as("%s", session).last()
            .satisfies(refusal -> assertThat(refusal.path("id").asText()).isEqualTo(id));
        assertThat(page("/smtp-guard/sessions/" + reference)).contains(id, "class=\"explanation\"");

        JsonNode diagnosis = webAdmin.json("/smtp-guard/diagnoses/" + id);
        assertThat(Stream.of("meaning", "when", "fix")).allSatisfy(part -> assertThat(diagnosis.path(part).asText()).isNotBlank());
        assertThat(diagnosis.path("reference").asText()).startsWith("RFC ");
        assertThat(page("/smtp-guard/diagnoses/" + id)).contains("<h1>" + id + "</h1>");

        assertThat(line(id).path("refused").asLong()).isGreaterThan(before);
        assertThat(page("/smtp-guard")).contains("href=\"/smtp-guard/diagnoses/" + id + "\"");
    }

    private static JsonNode line(String id) {
        return StreamSupport.stream(webAdmin.json("/smtp-guard").path("diagnoses").spliterator(), false)
            .filter(line -> line.path("id").asText().equals(id)).findFirst().orElseThrow();
    }

    private static String page(String path) {
        return webAdmin.get(path, "text/html").body();
    }

    private static Map<String, Provocation> provocations() {
        Map<String, Provocation> all = new LinkedHashMap<>();
        all.put("SEQ-GREETING-EARLY", clear(wire -> wire.send(EHLO).expect("554")));
        all.put("SEQ-EHLO-MISSING", clear(wire -> wire.expect("220").send(MAIL).expect("503")));
        all.put("SEQ-EHLO-AFTER-TLS", submission(wire -> greeted(wire).startTls().send(MAIL).expect("503")));
        all.put("SEQ-EHLO-NOT-HELO", clear(wire -> wire.expect("220").send("HELO client.example").expect("250").send(ALICE)
            .expect("503")));
        all.put("SEQ-MAIL-MISSING", clear(wire -> greeted(wire).send("DATA").expect("503")));
        all.put("SEQ-MAIL-NESTED", clear(wire -> greeted(wire).send(MAIL).expect("250").send(MAIL).expect("503")));
        all.put("SEQ-RCPT-MISSING", clear(wire -> greeted(wire).send(MAIL).expect("250").send("DATA").expect("503")));
        all.put("SEQ-RCPT-REFUSED", clear(wire -> greeted(wire).send(MAIL).expect("250").send("RCPT TO:<nobody-here@localhost>")
            .expect("550").send("DATA").expect("554")));
        all.put("SEQ-AUTH-IN-TRANSACTION", clear(wire -> greeted(wire).send(MAIL).expect("250").send(ALICE).expect("503")));
        all.put("SEQ-AUTH-REPEATED", clear(wire -> greeted(wire).send(ALICE).expect("235").send(ALICE).expect("503")));
        all.put("SEQ-STARTTLS-REPEATED", submission(wire -> greeted(wire).startTls().send(EHLO).expect("250").send("STARTTLS")
            .expect("503")));
        all.put("SEQ-STARTTLS-IN-TRANSACTION", submission(wire -> greeted(wire).send(MAIL).expect("250").send("STARTTLS").expect("503")));
        all.put("SEQ-STARTTLS-AFTER-AUTH", clear(wire -> greeted(wire).send(ALICE).expect("235").send("STARTTLS").expect("503")));
        all.put("SEQ-PIPELINING", clear(wire -> wire.expect("220").pipeline(EHLO, MAIL).expect("250").expect("503")));
        all.put("SEQ-BARE-LF", clear(wire -> greeted(wire).sendRaw("NOOP\n").expect("500")));
        all.put("SYN-ARGUMENT", clear(wire -> wire.expect("220").send("EHLO").expect("501")));
        all.put("SYN-COMMAND", clear(wire -> greeted(wire).send("GET / HTTP/1.1").expect("500")));
        all.put("SYN-CHARACTER", clear(wire -> greeted(wire).send("EHLO a\rX-Injected: yes").expect("501")));
        all.put("LIMIT-ERRORS", clear(wire -> repeated(greeted(wire), "GET / HTTP/1.1", "500").expect("421")));
        all.put("LIMIT-AUTH", clear(wire -> repeated(greeted(wire), "AUTH PLAIN " + plain("alice@localhost", "guessed"), "535")
            .expect("421")));
        all.put("LIMIT-RECIPIENTS", clear(wire -> repeated(greeted(wire).send(MAIL).expect("250"), "RCPT TO:<nobody-here@localhost>", "550")
            .expect("421")));
        all.put("AUTH-REQUIRED", clear(wire -> greeted(wire).send(MAIL).expect("250").send("RCPT TO:<x@example.org>").expect("530")));
        all.put("AUTH-CREDENTIALS", clear(wire -> greeted(wire).send("AUTH PLAIN " + plain("alice@localhost", "guessed")).expect("535")));
        all.put("AUTH-EXPIRED", clear(wire -> greeted(wire).send("AUTH PLAIN " + plain("expired@localhost", "stale")).expect("432")));
        all.put("AUTH-TOO-WEAK", clear(wire -> greeted(wire).send("AUTH PLAIN " + plain("weak@localhost", "feeble")).expect("534")));
        all.put("AUTH-BLOCKED", clear(wire -> {
            for (int i = 0; i < 3; i++) {
                try (WireScript guesser = wireFrom("127.15.0.1", server.smtp())) {
                    greeted(guesser).send("AUTH PLAIN " + plain("alice@localhost", "guess-" + i)).expect("535");
                }
            }
            greeted(wire).send("AUTH PLAIN " + plain("alice@localhost", "guess-4")).expect("454");
        }).from("127.15.0.1"));
        all.put("AUTH-UNAVAILABLE",
            clear(wire -> greeted(wire).send("AUTH PLAIN " + plain("down@localhost", "not-seen-while-down")).expect("454")));
        all.put("AUTH-MECHANISM", clear(wire -> greeted(wire).send("AUTH CRAM-MD5").expect("504")));
        all.put("AUTH-ENCODING", clear(wire -> greeted(wire).send("AUTH PLAIN !").expect("501")));
        all.put("AUTH-TOO-LONG", clear(wire -> greeted(wire).send("AUTH PLAIN").expect("334").send("A".repeat(MORE_THAN_A_LINE))
            .expect("500")));
        all.put("AUTH-CANCELLED", clear(wire -> greeted(wire).send("AUTH LOGIN").expect("334").send("*").expect("501")));
        all.put("AUTH-TLS-REQUIRED", submission(wire -> greeted(wire).send(ALICE).expect("538")));
        all.put("AUTH-IDENTITY", clear(wire -> greeted(wire).send("AUTH PLAIN " + base64("bob@localhost\0alice@localhost\0secret"))
            .expect("535")));
        all.put("AUTH-SENDER", clear(wire -> greeted(wire).send("AUTH PLAIN " + plain("phone@localhost", "of-the-phone")).expect("235")
            .send(MAIL).expect("553")));
        all.put("AUTH-REVOKED", clear(wire -> greeted(wire).send("AUTH PLAIN " + plain("lost@localhost", "of-a-lost-phone")).expect("235")
            .send(MAIL).expect("421")));
        return all;
    }

    private static WireScript greeted(WireScript wire) {
        return wire.expect("220").send(EHLO).expect("250");
    }

    /** Sends it until the reply is another one, which is left to be read. */
    private static WireScript repeated(WireScript wire, String command, String code) {
        int most = Map.of("535", 5, "550", 100).getOrDefault(code, 20);
        for (int i = 1; i < most; i++) {
            wire.send(command).expect(code);
        }
        return wire.send(command);
    }

    private static Provocation clear(Consumer<WireScript> dialogue) {
        return new Provocation(JamesServer::smtp, "127.0.0.1", dialogue);
    }

    private static Provocation submission(Consumer<WireScript> dialogue) {
        return new Provocation(JamesServer::submission, "127.0.0.1", dialogue);
    }

    /** A dialogue that ends in the refusal, and where it is held. */
    private static final class Provocation {
        private final Function<JamesServer, InetSocketAddress> port;
        private final String source;
        private final Consumer<WireScript> dialogue;

        private Provocation(Function<JamesServer, InetSocketAddress> port, String source, Consumer<WireScript> dialogue) {
            this.port = port;
            this.source = source;
            this.dialogue = dialogue;
        }

        private Provocation from(String address) {
            return new Provocation(port, address, dialogue);
        }
    }
}
