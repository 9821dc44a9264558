package org.smtpguard.james;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.inject.Inject;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.core.Username;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.DisconnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailParametersHook;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.ConfigurationFault;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Saslprep;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.EnhancedStatus;
import org.smtpguard.protocol.Reply;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sasl.Base64Text;
import org.smtpguard.sasl.ExternalMechanism;
import org.smtpguard.sasl.Identities;
import org.smtpguard.sasl.LoginMechanism;
import org.smtpguard.sasl.PasswordVerification;
import org.smtpguard.sasl.Peer;
import org.smtpguard.sasl.PlainMechanism;
import org.smtpguard.sasl.RelayedMechanism;
import org.smtpguard.sasl.SaslExchange;
import org.smtpguard.sasl.SaslMechanism;
import org.smtpguard.sasl.SaslStep;
import org.smtpguard.sasl.ScramSaslMechanism;
import org.smtpguard.sequence.Mode;
import org.smtpguard.sequence.SequenceTable;

/**
 * Answers AUTH (RFC 4954) by asking the configured backends, in place of James' {@code AuthCmdHandler}.
 *
 * <p>Threads: the command, each response and each verdict are handled on the session's own thread. Backends are asked
 * from it and answer on threads of their own; meanwhile the session is in the {@link WaitingRoom} and nobody waits.
 */
