package org.smtpguard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of the documentation, for tests that compare it with the code. */
public final class MarkdownPage {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final String INDENTED = "    ";

    private final List<String> lines;

    private MarkdownPage(List<String> lines) {
        this.lines = lines;
    }

    /** @param path below the directory of the project */
    public static MarkdownPage of(String path) {
        try {
            return new MarkdownPage(Files.readAllLines(Path.of(path), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The part below a heading of the second level. */
    public MarkdownPage section(String heading) {
        List<String> found = lines.stream().dropWhile(line -> !line.equals("## " + heading)).skip(1)
            .takeWhile(line -> !line.startsWith("## ")).collect(Collectors.toList());
        if (found.isEmpty()) {
            throw new AssertionError("The page has no section " + heading);
        }
        return new MarkdownPage(found);
    }

    /** What comes after the first line that begins so. */
    public MarkdownPage after(String beginning) {
        return new MarkdownPage(lines.stream().dropWhile(line -> !line.startsWith(beginning)).skip(1).collect(Collectors.toList()));
    }

    /** The rows of the first table whose first column has that heading, as they are written. */
    public List<List<String>> table(String firstColumn) {
        List<List<String>> rows = lines.stream().dropWhile(line -> !line.startsWith("| " + firstColumn + " |"))
            .takeWhile(line -> line.startsWith("|")).skip(2)
            .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::trim).collect(Collectors.toList()))
            .collect(Collectors.toList());
        if (rows.isEmpty()) {
            throw new AssertionError("There is no table of " + firstColumn);
        }
        return rows;
    }

    /** The lines of the first indented block. */
    public List<String> block() {
        return lines.stream().dropWhile(line -> !line.startsWith(INDENTED)).takeWhile(line -> line.startsWith(INDENTED))
            .map(String::trim).collect(Collectors.toList());
    }

    /** What is marked as code in a cell. */
    public static List<String> code(String cell) {
        return CODE.matcher(cell).results().map(result -> result.group(1)).collect(Collectors.toList());
    }

    /** Where the links of the page lead. */
    public List<String> links() {
        Pattern link = Pattern.compile("]\\(([^)#]+)[^)]*\\)");
        return lines.stream().flatMap(line -> link.matcher(line).results()).map(result -> result.group(1))
            .collect(Collectors.toList());
    }

    /** The words of a block, each of which is one thing. */
    public List<String> words() {
        return block().stream().flatMap(line -> Stream.of(line.split("\\s+"))).collect(Collectors.toList());
    }
}
