package org.smtpguard.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.smtpguard.cli.Main.UsageException;
import org.smtpguard.james.check.CheckReport;
import org.smtpguard.james.check.ConfigurationCheck;
import org.smtpguard.james.check.Finding;
import org.smtpguard.james.check.Finding.Severity;
import org.smtpguard.james.check.PortReport;

/** Checks a configuration. */
final class CheckCommand {
    private static final String JSON = "--json";

    private final Path file;
    private final boolean isJson;

    private CheckCommand(Path file, boolean isJson) {
        this.file = file;
        this.isJson = isJson;
    }

    static CheckCommand parse(List<String> arguments) throws UsageException {
        List<String> paths = new ArrayList<>(arguments);
        boolean isJson = paths.remove(JSON);
        if (paths.size() != 1) {
            throw new UsageException("check takes one argument, the path of smtpserver.xml, and the option " + JSON + ".");
        }
        try {
            Path file = Path.of(paths.get(0));
            if (Files.isRegularFile(file)) {
                return new CheckCommand(file, isJson);
            }
        } catch (InvalidPathException e) {
            // Reported below.
        }
        throw new UsageException("There is no such file; name James' smtpserver.xml.");
    }

    /** @return whether nothing is wrong; warnings do not count */
    boolean run(PrintStream out) {
        CheckReport report = ConfigurationCheck.of(file);
        if (isJson) {
            out.println(CheckJson.of(file, report));
        } else {
            print(report, out);
        }
        return report.count(Severity.WRONG) == 0;
    }

    private static void print(CheckReport report, PrintStream out) {
        List<Finding> findings = report.findings();
        int place = width(findings, Finding::place);
        int line = width(findings, CheckCommand::line);
        int element = width(findings, Finding::element);
        findings.forEach(finding -> out.println(pad(mark(finding.severity()), mark(Severity.WARNING).length()) + "  "
            + pad(finding.place(), place) + "  " + pad(line(finding), line) + "  " + pad(finding.element(), element) + "  "
            + finding.sentence()));
        report.ports().forEach(port -> print(port, out));
        long wrong = report.count(Severity.WRONG);
        out.println();
        out.println(wrong == 0 ? "Nothing is wrong; warnings: " + report.count(Severity.WARNING) + "."
            : "Wrong: " + wrong + "; warnings: " + report.count(Severity.WARNING) + ".");
    }

    private static void print(PortReport port, PrintStream out) {
        out.println();
        out.println(port.port() + port.name().map(name -> " (" + name + ")").orElse("") + port.mode().map(mode -> ", " + mode).orElse(""));
        keywords("EHLO without TLS:", port.inClearText(), out);
        keywords("EHLO under TLS:", port.underTls(), out);
        port.overrides().forEach(override -> out.println("  other than in James: " + override));
    }

    private static void keywords(String when, List<String> keywords, PrintStream out) {
        if (!keywords.isEmpty()) {
            out.println("  " + when + " " + String.join(", ", keywords));
        }
    }

    private static String mark(Severity severity) {
        switch (severity) {
            case OK:
                return "ok";
            case WARNING:
                return "warning";
            default:
                return "WRONG";
        }
    }

    /** The lines; for findings that are not about a port, the file is the place. */
    private static String line(Finding finding) {
        return finding.lines().isEmpty() ? "" : "line " + finding.lines();
    }

    private static int width(List<Finding> findings, Function<Finding, String> column) {
        return findings.stream().map(column).mapToInt(String::length).max().orElse(0);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
