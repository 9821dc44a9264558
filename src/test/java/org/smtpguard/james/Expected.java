package org.smtpguard.james;

import java.util.Optional;

/** The reply that an RFC wants to a line. */
final class Expected {
    private final int code;
    private final Optional<String> diagnosis;
    private final String status;

    private Expected(int code, Optional<String> diagnosis, String status) {
        this.code = code;
        this.diagnosis = diagnosis;
        this.status = status;
    }

    /** The server does it, or refuses it for reasons of its own that are not about order, syntax or AUTH. */
    static Expected ofJames(int code) {
        return new Expected(code, Optional.empty(), "");
    }

    /** AUTH accepted. */
    static Expected success() {
        return new Expected(235, Optional.empty(), "2.7.0");
    }

    static Expected refused(int code, String status, String diagnosis) {
        return new Expected(code, Optional.of(diagnosis), status);
    }

    int code() {
        return code;
    }

    /** The enhanced code; empty where it is the server's own affair. */
    String status() {
        return status;
    }

    /** The id of the diagnosis, if it is one of ours to refuse. */
    Optional<String> diagnosis() {
        return diagnosis;
    }

    boolean isRefusal() {
        return code >= 400;
    }

    @Override
    public String toString() {
        return code + diagnosis.map(id -> " " + status + " [" + id + "]").orElse("");
    }
}
