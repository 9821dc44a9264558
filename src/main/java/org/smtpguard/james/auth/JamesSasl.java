package org.smtpguard.james.auth;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.BaseRequest;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.DisconnectHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.james.channel.SessionDraft;
import org.smtpguard.james.config.MechanismNames;
import org.smtpguard.james.config.PortSettings;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sasl.BearerMessage;
import org.smtpguard.sasl.LoginLimit;
import org.smtpguard.sasl.Peer;
import org.smtpguard.sasl.SaslExchange;
import org.smtpguard.sasl.SaslMechanism;
import org.smtpguard.sasl.SaslStep;

/**
 * The mechanisms of the port that James itself executes: OAUTHBEARER (RFC 7628) and XOAUTH2 if {@code <auth><oidc>} is
 * configured, and from James 3.10 on those of its {@code SaslMechanismFactory} classes, such as GSSAPI. PLAIN and LOGIN are not
 * among them: their passwords are the backends'.
 *
 * <p>James is used through its {@link AuthCmdHandler} alone, whose public methods are the same in 3.8, 3.9 and 3.10. It may block
 * on an identity provider.
 *
 * <p>Threads: an exchange starts on the session's thread. James' handler runs on the pool for blocking calls, with a
 * {@link SessionDraft} in place of the session, and the step completes there. After {@link #LIMIT} it fails, on the JDK's
 * timer.
 */
public final class JamesSasl {
    private static final String XOAUTH2 = "XOAUTH2";
    private static final List<String> BEARER = List.of("OAUTHBEARER", XOAUTH2);
    /** Valid in form, so that James refuses the token: it reports a message without one as malformed from 3.10 on. */
    private static final byte[] NO_TOKEN = "n,user=invalid\1auth=Bearer invalid\1\1".getBytes(StandardCharsets.US_ASCII);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** Logged as the backend of the mechanisms for bearer tokens. */
    private static final String OIDC = "james-oidc";
    /** Logged as the backend of all others. */
    private static final String SASL = "james-sasl";
    private static final int CODE_AND_SEPARATOR = 4;
    private static final String ANNOUNCEMENT = Verb.AUTH.name() + " ";
    private static final String EMPTY_RESPONSE = "=";

    private final AuthCmdHandler james;
    private final WorkerPool blocking;
    private final LoginLimit limit;
    private final PortSettings ports;
    /** By whether the connection is encrypted. James' mechanisms depend on nothing else, and do not change while it runs. */
    private final Map<Boolean, List<String>> offered = new ConcurrentHashMap<>();

    /** @param james as the handler chain has configured it */
    public JamesSasl(AuthCmdHandler james, WorkerPool blocking, LoginLimit limit, PortSettings ports) {
        this.james = james;
        this.blocking = blocking;
        this.limit = limit;
        this.ports = ports;
    }

    /** The mechanisms that the port of this session offers. Call it on the session's thread. */
    Stream<String> offered(SMTPSession session) {
        return offered.computeIfAbsent(session.isTLSStarted(), isEncrypted -> announced(session)).stream();
    }

    private List<String> announced(SMTPSession session) {
        SMTPSession announcing = announcing(session);
        List<String> features = james instanceof ConfiguredAuthHandler
            ? ((ConfiguredAuthHandler) james).jamesFeatures(announcing) : james.getImplementedEsmtpFeatures(announcing);
        return features.stream().filter(feature -> feature.startsWith(ANNOUNCEMENT))
            .flatMap(feature -> Arrays.stream(feature.substring(ANNOUNCEMENT.length()).split(" ")))
            .filter(name -> !MechanismNames.isPassword(name)).distinct().collect(Collectors.toUnmodifiableList());
    }

    /** The session, as one to which AUTH is announced: whether it is, the caller decides. */
    private static SMTPSession announcing(SMTPSession session) {
        return (SMTPSession) Proxy.newProxyInstance(SMTPSession.class.getClassLoader(), new Class<?>[] {SMTPSession.class},
            (proxy, method, arguments) -> {
                if (method.getName().equals("isAuthAnnounced")) {
                    return true;
                }
                return method.invoke(session, arguments);
            });
    }

