package org.smtpguard.james.check;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What a port announces, and which settings of James have another effect on it. Immutable. */
public final class PortReport {
    private final String port;
    private final Optional<String> name;
    private final Optional<Integer> line;
    private final Optional<String> mode;
    private final List<String> inClearText;
    private final List<String> underTls;
    private final List<String> overrides;

    PortReport(String port, Optional<String> name, Optional<Integer> line, Optional<String> mode, List<String> inClearText,
               List<String> underTls, List<String> overrides) {
        this.port = Objects.requireNonNull(port, "port");
        this.name = Objects.requireNonNull(name, "name");
        this.line = Objects.requireNonNull(line, "line");
        this.mode = Objects.requireNonNull(mode, "mode");
        this.inClearText = List.copyOf(inClearText);
        this.underTls = List.copyOf(underTls);
        this.overrides = List.copyOf(overrides);
    }

    /** As configured in {@code <bind>}. */
    public String port() {
        return port;
    }

    /** {@code <jmxName>}. */
    public Optional<String> name() {
        return name;
    }

    /** The line of its {@code <smtpserver>}. */
    public Optional<Integer> line() {
        return line;
    }

    /** The mode of its SequenceGuard: {@code enforce}, {@code observe} or {@code off}; empty without one. */
    public Optional<String> mode() {
        return mode;
    }

    /** The keywords in the reply to EHLO without TLS; empty if the port has TLS from the first octet. */
    public List<String> inClearText() {
        return inClearText;
    }

    /** The keywords in the reply to EHLO under TLS; empty if the port has no TLS. */
    public List<String> underTls() {
        return underTls;
    }

    /** The elements of James that have another effect with the guard, each with the effect. */
    public List<String> overrides() {
        return overrides;
    }
}
