package org.smtpguard.transcript;

/** The limits of the transcripts. Immutable. */
public final class TranscriptSettings {
    /** 16 MiB, 64 lines of each session. */
    public static final TranscriptSettings DEFAULT = new TranscriptSettings(16 << 20, 64);

    private final long octets;
    private final int lines;

    /**
     * @param octets the maximum for all sessions together; 0 to keep none
     * @param lines the maximum for each session, commands and replies; at least 1
     */
    public TranscriptSettings(long octets, int lines) {
        this.octets = octets;
        this.lines = lines;
    }

    public long octets() {
        return octets;
    }

    public int lines() {
        return lines;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TranscriptSettings && octets == ((TranscriptSettings) o).octets && lines == ((TranscriptSettings) o).lines;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(octets) * 31 + lines;
    }

    @Override
    public String toString() {
        return "bytes=\"" + octets + "\" lines=\"" + lines + "\"";
    }
}
