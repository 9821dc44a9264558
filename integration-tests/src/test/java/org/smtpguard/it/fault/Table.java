package org.smtpguard.it.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A table of a Markdown page, found there by what its upper left corner says. */
public final class Table {
    /** What is measured is another number in every run. */
    private static final String NUMBER = "\\d+\\.\\d";

    private final String corner;
    private final List<String> columns;
    private final Map<String, List<String>> rows = new LinkedHashMap<>();

    public Table(String corner, List<String> columns) {
        this.corner = corner;
        this.columns = List.copyOf(columns);
    }

    /** @param cells in the order of the columns */
    public void add(String row, List<String> cells) {
        if (cells.size() != columns.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + columns.size() + " columns");
        }
        rows.put(row, List.copyOf(cells));
    }

    /** The one on the page, as it stands there. */
    public static Table read(Path page, String corner) throws IOException {
        List<List<String>> lines = Files.readAllLines(page, StandardCharsets.UTF_8).stream()
            .dropWhile(line -> !line.startsWith("| " + corner + " |")).takeWhile(line -> line.startsWith("|"))
            .map(line -> Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ", -1))).collect(Collectors.toList());
        if (lines.isEmpty()) {
            throw new IOException("no table \"" + corner + "\" in " + page);
        }
        Table table = new Table(corner, lines.get(0).subList(1, lines.get(0).size()));
        lines.stream().skip(2).forEach(cells -> table.add(cells.get(0), cells.subList(1, cells.size())));
        return table;
    }

    /** Puts this one in its place. */
    public void write(Path page) throws IOException {
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        boolean isBefore = true;
        for (String line : Files.readAllLines(page, StandardCharsets.UTF_8)) {
            if (line.startsWith("| " + corner + " |")) {
                isBefore = false;
            }
            if (isBefore) {
                before.add(line);
            } else if (!after.isEmpty() || !line.startsWith("|")) {
                after.add(line);
            }
        }
        before.addAll(lines());
        before.addAll(after);
        Files.write(page, before, StandardCharsets.UTF_8);
    }

    /** Each cell by row and column, with an "n" for every number that was measured. */
    public Map<String, String> shape() {
        Map<String, String> shape = new LinkedHashMap<>();
        rows.forEach((row, cells) -> {
            for (int i = 0; i < cells.size(); i++) {
                shape.put(row + ", " + columns.get(i), cells.get(i).replaceAll(NUMBER, "n"));
            }
        });
        return shape;
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(line(corner, columns), "|---".repeat(columns.size() + 1) + "|"));
        rows.forEach((row, cells) -> lines.add(line(row, cells)));
        return lines;
    }

    private static String line(String first, List<String> others) {
        return "| " + first + " | " + String.join(" | ", others) + " |";
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}
