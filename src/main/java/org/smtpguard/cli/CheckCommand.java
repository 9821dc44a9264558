package org.smtpguard.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

import org.smtpguard.cli.Main.UsageException;
import org.smtpguard.james.check.ConfigurationCheck;
import org.smtpguard.james.check.Finding;
import org.smtpguard.james.check.Finding.Severity;

/** Checks a configuration. */
final class CheckCommand {
    private final Path file;

    private CheckCommand(Path file) {
        this.file = file;
    }

    static CheckCommand parse(List<String> arguments) throws UsageException {
        if (arguments.size() != 1) {
            throw new UsageException("check takes one argument, the path of smtpserver.xml.");
        }
        try {
            Path file = Path.of(arguments.get(0));
            if (Files.isRegularFile(file)) {
                return new CheckCommand(file);
            }
        } catch (InvalidPathException e) {
            // Reported below.
        }
        throw new UsageException("There is no such file; name James' smtpserver.xml.");
    }

    /** @return whether nothing is wrong; warnings do not count */
    boolean run(PrintStream out) {
        List<Finding> findings = ConfigurationCheck.of(file);
        int place = width(findings, Finding::place);
        int element = width(findings, Finding::element);
        findings.forEach(finding -> out.println(pad(mark(finding.severity()), mark(Severity.WARNING).length()) + "  "
            + pad(finding.place(), place) + "  " + pad(finding.element(), element) + "  " + finding.sentence()));
        long wrong = count(findings, Severity.WRONG);
        out.println();
        out.println(wrong == 0 ? "Nothing is wrong; warnings: " + count(findings, Severity.WARNING) + "."
            : "Wrong: " + wrong + "; warnings: " + count(findings, Severity.WARNING) + ".");
        return wrong == 0;
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

    private static int width(List<Finding> findings, Function<Finding, String> column) {
        return findings.stream().map(column).mapToInt(String::length).max().orElse(0);
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream().filter(finding -> finding.severity() == severity).count();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
