package org.smtpguard.backend.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Reads one response as it arrives: the JSON of a 200, and no body otherwise. The response is complete when its JSON is,
 * whatever its announced length.
 *
 * <p>Threads: confined to the thread that reads the connection.
 */
final class HttpAnswerReader implements AsyncResponseConsumer<HttpAnswer> {
    /** Octets. A usual response has about a hundred. */
    static final int MAX_LENGTH = 64 * 1024;

    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper()
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private Optional<Answering> answering = Optional.empty();

    @Override
    public void informationResponse(HttpResponse information, HttpContext context) {
        // The final response follows.
    }

    @Override
    public void consumeResponse(HttpResponse head, EntityDetails body, HttpContext context, FutureCallback<HttpAnswer> answer) {
        answering = Optional.of(new Answering(head.getCode(), answer));
        if (head.getCode() != OK || body == null) {
            end(Optional.empty());
        }
    }

    @Override
    public void updateCapacity(CapacityChannel capacity) throws IOException {
        capacity.update(MAX_LENGTH);
    }

    @Override
    public void consume(ByteBuffer body) {
        if (answering.isEmpty()) {
            return;
        }
        byte[] octets = new byte[body.remaining()];
        body.get(octets);
        received.writeBytes(octets);
        if (received.size() > MAX_LENGTH) {
            end(Optional.empty());
        } else if (mayBeComplete()) {
            parsed().ifPresent(whole -> end(Optional.of(whole)));
        }
    }

    /** Parsing after each octet would make a slow response expensive. */
    private boolean mayBeComplete() {
        return received.toString(StandardCharsets.ISO_8859_1).stripTrailing().endsWith("}");
    }

    private Optional<JsonNode> parsed() {
        try {
            return Optional.of(JSON.readTree(received.toByteArray())).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            // Incomplete or invalid: decided at the end of the body.
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Reading an array cannot fail", e);
        }
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
        end(parsed());
    }

    private void end(Optional<JsonNode> json) {
        Optional<Answering> open = answering;
        answering = Optional.empty();
        open.ifPresent(head -> head.answer.completed(new HttpAnswer(head.status, json)));
    }

    @Override
    public void failed(Exception fault) {
        // The requester completes the future.
    }

    @Override
    public void releaseResources() {
        answering = Optional.empty();
    }

    /** A response whose head has been received. */
    private static final class Answering {
        private final int status;
        private final FutureCallback<HttpAnswer> answer;

        private Answering(int status, FutureCallback<HttpAnswer> answer) {
            this.status = status;
            this.answer = answer;
        }
    }
}