    /** The mechanism of that name for one AUTH of this session, if its port offers it. */
    Optional<SaslMechanism> mechanism(SMTPSession session, String name) {
        return offered(session).filter(name::equals).findFirst()
            .map(offering -> new JamesMechanism(offering, session));
    }

    private final class JamesMechanism implements SaslMechanism {
        private final String name;
        private final SMTPSession session;

        private JamesMechanism(String name, SMTPSession session) {
            this.name = name;
            this.session = session;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public SaslExchange start(Peer peer) {
            return BEARER.contains(name) ? new BearerExchange(session, name) : new PassedOnExchange(session, name);
        }
    }

    /** Passes messages of the client to James, and turns its replies into steps. */
    private abstract class JamesExchange implements SaslExchange {
        final SMTPSession session;
        final String name;
        private final String backend;
        private final Origin origin;
        private final SessionDraft draft;
        private volatile String claimedUser = "";

        private JamesExchange(SMTPSession session, String name, String backend) {
            this.session = session;
            this.name = name;
            this.backend = backend;
            this.origin = Origin.of(name, Optional.of(Logbook.client(session)), Optional.of(session.getSessionID()),
                session.isTLSStarted());
            this.draft = SessionDraft.of(session);
        }

        /** Has James begin the exchange, unless too many log-ins have failed. */
        final CompletionStage<SaslStep> beginAtJames(Optional<String> user, Optional<byte[]> initialResponse, Optional<byte[]> proof) {
            claimedUser = user.orElse("");
            Optional<CredentialResult> refusal = limit.refusal(user, origin);
            if (refusal.isPresent()) {
                return CompletableFuture.completedFuture(SaslStep.refused(claimedUser, refusal.get()));
            }
            String argument = initialResponse.map(octets -> name + " " + (octets.length == 0 ? EMPTY_RESPONSE : encode(octets)))
                .orElse(name);
            return run(proof, () -> james.onCommand(draft.proxy(), new BaseRequest(Verb.AUTH.name(), argument)));
        }

