package org.smtpguard.james.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.BaseRequest;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPConfiguration;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.james.channel.SessionDraft;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sasl.BearerMessage;
import org.smtpguard.sasl.LoginLimit;
import org.smtpguard.sasl.Peer;
import org.smtpguard.sasl.SaslExchange;
import org.smtpguard.sasl.SaslMechanism;
import org.smtpguard.sasl.SaslStep;

/**
 * OAUTHBEARER (RFC 7628) and XOAUTH2 if {@code <auth><oidc>} is configured: James' own {@link AuthCmdHandler} verifies the
 * token, with the hooks of the chain. It may block on the identity provider.
 *
 * <p>Threads: an exchange starts on the session's thread. James' handler runs on the pool for blocking calls, with a
 * {@link SessionDraft} in place of the session, and the step completes there. After {@link #LIMIT} it fails, on the JDK's
 * timer.
 */
public final class JamesOAuth {
    private static final String XOAUTH2 = "XOAUTH2";
    private static final List<String> NAMES = List.of("OAUTHBEARER", XOAUTH2);
    private static final byte[] NO_TOKEN = "n,".getBytes(StandardCharsets.US_ASCII);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** Logged as the backend of these mechanisms. */
    private static final String BACKEND = "james-oidc";
    private static final int CODE_AND_SEPARATOR = 4;

    private final AuthCmdHandler james;
    private final WorkerPool blocking;
    private final LoginLimit limit;

    /** @param james with the hooks of the chain */
    public JamesOAuth(AuthCmdHandler james, WorkerPool blocking, LoginLimit limit) {
        this.james = james;
        this.blocking = blocking;
        this.limit = limit;
    }

    /** The mechanisms that the port of this session offers. */
    Stream<String> offered(SMTPSession session) {
        return session.supportsOAuth() ? NAMES.stream() : Stream.empty();
    }

    /** The mechanism of that name for one AUTH of this session, if its port offers it. */
    Optional<SaslMechanism> mechanism(SMTPSession session, String name) {
        return offered(session).filter(name::equals).findFirst().map(offered -> new OAuth(session, offered));
    }

    private final class OAuth implements SaslMechanism {
        private final SMTPSession session;
        private final String name;

        private OAuth(SMTPSession session, String name) {
            this.session = session;
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public SaslExchange start(Peer peer) {
            return new OAuthExchange(session, name);
        }
    }

    private final class OAuthExchange implements SaslExchange {
        private final SMTPSession session;
        private final String name;
        private String claimedUser = "";
        private boolean isOver;

        private OAuthExchange(SMTPSession session, String name) {
            this.session = session;
            this.name = name;
        }

        @Override
        public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
            return initialResponse.map(this::respond).orElseGet(() -> CompletableFuture.completedFuture(SaslStep.challenge(new byte[0])));
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            if (isOver) {
                // The client has received the reason and sends an empty message (RFC 7628 §3.2.3).
                return CompletableFuture.completedFuture(SaslStep.refused(claimedUser, CredentialResult.refused().by(BACKEND)));
            }
            Optional<BearerMessage> read = BearerMessage.parse(response);
            Optional<String> user = read.flatMap(sent -> sent.user().or(() -> owner(sent)));
            claimedUser = user.orElse("");
            // Without a token, James produces the failure message.
            String message = Base64.getEncoder().encodeToString(user.map(name -> read.get().forJames(name)).orElse(NO_TOKEN));
            Origin origin = Origin.of(name, Optional.of(Logbook.client(session)), Optional.of(session.getSessionID()),
                session.isTLSStarted());
            Optional<CredentialResult> refusal = limit.refusal(Optional.of(claimedUser), origin);
            if (refusal.isPresent()) {
                return CompletableFuture.completedFuture(SaslStep.refused(claimedUser, refusal.get()));
            }
            SessionDraft draft = SessionDraft.of(session);
            CompletableFuture<SaslStep> step = new CompletableFuture<>();
            AtomicBoolean isStarted = new AtomicBoolean();
            CompletableFuture<Response> request = blocking.submit(origin, () -> {
                isStarted.set(true);
                return james.onCommand(draft.proxy(), new BaseRequest(Verb.AUTH.name(), name + " " + message));
            });
            request.whenComplete((answer, fault) -> {
                // Class name only: a library's exception may quote the token.
                SaslStep end = fault == null ? step(answer, draft) : unavailable(CredentialResult.unavailable(fault).reason());
                count(origin, response, end);
                step.complete(end);
            });
            SaslStep late = unavailable("no answer within " + LIMIT.toMillis() + " ms");
            step.completeOnTimeout(late, LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            // A timed-out request that has not started is not run. If the client disconnects, a started one
            // continues: a refusal is a failed log-in.
            step.whenComplete((any, fault) -> request.cancel(false));
            return RequestFuture.of(step, () -> {
                if (!isStarted.get()) {
                    step.cancel(false);
                }
            });
        }

