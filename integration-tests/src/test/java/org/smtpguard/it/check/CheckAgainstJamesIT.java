package org.smtpguard.it.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.it.server.GuardCommand;
import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;

/**
 * {@code check} and James agree: every configuration with a mistake is tried in a real start and by the command, which reports the mistake
 * once, with file, line and element; and what James starts with, the command does not call wrong.
 */
class CheckAgainstJamesIT {
    private static final Map<String, Supplier<JamesServer.Builder>> RIGHT = new LinkedHashMap<>();
    private static final Map<String, Path> HOMES = new LinkedHashMap<>();
    private static final Map<String, JsonNode> REPORTS = new ConcurrentHashMap<>();

    static {
        RIGHT.put("as shipped", JamesServer::asShipped);
        RIGHT.put("guarded", JamesServer::guarded);
        RIGHT.put("stock", JamesServer::stock);
        RIGHT.put("observed", () -> JamesServer.guarded().editConf("smtpserver.xml", xml -> xml.replace("<mode>enforce", "<mode>observe")));
        RIGHT.put("limited", () -> JamesServer.guarded().editConf("smtpserver.xml", xml -> xml.replace("<maxmessagesize>0",
            "<maxmessagesize>20M")));
        RIGHT.put("disabled", () -> JamesServer.guarded().editConf("smtpserver.xml", xml -> xml.replaceFirst("enabled=\"true\"",
            "enabled=\"false\"").replaceFirst("file://conf/keystore", "file://conf/none")));
    }

    @BeforeAll
    static void tryAll() throws Exception {
        assumeThat(System.getProperty("smtpguard.it.engine")).as("the configurations are files of this machine").isNotEqualTo("docker");
        for (Map.Entry<String, Supplier<JamesServer.Builder>> right : RIGHT.entrySet()) {
            HOMES.put(right.getKey(), right.getValue().get().layOut());
        }
        for (WrongConfiguration wrong : WrongConfiguration.values()) {
            HOMES.put(wrong.name(), wrong.builder().layOut());
        }
        List<Path> others = new ArrayList<>(HOMES.values());
        Path alone = HOMES.get(WrongConfiguration.NAME_TWICE.name());
        others.remove(alone);
        GuardCommand.start(others);
        GuardCommand.start(List.of(alone));
        // After all starts: a check opens the ports.
        HOMES.entrySet().parallelStream().forEach(home -> REPORTS.put(home.getKey(), GuardCommand.check(home.getValue())));
    }

    @ParameterizedTest
    @EnumSource(WrongConfiguration.class)
    void bothRejectIt(WrongConfiguration wrong) throws IOException {
        assumeThat(wrong != WrongConfiguration.IDENTITY || JamesHome.current().isBefore(3, 9))
            .as("James 3.9 starts with <verifyIdentity> on a port that does not announce AUTH").isTrue();
        assertThat(started(wrong.name())).as("James").isNotEmpty();

        JsonNode report = REPORTS.get(wrong.name());
        assertThat(report.path("wrong").asInt()).as(report.toPrettyString()).isEqualTo(1);
        JsonNode finding = wrong(report).findFirst().orElseThrow();
        assertThat(finding.path("element").asText()).isEqualTo(wrong.element());
        assertThat(finding.path("message").asText()).contains(wrong.words()).doesNotContain("wrong-Kx94");
        Path file = Path.of(finding.path("file").asText());
        assertThat(file).startsWith(HOMES.get(wrong.name()));
        assertThat(file.getFileName().toString()).isIn("smtpserver.xml", "extensions.properties", "webadmin.properties",
            "healthcheck.properties", "smtp-guard.secret");
        if (Files.exists(file) && !Files.readString(file).isBlank() && wrong != WrongConfiguration.MODULE_MISSING) {
            assertThat(finding.path("places")).isNotEmpty().allSatisfy(place ->
                assertThat(place.path("line").asInt()).isBetween(1, Files.readAllLines(file).size()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"as shipped", "guarded", "stock", "observed", "limited", "disabled"})
    void bothAcceptIt(String right) throws IOException {
        assertThat(started(right)).as("James").isEmpty();

        JsonNode report = REPORTS.get(right);
        assertThat(report.path("wrong").asInt()).as(report.toPrettyString()).isZero();
    }

    @Test
    void theLineIsThatOfTheElement() throws IOException {
        JsonNode finding = wrong(REPORTS.get(WrongConfiguration.KEYSTORE.name())).findFirst().orElseThrow();
        int line = finding.path("places").path(0).path("line").asInt();

        List<String> lines = Files.readAllLines(Path.of(finding.path("file").asText()));
        assertThat(lines.get(line - 1)).contains("<keystore>file://conf/keystroke");
    }

    @Test
    void itPrintsWhatEachPortAnnounces() {
        JsonNode ports = REPORTS.get("limited").path("ports");

        assertThat(keywords(ports.path(0), "ehloWithoutTls"))
            .containsExactly("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "STARTTLS", "SIZE 20971520");
        assertThat(keywords(ports.path(0), "ehloUnderTls"))
            .containsExactly("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SIZE 20971520", "AUTH PLAIN LOGIN");
        assertThat(keywords(ports.path(1), "ehloWithoutTls")).isEmpty();
        assertThat(keywords(ports.path(2), "ehloWithoutTls")).contains("AUTH PLAIN LOGIN").doesNotContain("STARTTLS");
    }

    private static List<String> keywords(JsonNode port, String field) {
        List<String> keywords = new ArrayList<>();
        port.path(field).forEach(keyword -> keywords.add(keyword.asText()));
        return keywords;
    }

    private static Stream<JsonNode> wrong(JsonNode report) {
        List<JsonNode> findings = new ArrayList<>();
        report.path("findings").forEach(findings::add);
        return findings.stream().filter(finding -> finding.path("severity").asText().equals("wrong"));
    }

    /** Why James did not start; empty if it did. */
    private static String started(String name) throws IOException {
        return Files.readString(HOMES.get(name).resolve("started"), UTF_8);
    }
}
