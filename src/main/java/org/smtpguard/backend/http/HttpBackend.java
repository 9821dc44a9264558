package org.smtpguard.backend.http;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.smtpguard.backend.support.TlsTrust;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.credential.Workers;

/**
 * Authenticates against the operator's web service, with one {@code POST} per log-in attempt ({@code docs/backends/http.md}).
 *
 * <p>A request is never repeated: a server that closes the connection may already have counted a failure.
 *
 * <p>Threads: see {@link HttpConnections}. No thread blocks, so no {@link Workers} are needed. Time limits run on the JDK's
 * timer.
 */
public final class HttpBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(2);
    private static final ContentType JSON = ContentType.create("application/json");
    private static final String URL = "url";

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int BAD_GATEWAY = 502;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;
    private static final int CLIENT_ERROR = 4;

    private final BackendSettings settings;
    private final URI url;
    private final HttpIdentification identification;
    private final Duration limit;
    private final HttpConnections connections;

    public HttpBackend(BackendSettings settings, Workers workers) {
        this.settings = settings.only(URL, TlsTrust.STORE, TlsTrust.PASSWORD, HttpIdentification.TOKEN, HttpIdentification.USER,
            HttpIdentification.PASSWORD, HttpIdentification.KEY);
        this.url = url(settings);
        this.identification = HttpIdentification.of(settings);
        this.limit = settings.timeout(TIME_LIMIT);
        Optional<SSLContext> tls = Optional.empty();
        if (isTls(url)) {
            tls = Optional.of(TlsTrust.context(settings));
        } else if (settings.text(TlsTrust.STORE).isPresent()) {
            throw settings.fault("has a <" + TlsTrust.STORE + ">, and a <" + URL + "> without TLS; use https, or remove it");
        }
        this.connections = new HttpConnections(settings.name(), url, tls, limit);
    }

    private static URI url(BackendSettings settings) {
        try {
            URI url = new URI(settings.required(URL));
            boolean isHttp = isTls(url) || "http".equalsIgnoreCase(url.getScheme());
            if (isHttp && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Reported below, without the value: it may contain a password.
        }
        throw settings.fault("has a <" + URL + "> that is not an http or https URL with a host; write for example"
            + " https://auth.example.org/smtp, and credentials in <user> and <password>");
    }

    private static boolean isTls(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Optional<String> summary() {
        return Optional.of("HTTP");
    }

    @Override
    public Duration timeLimit() {
        return limit;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        Optional<String> password = text(credentials.password()).filter(text -> !text.isEmpty());
        if (password.isEmpty()) {
            // JSON cannot express text that is not UTF-8, and no password may contain it (RFC 4616 §2).
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        byte[] body = json(credentials, password.get()).toString().getBytes(StandardCharsets.UTF_8);
        return request("POST", body, answer -> verdict(answer, credentials.username()), fault -> {
            CredentialResult unavailable = CredentialResult.unavailable(reason(fault));
            return isUnreachable(cause(fault)) ? unavailable : unavailable.perhapsForThisUser();
        });
    }

    private static Optional<String> text(Secret password) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password.bytes())).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static JsonNode json(Credentials credentials, String password) {
        Origin origin = credentials.origin();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        return json.put("username", credentials.username())
            .put("password", password)
            .put("mechanism", origin.mechanism())
            .put("remoteIp", origin.remoteAddress().orElse(null))
            .put("sessionId", origin.sessionId().orElse(null))
            .put("tls", origin.isUnderTls());
    }

    private static CredentialResult verdict(HttpAnswer answer, String requestedName) {
        switch (answer.status()) {
            case OK:
                return answer.json().map(json -> verdict(json, requestedName))
                    .orElseGet(() -> CredentialResult.unavailable("it answered 200 without a valid JSON object")
                        .perhapsForThisUser());
            case UNAUTHORIZED:
            case FORBIDDEN:
                return CredentialResult.refused();
            case BAD_GATEWAY:
            case SERVICE_UNAVAILABLE:
            case GATEWAY_TIMEOUT:
                return CredentialResult.unavailable("it answered " + answer.status());
            default:
                CredentialResult unavailable = CredentialResult.unavailable("it answered " + answer.status());
                // A client error concerns this request, for example a rate limit for this user; other codes may concern it.
                return answer.status() / 100 == CLIENT_ERROR ? unavailable.forThisUser() : unavailable.perhapsForThisUser();
        }
    }

    private static CredentialResult verdict(JsonNode json, String requestedName) {
        JsonNode result = json.path("result");
        switch (result.isTextual() ? result.textValue() : "") {
            case "accepted":
                JsonNode username = json.path("username");
                if (username.isMissingNode() || username.isNull()) {
                    return CredentialResult.accepted(requestedName);
                }
                return isName(username) ? CredentialResult.accepted(username.textValue())
                    : CredentialResult.unavailable("it accepted with a username that is not a valid string").perhapsForThisUser();
            case "refused":
                return CredentialResult.refused();
            case "unknown":
                return CredentialResult.unknown();
            case "disabled":
                return CredentialResult.disabled();
            case "expired":
                return CredentialResult.expired();
            default:
                return CredentialResult.unavailable("it answered 200 without a known result").perhapsForThisUser();
        }
    }

    /** Only a JSON string is a name: a number or {@code false} converted to text may be another user's name. */
    private static boolean isName(JsonNode username) {
        String text = username.isTextual() ? username.textValue() : "";
        return !text.isBlank() && text.chars().noneMatch(Character::isISOControl) && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Sends HEAD to check that a server answers over HTTP and does not reject James itself. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return request("HEAD", new byte[0], answer -> flaw(answer.status()), fault -> Optional.of(reason(fault)));
    }

    private static Optional<String> flaw(int status) {
        switch (status) {
            case UNAUTHORIZED:
            case FORBIDDEN:
                return Optional.of("it rejects James itself (" + status + "): check <bearerToken>, <user> and <password>, or"
                    + " <hmacKey>");
            case 502:
            case 503:
            case 504:
                return Optional.of("it answered " + status);
            default:
                // The server may support POST only.
                return Optional.empty();
        }
    }

    private <T> CompletableFuture<T> request(String method, byte[] body, Function<HttpAnswer, T> read,
                                          Function<Throwable, T> unavailable) {
        BasicHttpRequest request = new BasicHttpRequest(method, url);
        request.setHeader("Accept", JSON);
        request.setHeader("Connection", "close");
        identification.addTo(request, body);
        AsyncEntityProducer content = body.length == 0 ? null : new BasicAsyncEntityProducer(body, JSON);
        CompletableFuture<HttpAnswer> answer = connections.send(new BasicRequestProducer(request, content));
        CompletableFuture<T> result = answer.thenApply(read)
            .orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
            .exceptionally(unavailable);
        result.whenComplete((any, fault) -> answer.cancel(false));
        return result;
    }

    private static Throwable cause(Throwable fault) {
        Throwable cause = fault;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Name and password have not been sent by then, so they cannot be the cause. */
    private static boolean isUnreachable(Throwable cause) {
        return cause instanceof SocketException || cause instanceof UnknownHostException || cause instanceof SSLException;
    }

    private String reason(Throwable fault) {
        Throwable cause = cause(fault);
        if (cause instanceof TimeoutException || cause instanceof SocketTimeoutException) {
            return "no answer within " + limit.toMillis() + " ms";
        }
        if (cause instanceof ConnectionClosedException || cause instanceof TruncatedChunkException) {
            return "it closed the connection before its answer was complete";
        }
        boolean isNoHttp = cause instanceof HttpException || cause instanceof MessageConstraintException
            || cause instanceof MalformedChunkCodingException;
        return isNoHttp ? "its answer is not HTTP/1.1"
            : cause.getClass().getName() + (isUnreachable(cause) ? ", connecting to " : ", at ") + hostAndPort();
    }

    private String hostAndPort() {
        return url.getHost() + ":" + (url.getPort() >= 0 ? url.getPort() : isTls(url) ? HTTPS_PORT : HTTP_PORT);
    }

    /** Without the path, which may be confidential. */
    @Override
    public Optional<String> address() {
        return Optional.of(url.getScheme() + "://" + hostAndPort());
    }

    @Override
    public void close() {
        connections.close();
    }
}
