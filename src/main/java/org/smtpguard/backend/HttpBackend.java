package org.smtpguard.backend;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.Workers;

/**
 * Asks a web service of the operator's, one {@code POST} for each question.
 *
 * <p>A question is sent once. {@link HttpClient} repeats a {@code POST} by itself only on a connection that it has used before, and
 * here each question has one of its own, see {@link HttpAnswer}; an attempt to connect, which it repeats too, tells the server nothing.
 *
 * <p>Threads: the caller's hands a question over and goes on. The client's selector, a daemon, waits for all answers; they are read,
 * and the stages completed, on a few daemons that go when there is nothing to do. Silence ends on the JDK's timer. No
 * {@link Workers} are needed, since nobody waits.
 *
 * <p>{@link #close()} has nothing to close: HttpClient cannot be closed before Java 21. It ends by itself, selector and all, within
 * seconds of the garbage collection that finds this backend unused.
 */
public final class HttpBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(2);
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final String URL = "url";

    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final BackendSettings settings;
    private final URI url;
    private final HttpIdentification identification;
    private final Duration limit;
    private final HttpClient client;

    public HttpBackend(BackendSettings settings, Workers workers) {
        this.settings = settings.only(URL, TlsTrust.STORE, TlsTrust.PASSWORD, HttpIdentification.TOKEN, HttpIdentification.USER,
            HttpIdentification.PASSWORD, HttpIdentification.KEY);
        this.url = url(settings);
        this.identification = HttpIdentification.of(settings);
        this.limit = settings.timeout(TIME_LIMIT);
        HttpClient.Builder builder = HttpClient.newBuilder()
            // Of version 2 HttpClient keeps one connection, also one that has died in silence, until TCP gives it up.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            // Not the proxy that the JVM's properties name for others.
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(limit)
            .executor(threads("smtp-guard-http-" + settings.name()));
        if (isTls(url)) {
            builder.sslContext(TlsTrust.context(settings));
        } else if (settings.text(TlsTrust.STORE).isPresent()) {
            throw settings.fault("has a <" + TlsTrust.STORE + ">, and a <" + URL + "> without TLS; write https, or take the one away");
        }
        this.client = builder.build();
    }

    private static URI url(BackendSettings settings) {
        try {
            URI url = new URI(settings.required(URL));
            boolean isHttp = isTls(url) || "http".equalsIgnoreCase(url.getScheme());
            if (isHttp && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below: what is no address may hold a password, and is not repeated.
        }
        throw settings.fault("has a <" + URL + "> that is no http or https address of a host; write for example"
            + " https://auth.example.org/smtp, and credentials in <user> and <password>");
    }

    private static boolean isTls(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    private static Executor threads(String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, IDLE.toMillis(), TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
                Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Duration timeLimit() {
        return limit;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        Optional<String> password = text(credentials.password()).filter(text -> !text.isEmpty());
        if (password.isEmpty()) {
            // JSON cannot say what is not UTF-8, and nobody can have it for a password (RFC 4616 §2).
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        byte[] question = question(credentials, password.get()).toString().getBytes(StandardCharsets.UTF_8);
        return ask("POST", question, HttpAnswer.ofJson(), (status, json) -> verdict(status, json, credentials.username()),
            CredentialResult::unavailable);
    }

    private static Optional<String> text(Secret password) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password.bytes())).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static JsonNode question(Credentials credentials, String password) {
        Origin origin = credentials.origin();
        ObjectNode question = JsonNodeFactory.instance.objectNode();
        return question.put("username", credentials.username())
            .put("password", password)
            .put("mechanism", origin.mechanism())
            .put("remoteIp", origin.remoteAddress().orElse(null))
            .put("sessionId", origin.sessionId().orElse(null))
            .put("tls", origin.isUnderTls());
    }

    private static CredentialResult verdict(int status, Optional<JsonNode> json, String asked) {
        switch (status) {
            case OK:
                return json.map(answer -> verdict(answer, asked))
                    .orElseGet(() -> CredentialResult.unavailable("it answered 200 and no JSON object that can be read"));
            case UNAUTHORIZED:
            case FORBIDDEN:
                return CredentialResult.refused();
            default:
                return CredentialResult.unavailable("it answered " + status);
        }
    }

    private static CredentialResult verdict(JsonNode answer, String asked) {
        switch (answer.path("result").asText()) {
            case "accepted":
                JsonNode username = answer.path("username");
                String name = username.isMissingNode() || username.isNull() ? asked : username.asText();
                return name.isEmpty() ? CredentialResult.unavailable("it accepted, and named nobody") : CredentialResult.accepted(name);
            case "refused":
                return CredentialResult.refused();
            case "unknown":
                return CredentialResult.unknown();
            case "disabled":
                return CredentialResult.disabled();
            case "expired":
                return CredentialResult.expired();
            default:
                return CredentialResult.unavailable("it answered 200 without a result that is known");
        }
    }

    /** Whether there is somebody who speaks HTTP, and does not turn us away: asks for the head of the address alone. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return ask("HEAD", new byte[0], HttpAnswer.ofNothing(), (status, json) -> flaw(status), Optional::of);
    }

    private static Optional<String> flaw(int status) {
        switch (status) {
            case UNAUTHORIZED:
            case FORBIDDEN:
                return Optional.of("it turns James itself away (" + status + "): look at <bearerToken>, <user> and <password>, or"
                    + " <hmacKey>");
            case 502:
            case 503:
            case 504:
                return Optional.of("it answered " + status);
            default:
                // It may well know POST alone.
                return Optional.empty();
        }
    }

    private <T> CompletableFuture<T> ask(String method, byte[] body, HttpAnswer answer, BiFunction<Integer, Optional<JsonNode>, T> read,
                                         Function<String, T> unavailable) {
        HttpRequest request = identification.on(HttpRequest.newBuilder(url), body)
            .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .timeout(limit)
            .build();
        CompletableFuture<HttpResponse<Optional<JsonNode>>> exchange = send(request, answer);
        CompletableFuture<T> result = exchange.thenApply(response -> read.apply(response.statusCode(), response.body()))
            // The request's own limit ends with the head of the answer.
            .orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
            .exceptionally(fault -> unavailable.apply(reason(fault)));
        result.whenComplete((any, fault) -> {
            answer.drop();
            exchange.cancel(true);
        });
        return result;
    }

    private CompletableFuture<HttpResponse<Optional<JsonNode>>> send(HttpRequest request, HttpAnswer answer) {
        try {
            return client.sendAsync(request, answer);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private String reason(Throwable fault) {
        Throwable cause = fault;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof HttpTimeoutException || cause instanceof TimeoutException
            ? "no answer within " + limit.toMillis() + " ms" : cause.getClass().getName();
    }
}
