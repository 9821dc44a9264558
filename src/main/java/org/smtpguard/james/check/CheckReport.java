package org.smtpguard.james.check;

import java.util.List;

import org.smtpguard.james.check.Finding.Severity;

/** What a configuration check found. Immutable; contains no secret. */
public final class CheckReport {
    private final List<Finding> findings;
    private final List<PortReport> ports;

    CheckReport(List<Finding> findings, List<PortReport> ports) {
        this.findings = List.copyOf(findings);
        this.ports = List.copyOf(ports);
    }

    /** Of all severities, port by port in file order. */
    public List<Finding> findings() {
        return findings;
    }

    /** The ports that are enabled and can be read, in file order. */
    public List<PortReport> ports() {
        return ports;
    }

    /** The number of findings of a severity. */
    public long count(Severity severity) {
        return findings.stream().filter(finding -> finding.severity() == severity).count();
    }
}