        /** A token that James has accepted or refused. */
        private void count(Origin origin, byte[] token, SaslStep end) {
            boolean isAccepted = end.type() == SaslStep.Type.SUCCESS;
            if (isAccepted || isOver || (end.type() == SaslStep.Type.REFUSED && end.result().kind().isRefusal())) {
                limit.attempt(claimedUser, origin, Optional.of(token), () -> CompletableFuture.completedFuture(
                    isAccepted ? end.result() : CredentialResult.refused()));
            }
        }

        /** The user in the token's claims, which James verifies afterwards: RFC 7628 §3.1 allows a client to omit the user. */
        private Optional<String> owner(BearerMessage sent) {
            try {
                Optional<String> claim = claim(session);
                return sent.unverifiedClaims().flatMap(json -> claim.flatMap(name -> text(json, name)));
            } catch (ReflectiveOperationException e) {
                return Optional.empty();
            }
        }

        private SaslStep step(Response response, SessionDraft draft) {
            switch (response.getRetCode()) {
                case SMTPRetCode.AUTH_OK:
                    return draft.username().map(Username::asString)
                        .map(user -> SaslStep.success(user, CredentialResult.accepted(user).by(BACKEND)))
                        .orElseGet(() -> unavailable("James accepted the token without a user"));
                case SMTPRetCode.AUTH_READY:
                    isOver = true;
                    return SaslStep.challenge(failure(challenge(response)));
                case SMTPRetCode.AUTH_FAILED:
                    return SaslStep.refused(claimedUser, CredentialResult.refused().by(BACKEND));
                default:
                    return response.getRetCode().startsWith("4") ? unavailable("James answered " + response.getRetCode())
                        : SaslStep.malformed();
            }
        }

        /** James' message has the form of RFC 7628 §3.2.2; XOAUTH2 clients expect an HTTP status. */
        private byte[] failure(byte[] json) {
            if (!name.equals(XOAUTH2)) {
                return json;
            }
            ObjectNode failure = JSON.createObjectNode().put("status", "401").put("schemes", "Bearer");
            text(new String(json, StandardCharsets.UTF_8), "scope").ifPresent(scope -> failure.put("scope", scope));
            return failure.toString().getBytes(StandardCharsets.UTF_8);
        }

        private SaslStep unavailable(String reason) {
            return SaslStep.refused(claimedUser, CredentialResult.unavailable(reason).by(BACKEND));
        }
    }

    /** The name of the claim with the user. By reflection, since the configuration class is in another package in James 3.10. */
    private static Optional<String> claim(SMTPSession session) throws ReflectiveOperationException {
        Optional<?> configuration = (Optional<?>) SMTPConfiguration.class.getMethod("saslConfiguration").invoke(session.getConfiguration());
        if (configuration.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of((String) configuration.get().getClass().getMethod("getClaim").invoke(configuration.get()));
    }

    private static Optional<String> text(String json, String field) {
        try {
            return Optional.of(JSON.readTree(json).path(field)).filter(JsonNode::isTextual).map(JsonNode::textValue);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] challenge(Response response) {
        String line = response.getLines().get(0).toString();
        return Base64.getDecoder().decode(line.substring(CODE_AND_SEPARATOR).getBytes(StandardCharsets.US_ASCII));
    }
}
