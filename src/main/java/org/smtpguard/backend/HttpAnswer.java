package org.smtpguard.backend;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * The body of one answer, as it comes in: the JSON of a 200, and nothing of any other.
 *
 * <p>Once there is enough of it the subscription is cancelled, on which {@link java.net.http.HttpClient} closes the connection. So
 * none is used twice: one that the server has closed in the meantime, or a firewall has forgotten, would fail the next question, and
 * that may not be asked again. It also means that the answer is over when its JSON is, whatever length the server has announced.
 *
 * <p>Threads: those of the HTTP client, one after the other; {@link #drop()} is called from any.
 */
final class HttpAnswer implements BodyHandler<Optional<JsonNode>>, BodySubscriber<Optional<JsonNode>> {
    /** Octets. An answer of ours has a hundred. */
    static final int LONGEST = 64 * 1024;

    private static final int OK = 200;
    private static final ObjectMapper JSON = new ObjectMapper()
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final CompletableFuture<Optional<JsonNode>> json = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final AtomicBoolean isDropped = new AtomicBoolean();
    private final boolean isJson;
    private boolean isWanted;

    private HttpAnswer(boolean isJson) {
        this.isJson = isJson;
    }

    static HttpAnswer ofJson() {
        return new HttpAnswer(true);
    }

    /** Whose status is all that matters. */
    static HttpAnswer ofNothing() {
        return new HttpAnswer(false);
    }

    @Override
    public BodySubscriber<Optional<JsonNode>> apply(ResponseInfo answer) {
        boolean isEmpty = answer.headers().firstValueAsLong("Content-Length").orElse(-1) == 0;
        isWanted = isJson && answer.statusCode() == OK && !isEmpty;
        return this;
    }

    /** The JSON of a 200; empty where there is none, or it is rubbish, or too long. */
    @Override
    public CompletionStage<Optional<JsonNode>> getBody() {
        return json;
    }

    @Override
    public void onSubscribe(Flow.Subscription body) {
        subscription.complete(body);
        if (isWanted) {
            body.request(Long.MAX_VALUE);
        } else {
            enough(Optional.empty());
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] octets = new byte[buffer.remaining()];
            buffer.get(octets);
            received.writeBytes(octets);
        }
        if (received.size() > LONGEST) {
            enough(Optional.empty());
        } else if (mayBeWhole()) {
            parsed().ifPresent(whole -> enough(Optional.of(whole)));
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
    public void onError(Throwable fault) {
        json.completeExceptionally(fault);
    }

    @Override
    public void onComplete() {
        json.complete(parsed());
    }

    private void enough(Optional<JsonNode> body) {
        json.complete(body);
        drop();
    }

    /** No more of it is wanted, now or when it begins. */
    void drop() {
        if (isDropped.compareAndSet(false, true)) {
            subscription.thenAccept(Flow.Subscription::cancel);
        }
    }
}
