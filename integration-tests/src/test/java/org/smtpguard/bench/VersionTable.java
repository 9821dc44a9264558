package org.smtpguard.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What each target came to on each version of James, a column for a version. It is read from where it stands, since a run measures
 * one version.
 */
final class VersionTable {
    private static final String TARGET = "target";
    private static final String LIMIT = "limit";
    private static final String NONE = "–";

    /** By target, then by column. */
    private final Map<String, Map<String, String>> rows = new LinkedHashMap<>();

    /** @param text of a table, as {@link #text} has it; or none */
    static VersionTable read(String text) {
        VersionTable table = new VersionTable();
        List<List<String>> lines = text.lines().filter(line -> line.startsWith("|")).map(VersionTable::cells).collect(Collectors.toList());
        for (List<String> cells : lines.subList(Math.min(2, lines.size()), lines.size())) {
            for (int i = 1; i < cells.size(); i++) {
                table.put(cells.get(0), lines.get(0).get(i), cells.get(i));
            }
        }
        return table;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1, line.length() - 1).split("\\|")).map(String::trim).collect(Collectors.toList());
    }

    VersionTable with(Scenario scenario, Outcome outcome, String version) {
        for (Target target : scenario.targets()) {
            String row = "(" + scenario.id() + ") " + target.text();
            put(row, LIMIT, target.limit(outcome));
            put(row, version, target.measured(outcome) + " " + target.verdict(outcome));
        }
        return this;
    }

    private void put(String row, String column, String cell) {
        rows.computeIfAbsent(row, name -> new LinkedHashMap<>()).put(column, cell);
    }

    String text() {
        List<String> versions = rows.values().stream().flatMap(cells -> cells.keySet().stream()).filter(column -> !column.equals(LIMIT))
            .collect(Collectors.collectingAndThen(Collectors.toCollection(TreeSet::new), ArrayList::new));
        List<String> lines = new ArrayList<>();
        lines.add("| " + TARGET + " | " + LIMIT + " |"
            + versions.stream().map(version -> " " + version + " |").collect(Collectors.joining()));
        lines.add("|---|---|" + "---|".repeat(versions.size()));
        rows.entrySet().stream().sorted(Map.Entry.comparingByKey((one, other) -> one.substring(0, 3).compareTo(other.substring(0, 3))))
            .forEach(row -> lines.add("| " + row.getKey() + " | " + row.getValue().getOrDefault(LIMIT, NONE) + " | "
                + versions.stream().map(version -> row.getValue().getOrDefault(version, NONE)).collect(Collectors.joining(" | ")) + " |"));
        return String.join("\n", lines) + "\n";
    }
}
