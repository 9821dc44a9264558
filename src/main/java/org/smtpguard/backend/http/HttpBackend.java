package org.smtpguard.backend.http;

import java.net.ConnectException;
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
import org.apache.hc.core5.http.HttpHost;
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
 * Asks a web service of the operator's, one {@code POST} for each question.
 *
 * <p>A question is sent once, whatever happens: whether a server that hangs up has counted a failure nobody knows.
 *
 * <p>Threads: see {@link HttpConnections}. No {@link Workers} are needed, since nobody waits. Silence ends on the JDK's timer.
 */
public final class HttpBackend implements CredentialBackend {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(2);
    private static final ContentType JSON = ContentType.create("application/json");
    private static final String URL = "url";

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
            throw settings.fault("has a <" + TlsTrust.STORE + ">, and a <" + URL + "> without TLS; write https, or take the one away");
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
            // Said below: what is no address may hold a password, and is not repeated.
        }
        throw settings.fault("has a <" + URL + "> that is no http or https address of a host; write for example"
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
        return ask("POST", question, answer -> verdict(answer, credentials.username()), fault -> {
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

    private static CredentialResult verdict(HttpAnswer answer, String asked) {
        switch (answer.status()) {
            case OK:
                return answer.json().map(json -> verdict(json, asked))
                    .orElseGet(() -> CredentialResult.unavailable("it answered 200 and no JSON object that can be read")
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
                // A client error is about this request, a limit on this name for example; other codes may be.
                return answer.status() / 100 == CLIENT_ERROR ? unavailable.forThisUser() : unavailable.perhapsForThisUser();
        }
    }

    private static CredentialResult verdict(JsonNode json, String asked) {
        JsonNode result = json.path("result");
        switch (result.isTextual() ? result.textValue() : "") {
            case "accepted":
                JsonNode username = json.path("username");
                if (username.isMissingNode() || username.isNull()) {
                    return CredentialResult.accepted(asked);
                }
                return isName(username) ? CredentialResult.accepted(username.textValue())
                    : CredentialResult.unavailable("it accepted, and its username is no string that can be a name").perhapsForThisUser();
            case "refused":
                return CredentialResult.refused();
            case "unknown":
                return CredentialResult.unknown();
            case "disabled":
                return CredentialResult.disabled();
            case "expired":
                return CredentialResult.expired();
            default:
                return CredentialResult.unavailable("it answered 200 without a result that is known").perhapsForThisUser();
        }
    }

    /** Only a JSON string is a name: what a number or {@code false} would be as text may be another user's. */
    private static boolean isName(JsonNode username) {
        String text = username.isTextual() ? username.textValue() : "";
        return !text.isBlank() && text.chars().noneMatch(Character::isISOControl) && StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Whether there is somebody who speaks HTTP, and does not turn us away: asks for the head of the address alone. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return ask("HEAD", new byte[0], answer -> flaw(answer.status()), fault -> Optional.of(reason(fault)));
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

    private <T> CompletableFuture<T> ask(String method, byte[] body, Function<HttpAnswer, T> read,
                                          Function<Throwable, T> unavailable) {
        BasicHttpRequest request = new BasicHttpRequest(method, url);
        request.setHeader("Accept", JSON);
        request.setHeader("Connection", "close");
        identification.on(request, body);
        AsyncEntityProducer content = body.length == 0 ? null : new BasicAsyncEntityProducer(body, JSON);
        CompletableFuture<HttpAnswer> answer = connections.ask(new BasicRequestProducer(request, content));
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

    /** No name and no password has been sent by then, so none of them can be the cause. */
    private static boolean isUnreachable(Throwable cause) {
        return cause instanceof SocketException || cause instanceof UnknownHostException || cause instanceof SSLException;
    }

    private String reason(Throwable fault) {
        Throwable cause = cause(fault);
        if (cause instanceof TimeoutException || cause instanceof SocketTimeoutException) {
            return "no answer within " + limit.toMillis() + " ms";
        }
        if (cause instanceof ConnectionClosedException || cause instanceof TruncatedChunkException) {
            return "it hung up before its answer was whole";
        }
        boolean isNoHttp = cause instanceof HttpException || cause instanceof MessageConstraintException
            || cause instanceof MalformedChunkCodingException;
        if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
            return cause.getClass().getName() + ", connecting to " + HttpHost.create(url).toHostString();
        }
        return isNoHttp ? "its answer is not HTTP/1.1" : cause.getClass().getName();
    }

    @Override
    public void close() {
        connections.close();
    }
}
