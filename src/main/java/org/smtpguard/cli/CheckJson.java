package org.smtpguard.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.smtpguard.james.check.CheckReport;
import org.smtpguard.james.check.Finding;
import org.smtpguard.james.check.Finding.Severity;
import org.smtpguard.james.check.PortReport;

/** The report of {@code check --json}; docs/schemas/check.schema.json describes it. */
final class CheckJson {
    private CheckJson() {
    }

    static String of(Path file, CheckReport report) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file.toAbsolutePath().normalize().toString());
        facts.put("wrong", report.count(Severity.WRONG));
        facts.put("warnings", report.count(Severity.WARNING));
        facts.put("findings", report.findings().stream().map(CheckJson::finding).collect(Collectors.toList()));
        facts.put("ports", report.ports().stream().map(CheckJson::port).collect(Collectors.toList()));
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(facts);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts, numbers and lists can be written", e);
        }
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
        facts.put("file", finding.file());
        facts.put("places", finding.places().stream().map(place -> {
            Map<String, Object> where = new LinkedHashMap<>();
            put(where, "port", place.port());
            put(where, "line", place.line());
            return where;
        }).collect(Collectors.toList()));
        facts.put("element", finding.element());
        facts.put("message", finding.sentence());
        return facts;
    }

    private static Map<String, Object> port(PortReport port) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("port", port.port());
        put(facts, "name", port.name());
        put(facts, "line", port.line());
        put(facts, "mode", port.mode());
        facts.put("ehloWithoutTls", port.inClearText());
        facts.put("ehloUnderTls", port.underTls());
        facts.put("overrides", port.overrides());
        return facts;
    }

    /** A field that is unknown is missing. */
    private static void put(Map<String, Object> facts, String name, Optional<?> value) {
        value.ifPresent(present -> facts.put(name, present));
    }
}