        /** Passes the client's response on, if James waits for one. */
        final CompletionStage<SaslStep> passOn(byte[] response) {
            Optional<LineHandler<SMTPSession>> handler = draft.lineHandler();
            if (handler.isEmpty()) {
                return CompletableFuture.completedFuture(SaslStep.refused(claimedUser, CredentialResult.refused().by(backend)));
            }
            byte[] line = (encode(response) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            return run(Optional.empty(), () -> handler.get().onLine(draft.proxy(), line));
        }

        private CompletionStage<SaslStep> run(Optional<byte[]> proof, Callable<Response> james) {
            CompletableFuture<SaslStep> step = new CompletableFuture<>();
            AtomicBoolean isStarted = new AtomicBoolean();
            CompletableFuture<Response> request = blocking.submit(origin, () -> {
                isStarted.set(true);
                return james.call();
            });
            request.whenComplete((answer, fault) -> {
                // Class name only: a library's exception may quote the token.
                SaslStep end = fault == null ? step(answer) : unavailable(CredentialResult.unavailable(fault).reason());
                count(proof, end);
                if (!step.complete(end)) {
                    close();
                }
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

        /** The client is gone or has its answer: James 3.10 closes an unfinished exchange when its session ends. */
        @SuppressWarnings("unchecked") // That James' handler is one for sessions of SMTP.
        private void close() {
            Object handler = james;
            if (handler instanceof DisconnectHandler) {
                ((DisconnectHandler<SMTPSession>) handler).onDisconnect(draft.proxy());
            }
        }

        /** Counts a log-in that James has accepted or refused. */
        private void count(Optional<byte[]> proof, SaslStep end) {
            boolean isAccepted = end.type() == SaslStep.Type.SUCCESS;
            if (isAccepted || isRefusal(end)) {
                limit.attempt(isAccepted ? end.result().username() : claimedUser, origin, proof,
                    () -> CompletableFuture.completedFuture(isAccepted ? end.result() : CredentialResult.refused()));
            }
        }

        boolean isRefusal(SaslStep step) {
            return step.type() == SaslStep.Type.REFUSED && step.result().kind().isRefusal();
        }

        private SaslStep step(Response response) {
            switch (response.getRetCode()) {
                case SMTPRetCode.AUTH_OK:
                    return draft.username().map(Username::asString)
                        .map(user -> SaslStep.success(user, CredentialResult.accepted(user).by(backend)))
                        .orElseGet(() -> unavailable("James accepted the log-in without a user"));
                case SMTPRetCode.AUTH_READY:
                    return SaslStep.challenge(challenge(decoded(response)));
                case SMTPRetCode.AUTH_FAILED:
                    return SaslStep.refused(claimedUser, CredentialResult.refused().by(backend));
                default:
                    return response.getRetCode().startsWith("4") ? unavailable("James answered " + response.getRetCode())
                        : SaslStep.malformed();
            }
        }

        /** The challenge for the client, from that of James. */
        abstract byte[] challenge(byte[] james);

        private SaslStep unavailable(String reason) {
            return SaslStep.refused(claimedUser, CredentialResult.unavailable(reason).by(backend));
        }
    }

    /** An exchange whose messages are passed on unread. */
    private final class PassedOnExchange extends JamesExchange {
        private PassedOnExchange(SMTPSession session, String name) {
            super(session, name, SASL);
        }

        @Override
        public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
            return beginAtJames(Optional.empty(), initialResponse, Optional.empty());
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            return passOn(response);
        }

        @Override
        byte[] challenge(byte[] james) {
            return james;
        }
    }

    /** An exchange with a bearer token, which the first message contains. */
    private final class BearerExchange extends JamesExchange {
        /** James has refused the token and sent the reason. */
        private volatile boolean isOver;

        private BearerExchange(SMTPSession session, String name) {
            super(session, name, OIDC);
        }

        @Override
        public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
            return initialResponse.map(this::respond).orElseGet(() -> CompletableFuture.completedFuture(SaslStep.challenge(new byte[0])));
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            if (isOver) {
                // The client has received the reason and sends an empty message (RFC 7628 §3.2.3).
                return passOn(response);
            }
            Optional<BearerMessage> read = BearerMessage.parse(response);
            Optional<String> user = read.flatMap(sent -> sent.user().or(() -> owner(sent)));
            // Without a user or a token, James produces the failure message.
            byte[] message = user.map(name -> read.get().forJames(name)).orElse(NO_TOKEN);
            return beginAtJames(user, Optional.of(message), Optional.of(response));
        }

        /** The user in the token's claims, which James verifies afterwards: RFC 7628 §3.1 allows a client to omit the user. */
        private Optional<String> owner(BearerMessage sent) {
            return sent.unverifiedClaims().flatMap(json -> ports.oidcClaim(session).flatMap(claim -> text(json, claim)));
        }

        /** A challenge is a refusal; the reply to it is not another one. */
        @Override
        boolean isRefusal(SaslStep step) {
            return step.type() == SaslStep.Type.CHALLENGE || (!isOver && super.isRefusal(step));
        }

        /** James' message has the form of RFC 7628 §3.2.2; XOAUTH2 clients expect an HTTP status. */
        @Override
        byte[] challenge(byte[] james) {
            isOver = true;
            if (!name.equals(XOAUTH2)) {
                return james;
            }
            ObjectNode failure = JSON.createObjectNode().put("status", "401").put("schemes", "Bearer");
            text(new String(james, StandardCharsets.UTF_8), "scope").ifPresent(scope -> failure.put("scope", scope));
            return failure.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    private static String encode(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static Optional<String> text(String json, String field) {
        try {
            return Optional.of(JSON.readTree(json).path(field)).filter(JsonNode::isTextual).map(JsonNode::textValue);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] decoded(Response response) {
        String line = response.getLines().get(0).toString();
        String text = line.length() <= CODE_AND_SEPARATOR ? "" : line.substring(CODE_AND_SEPARATOR).trim();
        return Base64.getDecoder().decode(text.getBytes(StandardCharsets.US_ASCII));
    }
}
