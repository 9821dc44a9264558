package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.web.WebAdmin;
import org.smtpguard.it.wire.Reply;
import org.smtpguard.it.wire.WireScript;

/** What is simulated is what a client of such a port is told, refusal by refusal: verdict, code, diagnosis, state and next steps. */
class SimulationIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AUTH = "AUTH PLAIN " + plain("alice@localhost", "secret");
    private static final String STARTTLS = "STARTTLS";
    private static final String MAIL = "MAIL FROM:<alice@localhost>";
    private static final String RCPT = "RCPT TO:<bob@localhost>";

    /** Where sessions can stand. */
    private static final List<List<String>> BEGINNINGS = List.of(
        List.of(), List.of("EHLO a"), List.of("HELO a"), List.of("EHLO a", AUTH), List.of("EHLO a", MAIL), List.of("HELO a", MAIL, RCPT),
        List.of("EHLO a", MAIL, RCPT), List.of("EHLO a", AUTH, MAIL), List.of("EHLO a", AUTH, MAIL, RCPT, RCPT),
        List.of("EHLO a", STARTTLS), List.of("HELO a", "EHLO a", STARTTLS), List.of("EHLO a", STARTTLS, "EHLO a"),
        List.of("EHLO a", STARTTLS, "HELO a"), List.of("EHLO a", STARTTLS, "EHLO a", AUTH),
        List.of("EHLO a", STARTTLS, "EHLO a", AUTH, MAIL, RCPT), List.of("EHLO a", MAIL, "RSET", STARTTLS),
        List.of("EHLO a", AUTH, MAIL, "EHLO a"));
    /** What is refused somewhere. */
    private static final List<String> PROBES = List.of("DATA", MAIL, RCPT, AUTH, "AUTH", STARTTLS, "STARTTLS now", "EHLO", "HELO",
        "RSET all", "QUIT now", "DATA now", "FROBNICATE");

    private static final String NO_TLS = "<tls socketTLS=\"false\" startTLS=\"false\"/>";
    private static final String OFFERS_STARTTLS = "<tls socketTLS=\"false\" startTLS=\"true\"><keystore>file://conf/keystore</keystore>"
        + "<keystoreType>PKCS12</keystoreType><secret>james72laBalle</secret></tls>";

    private static WebAdmin webAdmin;
    private static JamesServer withOpenStartTls;
    private static List<Port> ports;

    @BeforeAll
    static void start() {
        JamesServer server = Site.shared();
        webAdmin = Site.webAdmin();
        withOpenStartTls = JamesServer.guarded().editPort(Endpoint.SMTP, port -> port.replace(NO_TLS, OFFERS_STARTTLS)).start();
        ports = List.of(
            new Port(Map.of(), () -> wire(server.smtp())),
            new Port(Map.of("startTls", true, "auth", "always"), () -> wire(withOpenStartTls.smtp())),
            new Port(Map.of("startTls", true), () -> wire(server.submission())),
            new Port(Map.of("startTls", true, "auth", "underTls"), () -> wire(server.submission())),
            new Port(Map.of("tls", true, "auth", "underTls"), () -> tlsWire(server.smtps())));
    }

    @AfterAll
    static void stop() {
        withOpenStartTls.close();
    }

    @Test
    void everyRefusalIsTheOneOnTheWire() {
        Set<String> seen = new TreeSet<>();
        for (Port port : ports) {
            for (List<String> beginning : BEGINNINGS) {
                if (port.simulate(beginning).stream().noneMatch(SimulationIT::isRefused)) {
                    seen.addAll(compare(port, beginning));
                }
            }
        }

        assertThat(seen).contains("SEQ-EHLO-MISSING", "SEQ-EHLO-AFTER-TLS", "SEQ-EHLO-NOT-HELO", "SEQ-MAIL-MISSING", "SEQ-MAIL-NESTED",
            "SEQ-RCPT-MISSING", "SEQ-AUTH-IN-TRANSACTION", "SEQ-AUTH-REPEATED", "SEQ-STARTTLS-REPEATED", "SEQ-STARTTLS-IN-TRANSACTION",
            "SEQ-STARTTLS-AFTER-AUTH", "AUTH-TLS-REQUIRED", "SYN-ARGUMENT", "SYN-COMMAND");
    }

    /** @return the diagnoses that were compared */
    private static List<String> compare(Port port, List<String> beginning) {
        List<String> commands = new ArrayList<>(beginning);
        Stream.concat(PROBES.stream(), PROBES.stream().limit(3)).filter(probe -> {
            List<JsonNode> steps = port.simulate(with(beginning, probe));
            return isRefused(steps.get(steps.size() - 1));
        }).forEach(commands::add);
        List<JsonNode> steps = port.simulate(commands);
        try (WireScript wire = port.connect.get().expect("220")) {
            for (int i = 0; i < commands.size(); i++) {
                String command = commands.get(i);
                Reply reply = command.equals(STARTTLS) && !isRefused(steps.get(i)) ? wire.startTls().reply() : wire.send(command).read();
                assertThat(told(reply)).as("%s: %s of %s", port.parameters, command, commands).isEqualTo(told(steps.get(i)));
            }
        }
        return steps.stream().filter(SimulationIT::isRefused).map(step -> step.path("diagnosis").asText()).collect(Collectors.toList());
    }

    private static List<String> with(List<String> commands, String more) {
        return Stream.concat(commands.stream(), Stream.of(more)).collect(Collectors.toList());
    }

    private static boolean isRefused(JsonNode step) {
        return step.path("verdict").asText().equals("refused");
    }

    private static String told(JsonNode step) {
        return !isRefused(step) ? "legal" : String.join("\n", step.path("reply").asText() + " " + step.path("summary").asText() + " ["
            + step.path("diagnosis").asText() + "]", "State: " + step.path("state").asText(),
            "Next: " + IntStream.range(0, step.path("next").size()).mapToObj(i -> step.path("next").path(i).asText())
                .collect(Collectors.joining(" | ")));
    }

    private static String told(Reply reply) {
        if (reply.lines().get(0).charAt(0) < '4') {
            return "legal";
        }
        List<String> lines = reply.lines().stream().filter(line -> !line.contains("Help: HELP")).collect(Collectors.toList());
        return lines.get(0).replaceFirst("^(\\d{3})-", "$1 ") + "\n" + lines.stream().skip(1)
            .map(line -> line.replaceFirst("^\\d{3}[- ]\\S+ ", "")).collect(Collectors.joining("\n"));
    }

    private interface Connect {
        WireScript get();
    }

    /** One of the server's, and what is said of it to have it simulated. */
    private static final class Port {
        private final Map<String, Object> parameters;
        private final Connect connect;

        private Port(Map<String, Object> parameters, Connect connect) {
            this.parameters = parameters;
            this.connect = connect;
        }

        private List<JsonNode> simulate(List<String> commands) {
            Map<String, Object> body = new HashMap<>(parameters);
            body.put("commands", commands);
            try {
                List<JsonNode> steps = new ArrayList<>();
                webAdmin.read(webAdmin.post("/smtp-guard/simulate", "application/json", JSON.writeValueAsString(body))).path("steps")
                    .forEach(steps::add);
                return steps;
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
