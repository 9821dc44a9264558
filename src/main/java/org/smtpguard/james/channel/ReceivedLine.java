package org.smtpguard.james.channel;

import java.util.Optional;

import org.smtpguard.protocol.CommandLine;

/** A line from a client: its octets, or the fact that it was too long to be read. Immutable. */
public final class ReceivedLine {
    /** Stands in for an overlong line, whose content is not read. */
    private static final byte[] CRLF = {'\r', '\n'};
    private static final ReceivedLine TOO_LONG = new ReceivedLine(Optional.empty());

    private final Optional<byte[]> octets;

    private ReceivedLine(Optional<byte[]> octets) {
        this.octets = octets;
    }

    /** @param octets with the delimiter; not copied */
    public static ReceivedLine of(byte[] octets) {
        return new ReceivedLine(Optional.of(octets));
    }

    public static ReceivedLine tooLong() {
        return TOO_LONG;
    }

    /** The octets with the delimiter; empty if the line was too long to be read. */
    public Optional<byte[]> octets() {
        return octets;
    }

    /** The length in octets; of a line that was too long, that of its delimiter. */
    public int length() {
        return octets.orElse(CRLF).length;
    }

    public CommandLine command() {
        return CommandLine.parse(octets.orElse(CRLF));
    }
}
