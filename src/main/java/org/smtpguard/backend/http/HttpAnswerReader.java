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
 * Reads one answer as it comes in: the JSON of a 200, and nothing of the body of any other. The answer is over when its JSON is,
 * whatever length the server has announced.
 *
 * <p>Threads: the one that reads the connection.
 */
final class HttpAnswerReader implements AsyncResponseConsumer<HttpAnswer> {
    /** Octets. An answer of ours has a hundred. */
    static final int LONGEST = 64 * 1024;

    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper()
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private Optional<Answering> answering = Optional.empty();

    @Override
    public void informationResponse(HttpResponse information, HttpContext context) {
        // The answer is still to come.
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
        capacity.update(LONGEST);
    }

    @Override
    public void consume(ByteBuffer body) {
        if (answering.isEmpty()) {
            return;
        }
        byte[] octets = new byte[body.remaining()];
        body.get(octets);
        received.writeBytes(octets);
        if (received.size() > LONGEST) {
            end(Optional.empty());
        } else if (mayBeWhole()) {
            parsed().ifPresent(whole -> end(Optional.of(whole)));
        }
    }

    /** Parsing after each octet would make work of a slow answer. */
    private boolean mayBeWhole() {
        return received.toString(StandardCharsets.ISO_8859_1).stripTrailing().endsWith("}");
    }

    private Optional<JsonNode> parsed() {
        try {
            return Optional.of(JSON.readTree(received.toByteArray())).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            // Not yet, or not at all: the end of the body will tell.
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("There is no input here but an array", e);
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
        // Whoever waits for the answer is told.
    }

    @Override
    public void releaseResources() {
        answering = Optional.empty();
    }

    /** An answer whose head is here. */
    private static final class Answering {
        private final int status;
        private final FutureCallback<HttpAnswer> answer;

        private Answering(int status, FutureCallback<HttpAnswer> answer) {
            this.status = status;
            this.answer = answer;
        }
    }
}