public final class Authentication
    implements CommandHandler<SMTPSession>, EhloExtension, MailParametersHook, JamesMessageHook, ExtensibleHandler,
    DisconnectHandler<SMTPSession> {
    /** What a refusal proposes where PLAIN is offered. */
    static final String PROPOSED_PLAIN = "AUTH PLAIN <base64>";

    private static final EnhancedStatus SUCCESS = EnhancedStatus.of("2.7.0");
    private static final AttachmentKey<LoginRecord> LOGIN = AttachmentKey.of("smtpguard.login", LoginRecord.class);
    private static final String CANCEL = "*";
    private static final String EMPTY_RESPONSE = "=";

    private final Backends backends;
    private final SequenceTable table;
    private final DiagnosisCatalogue catalogue;
    private final Logbook logbook;
    private final GuardPools pools;
    private final Authorizator authorizator;
    private final PortSettings ports;
    private final Map<String, SaslMechanism> mechanisms = new LinkedHashMap<>();
    private AuthenticationSettings settings;
    private PortGuard guard;
    private Optional<JamesOAuth> oauth = Optional.empty();

    @Inject
    public Authentication(Backends backends, SequenceTable table, DiagnosisCatalogue catalogue, Logbook logbook, GuardPools pools,
                          Authorizator authorizator, PortSettings ports) {
        this.backends = backends;
        this.table = table;
        this.catalogue = catalogue;
        this.logbook = logbook;
        this.pools = pools;
        this.authorizator = authorizator;
        this.ports = ports;
    }

    @Override
    public void init(Configuration config) throws ConfigurationException {
        try {
            settings = AuthenticationSettings.parse(Element.handler(config, Authentication.class), backends);
        } catch (ConfigurationFault e) {
            throw new ConfigurationException(e.getMessage(), e);
        }
        BackendChain chain = new BackendChain(settings.backends().links());
        Identities identities = new Identities(Authentication::normalise,
            new Delegation(settings.delegationRules(), settings.asksJamesForDelegation(), authorizator, pools.blocking()));
        settings.mechanisms().forEach(name -> mechanisms.put(name, settings.relayOf(name)
            .map(relay -> (SaslMechanism) new RelayedMechanism(name, relay, identities)).orElseGet(() -> mechanism(name, chain,
                identities))));
        mechanisms.keySet().forEach(name -> logbook.metrics().expect(name,
            settings.backends().links().stream().map(link -> link.backend().name()).collect(Collectors.toList())));
        guard = new PortGuard(GuardSettings.withoutGuard(), new Sessions(OfferedAuth.by(this)), true, table, catalogue, logbook);
    }

    private SaslMechanism mechanism(String name, BackendChain chain, Identities identities) {
        PasswordVerification claims = new PasswordVerification(chain::verify, identities);
        switch (name) {
            case "PLAIN":
                return new PlainMechanism(claims);
            case "LOGIN":
                return new LoginMechanism(claims);
            case "EXTERNAL":
                return new ExternalMechanism(identities);
            default:
                return ScramSaslMechanism.of(name, settings.mechanisms().contains(name + "-PLUS"), keys(chain), identities,
                    backends.secret());
        }
    }

    private static ScramSaslMechanism.Keys keys(BackendChain chain) {
        return new ScramSaslMechanism.Keys() {
            @Override
            public CompletableFuture<KeyResult> lookup(String username, String scheme, Origin origin) {
                return chain.lookup(username, scheme, origin);
            }

            @Override
            public KeyCensus census(String scheme) {
                return chain.census(scheme);
            }

            @Override
            public String identity(String username) {
                return chain.identity(username);
            }
        };
    }

    @Override
    public void destroy() {
        settings.backends().release();
    }

    /** The hooks by which James' own AUTH works: it goes on to do what we leave to it. */
    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(AuthHook.class);
    }

    @Override
    public void wireExtensions(Class<?> interfaceName, List<?> extensions) throws WiringException {
        if (!extensions.isEmpty()) {
            AuthCmdHandler james = new AuthCmdHandler();
            james.wireExtensions(interfaceName, extensions);
            oauth = Optional.of(new JamesOAuth(james, pools.blocking()));
        }
    }

    /** Called once, while the chain is wired: the port has a guard, and refusals are worded as it is configured. */
    void guardedBy(PortGuard portGuard) {
        guard = portGuard;
    }

    /** The AUTH command that a refusal proposes; empty if the session's port has no mechanism left. */
    Optional<String> proposedCommand(SMTPSession session) {
        if (mechanisms.containsKey("PLAIN") && isEnabled(session, "PLAIN")) {
            return Optional.of(PROPOSED_PLAIN);
        }
        // One that can succeed on every connection, where there is one.
        return enabled(session).filter(mechanism -> mechanism.canSucceed(Peer.inClearText())).map(SaslMechanism::name).findFirst()
            .or(() -> enabled(session).map(SaslMechanism::name).findFirst())
            .or(() -> oauth.stream().flatMap(james -> james.offered(session)).findFirst())
            .map(name -> "AUTH " + name);
    }

    private Stream<SaslMechanism> enabled(SMTPSession session) {
        return mechanisms.values().stream().filter(mechanism -> isEnabled(session, mechanism.name()));
    }

    /** James' {@code <plainAuthEnabled>} switches off the mechanisms that send the password, whoever plays them. */
    private boolean isEnabled(SMTPSession session, String mechanism) {
        return !PortSettings.isPassword(mechanism) || ports.isPlainAuthEnabled(session);
    }

    @Override
    public List<String> getImplCommands() {
        return List.of(Verb.AUTH.name());
    }

    @Override
    public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
        String offered = String.join(" ", offered(session));
        if (!session.isAuthAnnounced() || offered.isEmpty()) {
            return List.of();
        }
        return settings.announcesOldForm() ? List.of("AUTH " + offered, "AUTH=" + offered) : List.of("AUTH " + offered);
    }

    /** The mechanisms that can succeed on the session's connection, in the order in which they are announced. */
    List<String> offered(SMTPSession session) {
        Peer peer = peer(session);
        List<String> ours = enabled(session).filter(mechanism -> mechanism.canSucceed(peer)).map(SaslMechanism::name)
            .collect(Collectors.toList());
        // Those that send the password come last: the strongest is announced first.
        return Stream.of(ours.stream().filter(name -> !PortSettings.isPassword(name)),
                oauth.stream().flatMap(james -> james.offered(session)),
                ours.stream().filter(PortSettings::isPassword))
            .flatMap(Function.identity()).distinct().collect(Collectors.toList());
    }

    /** MAIL takes AUTH= (RFC 4954 §5); like James we do not trust what it says. */
    @Override
    public String[] getMailParamNames() {
        return new String[] {Verb.AUTH.name()};
    }

    @Override
    public HookResult doMailParameter(SMTPSession session, String name, String value) {
        return HookResult.DECLINED;
    }

    @Override
    public void onDisconnect(SMTPSession session) {
        guard.waitingRoom().abandon(session);
    }

    /** Leaves on each mail how its sender was authenticated, for matchers and mailets. */
    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        session.getAttachment(LOGIN, State.Connection).ifPresent(login -> {
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.mechanism"), AttributeValue.of(login.mechanism())));
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.user"), AttributeValue.of(login.user())));
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.backend"), AttributeValue.of(login.backend())));
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.tls"), AttributeValue.of(login.isUnderTls())));
        });
        return HookResult.DECLINED;
    }

    @Override
    public Response onCommand(SMTPSession session, Request request) {
        CommandLine command = CommandLine.of(Verb.AUTH, Optional.ofNullable(request.getArgument()));
        Optional<Response> refusal = guard.judge(session, command, guard.sessions().state(session));
        if (refusal.isPresent()) {
            return refusal.get();
        }
        String[] words = command.argument().orElse("").trim().split(" ", 2);
        Peer peer = peer(session);
        Optional<SaslMechanism> mechanism = mechanism(session, words[0].toUpperCase(Locale.ROOT)).filter(named -> named.canSucceed(peer));
        if (mechanism.isEmpty()) {
            return guard.refuse(session, Fault.MECHANISM_UNKNOWN, command);
        }
        Dialogue dialogue = new Dialogue(mechanism.get(), peer, command);
        if (words.length == 1) {
            return dialogue.advance(session, dialogue.exchange.begin(Optional.empty()));
        }
        if (mechanism.get().isServerFirst()) {
            return dialogue.failed(session, AuthOutcome.INITIAL_RESPONSE, SaslStep.malformed());
        }
        String initial = words[1].trim();
        return dialogue.decoded(session, initial.equals(EMPTY_RESPONSE) ? "" : initial,
            octets -> dialogue.exchange.begin(Optional.of(octets)));
    }

    private Optional<SaslMechanism> mechanism(SMTPSession session, String name) {
        return Optional.ofNullable(mechanisms.get(name)).filter(ours -> isEnabled(session, name))
            .or(() -> oauth.flatMap(james -> james.mechanism(session, name)));
    }

    private Peer peer(SMTPSession session) {
        return session.getSSLSession().map(tls -> TlsPeer.of(tls, settings.certificateName())).orElseGet(Peer::inClearText)
            .at(Logbook.client(session), session.getSessionID());
    }

    private static Optional<String> normalise(String name) {
        try {
            return Saslprep.name(name).map(prepared -> Username.of(prepared).asString());
        } catch (RuntimeException e) {
            // Whatever James does not take for a user name can be nobody's.
            return Optional.empty();
        }
    }

    /** One AUTH command and the exchange that it began. */
    private final class Dialogue {
        private final Origin origin;
        private final CommandLine command;
        private final SaslExchange exchange;

        private Dialogue(SaslMechanism mechanism, Peer peer, CommandLine command) {
            this.origin = peer.origin(mechanism.name());
            this.command = command;
            this.exchange = mechanism.start(peer);
        }

        /** The reply to the step, now or later. */
        private Response advance(SMTPSession session, CompletionStage<SaslStep> stage) {
            CompletableFuture<SaslStep> step = stage.toCompletableFuture();
            if (step.isDone() && !step.isCompletedExceptionally()) {
                return answer(session, step.getNow(SaslStep.malformed()));
            }
            CompletableFuture<SaslStep> awaited = step.copy();
            awaited.whenComplete((any, fault) -> {
                if (awaited.isCancelled()) {
                    abandon(step);
                }
            });
            logbook.metrics().pendsUntil(awaited);
            return guard.waitingRoom().await(session, awaited, outcome -> answer(session, outcome.orElseGet(() ->
                SaslStep.refused("", CredentialResult.unavailable("the mechanism failed")))));
        }

        /** The client has hung up. A "no" that comes all the same is a failed log-in: on the thread that brings it. */
        private void abandon(CompletableFuture<SaslStep> step) {
            step.cancel(false);
            step.thenAccept(late -> {
                if (late.type() == SaslStep.Type.REFUSED || late.type() == SaslStep.Type.IDENTITY_REFUSED) {
                    logbook.failed(origin, AuthOutcome.of(late), late.username(), late.result());
                }
            });
        }

        private Response answer(SMTPSession session, SaslStep step) {
            switch (step.type()) {
                case CHALLENGE:
                    guard.waitingRoom().challenge(session, this::onResponse, () -> onLongResponse(session));
                    return new SMTPResponse("334", Base64.getEncoder().encodeToString(step.challenge()));
                case MALFORMED:
                    return step.lenient().filter(lenient -> isTaken(session, Fault.MALFORMED, step.flaw()))
                        .map(lenient -> advance(session, lenient.get())).orElseGet(() -> failed(session, AuthOutcome.MALFORMED, step));
                case SUCCESS:
                    logbook.authenticated(origin, step);
                    return succeeded(session, step);
                default:
                    return failed(session, AuthOutcome.of(step), step);
            }
        }

        private Response failed(SMTPSession session, AuthOutcome outcome, SaslStep step) {
            Fault fault = outcome.fault().orElseThrow();
            return logbook.ended(origin, outcome, step.username(), step.result()) ? guard.refuseLogin(session, fault, command)
                : guard.refuse(session, fault, step.flaw(), command);
        }

        /** The client's response to a challenge: like AUTH itself, the last of its group. */
        private Response onResponse(SMTPSession session, byte[] line) {
            guard.waitingRoom().endChallenge(session);
            logbook.response(session, line);
            return logbook.reply(session, onResponseHeard(session, line));
        }

        /** It could not be read, and is the end of the exchange. */
        private Response onLongResponse(SMTPSession session) {
            logbook.response(session, new byte[Logbook.UNREAD]);
            return failed(session, AuthOutcome.TOO_LONG, SaslStep.malformed());
        }

        private Response onResponseHeard(SMTPSession session, byte[] line) {
            Optional<Response> refusal = CommandLine.parse(line).endsInBareLf()
                ? guard.judge(session, Fault.BARE_LF, command) : Optional.empty();
            return refusal.orElseGet(() -> guard.mode(DiagnosisId.SEQ_PIPELINING) == Mode.OFF ? proceed(session, line)
                : guard.waitingRoom().settle(session, behind -> proceed(session, line)));
        }

        private Response proceed(SMTPSession session, byte[] line) {
            String response = CommandLine.strip(line);
            if (response.equals(CANCEL)) {
                return failed(session, AuthOutcome.CANCELLED, SaslStep.malformed());
            }
            return decoded(session, response, exchange::respond);
        }

        /** What follows from a response, once it is decoded; James takes base64 without its padding, and so may we. */
        private Response decoded(SMTPSession session, String response, Function<byte[], CompletionStage<SaslStep>> proceed) {
            Base64Text text = Base64Text.of(response);
            Supplier<Response> refusal = () -> failed(session, AuthOutcome.UNDECODABLE, SaslStep.malformed(text.flaw()));
            if (text.octets().isEmpty()) {
                return refusal.get();
            }
            if (!text.flaw().isEmpty() && !isTaken(session, Fault.UNDECODABLE, text.flaw())) {
                return refusal.get();
            }
            return advance(session, proceed.apply(text.octets().get()));
        }

        /** Whether the port takes a response of that flaw, whose meaning is clear; it is logged if it is observed. */
        private boolean isTaken(SMTPSession session, Fault fault, String flaw) {
            return guard.mode(fault.id()) != Mode.ENFORCE && guard.judge(session, fault, flaw, command).isEmpty();
        }

        private Response succeeded(SMTPSession session, SaslStep step) {
            session.setUsername(Username.of(step.username()));
            session.setRelayingAllowed(true);
            String user = step.result().username();
            session.setAttachment(LOGIN, new LoginRecord(origin.mechanism(), user, step.result().backend().orElse(""),
                session.isTLSStarted()), State.Connection);
            return Responses.of(Reply.of(235, SUCCESS, List.of("Authentication successful")));
        }
    }
}
