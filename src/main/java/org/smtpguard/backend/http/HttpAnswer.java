package org.smtpguard.backend.http;

import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

/** A web service's response. */
final class HttpAnswer {
    private final int status;
    private final Optional<JsonNode> json;

    HttpAnswer(int status, Optional<JsonNode> json) {
        this.status = status;
        this.json = json;
    }

    /** The status code (RFC 9110 §15). */
    int status() {
        return status;
    }

    /** The JSON object of a 200; empty if there is none, or it is invalid or too long. */
    Optional<JsonNode> json() {
        return json;
    }
}
