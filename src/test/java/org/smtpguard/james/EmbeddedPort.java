package org.smtpguard.james;

import java.io.File;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.metrics.api.Metric;
import org.apache.james.metrics.api.MetricFactory;
import org.apache.james.metrics.api.TimeMetric;
import org.apache.james.protocols.api.ClientAuth;
import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandDispatcher;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.api.handler.ProtocolHandlerChainImpl;
import org.apache.james.protocols.netty.AllButStartTlsLineBasedChannelHandler;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.netty.Encryption;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPProtocol;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.DataCmdHandler;
import org.apache.james.protocols.smtp.core.DataLineFilter;
import org.apache.james.protocols.smtp.core.ExpnCmdHandler;
import org.apache.james.protocols.smtp.core.HeloCmdHandler;
import org.apache.james.protocols.smtp.core.HelpCmdHandler;
import org.apache.james.protocols.smtp.core.MailCmdHandler;
import org.apache.james.protocols.smtp.core.NoopCmdHandler;
import org.apache.james.protocols.smtp.core.QuitCmdHandler;
import org.apache.james.protocols.smtp.core.RcptCmdHandler;
import org.apache.james.protocols.smtp.core.RsetCmdHandler;
import org.apache.james.protocols.smtp.core.SMTPMDCContextFactory;
import org.apache.james.protocols.smtp.core.UnknownCmdHandler;
import org.apache.james.protocols.smtp.core.VrfyCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.MailSizeEsmtpExtension;
import org.apache.james.protocols.smtp.core.esmtp.StartTlsCmdHandler;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.RcptHook;
import org.apache.james.smtpserver.ExtendedSMTPSession;
import org.reactivestreams.Publisher;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.james.auth.EventLogs;
import org.smtpguard.james.auth.LoginProtection;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.PortSettings;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.guard.GuardGreeting;
import org.smtpguard.james.guard.GuardedPorts;
import org.smtpguard.james.guard.OfferedAuth;
import org.smtpguard.james.guard.Sessions;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/**
 * A port of a James that has no socket and no thread of its own: James' framer, its handler of lines and its core
 * handlers of SMTP, with ours in the places where {@code smtpserver.xml} puts them. What is sent is answered when the
 * call returns, on the thread of the test; a million commands take seconds.
 */
public final class EmbeddedPort {
    /** A transport that James takes for TLS. */
    public enum Tls { NONE, STARTTLS, FROM_THE_START }

    /** Who answers AUTH. */
    public enum Auth { NOBODY, OURS, JAMES, JAMES_WITH_HOOK }

    private static final int LINE_LIMIT = 8192;
    private static final SequenceTable TABLE = new SequenceTable();
    private static final DiagnosisCatalogue CATALOGUE = new DiagnosisCatalogue();

    private final Tls tls;
    private final SMTPProtocol protocol;
    private final Encryption encryption;
    private final Sessions sessions;

    private EmbeddedPort(Builder builder) {
        this.tls = builder.tls;
        this.encryption = new FakeEncryption(tls == Tls.STARTTLS);
        this.sessions = new Sessions(builder.auth == Auth.NOBODY ? OfferedAuth.none() : OfferedAuth.by(new AuthCmdHandler()));
        ProtocolHandlerChainImpl chain = new ProtocolHandlerChainImpl();
        chain.addAll(handlers(builder));
        try {
            chain.wireExtensibleHandlers();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        this.protocol = new SMTPProtocol(chain, new Configuration(builder)) {
            @Override
            public ProtocolSession newSession(ProtocolTransport transport) {
                return new ExtendedSMTPSession((Configuration) getConfiguration(), transport);
            }
        };
    }

    public static Builder builder() {
        return new Builder();
    }

    public Client connect() {
        return new Client();
    }

    private static List<ProtocolHandler> handlers(Builder builder) {
        try {
            MetricFactory silent = new SilentMetrics();
            Logbook logbook = builder.logbook;
            GuardedPorts ports = new GuardedPorts(TABLE, CATALOGUE, logbook);
            List<ProtocolHandler> handlers = new ArrayList<>();
            if (builder.guarded) {
                SequenceGuard guard = new SequenceGuard(ports, logbook);
                guard.init(builder.guardElement());
                handlers.add(guard);
            }
            if (builder.auth == Auth.OURS) {
                GuardPools pools = new GuardPools();
                Backends backends = new Backends(new NoFiles(), pools, LocalUsers.none(), logbook.metrics(), GuardSecret.random());
                Authentication authentication = new Authentication(backends, ports, logbook, pools,
                    (user, other) -> Authorizator.AuthorizationState.FORBIDDEN, PortSettings.defaults(),
                    new LoginProtection(backends, EventLogs.none(), logbook));
                authentication.init(builder.authElement());
                handlers.add(authentication);
            }
            if (builder.auth == Auth.JAMES_WITH_HOOK) {
                GuardPools pools = new GuardPools();
                Backends backends = new Backends(new NoFiles(), pools, LocalUsers.none(), logbook.metrics(), GuardSecret.random());
                BackendAuthHook hook = new BackendAuthHook(backends, logbook, new LoginProtection(backends, EventLogs.none(), logbook));
                hook.init(builder.backends(NamedClass.BACKEND_AUTH_HOOK));
                handlers.add(new AuthCmdHandler());
                handlers.add(hook);
            }
            builder.jamesAuth.ifPresent(handlers::add);
            handlers.add(new GuardGreeting());
            handlers.add(new CommandDispatcher<SMTPSession>());
            if (builder.auth == Auth.JAMES) {
                handlers.add(new AuthCmdHandler());
                handlers.add(new JamesPasswords());
            }
            handlers.add(new DataCmdHandler(silent));
            handlers.add(new EhloCmdHandler(silent));
            handlers.add(new ExpnCmdHandler());
            handlers.add(new HeloCmdHandler(silent));
            handlers.add(new HelpCmdHandler());
            handlers.add(new MailCmdHandler(silent));
            handlers.add(new NoopCmdHandler());
            handlers.add(new QuitCmdHandler(silent));
            handlers.add(new RcptCmdHandler(silent));
            handlers.add(new RsetCmdHandler());
            handlers.add(new VrfyCmdHandler());
            handlers.add(new MailSizeEsmtpExtension());
            handlers.add(new Recipients());
            handlers.add(new Swallow());
            handlers.add(new StartTlsCmdHandler());
            handlers.add(new UnknownCmdHandler(silent));
            return handlers;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What differs from a guarded, enforcing port without TLS whose AUTH is ours and which counts nothing. */
    public static final class Builder {
        private boolean guarded = true;
        private Auth auth = Auth.OURS;
        private Tls tls = Tls.NONE;
        private boolean authUnderTlsOnly;
        private String mode = "enforce";
        private String style = "full";
        private int errors;
        private int authFailures;
        private boolean heloEhloEnforcement = true;
        private final Map<String, String> rules = new LinkedHashMap<>();
        private boolean secondBackend;
        private Optional<AuthCmdHandler> jamesAuth = Optional.empty();
        private Logbook logbook = new Logbook(GuardMetrics.unread(),
            new Transcripts(Clock.systemUTC()), new Violations(Clock.systemUTC()));

        public Builder stock() {
            guarded = false;
            return this;
        }

        public Builder auth(Auth value) {
            auth = value;
            return this;
        }

        public Builder tls(Tls value) {
            tls = value;
            return this;
        }

        Builder authUnderTlsOnly(boolean value) {
            authUnderTlsOnly = value;
            return this;
        }

        public Builder mode(String value) {
            mode = value;
            return this;
        }

        Builder style(String value) {
            style = value;
            return this;
        }

        public Builder limits(int errorLimit, int authFailureLimit) {
            errors = errorLimit;
            authFailures = authFailureLimit;
            return this;
        }

        /** James' own setting of that name. */
        Builder heloEhloEnforcement(boolean value) {
            heloEhloEnforcement = value;
            return this;
        }

        Builder rule(String id, String ruleMode) {
            rules.put(id, ruleMode);
            return this;
        }

        /** After the backend comes another, which is out of order. */
        Builder secondBackendOutOfOrder() {
            secondBackend = true;
            return this;
        }

        /** James' AUTH handler, which is in the chain and answers no command. */
        Builder jamesAuth(AuthCmdHandler value) {
            jamesAuth = Optional.of(value);
            return this;
        }

        Builder logbook(Logbook value) {
            logbook = value;
            return this;
        }

        public EmbeddedPort build() {
            return new EmbeddedPort(this);
        }

        private BaseHierarchicalConfiguration guardElement() {
            BaseHierarchicalConfiguration element = new BaseHierarchicalConfiguration();
            element.addProperty("[@class]", SequenceGuard.class.getName());
            element.addProperty("mode", mode);
            rules.forEach((id, ruleMode) -> {
                element.addProperty("rule(-1)[@id]", id);
                element.addProperty("rule[@mode]", ruleMode);
            });
            element.addProperty("replies[@style]", style);
            element.addProperty("limits[@errors]", Integer.toString(errors));
            element.addProperty("limits[@authFailures]", Integer.toString(authFailures));
            return element;
        }

        private BaseHierarchicalConfiguration authElement() {
            BaseHierarchicalConfiguration element = backends(NamedClass.AUTHENTICATION);
            element.addProperty("mechanisms", "PLAIN LOGIN");
            element.addProperty("delegation", "none");
            return element;
        }

        private BaseHierarchicalConfiguration backends(NamedClass handler) {
            BaseHierarchicalConfiguration element = new BaseHierarchicalConfiguration();
            element.addProperty("[@class]", handler.className());
            element.addProperty("backend[@class]", FixtureBackend.class.getName());
            element.addProperty("backend[@name]", "fixture");
            // Each session is to see the backend as its test has it, whatever the others have seen.
            element.addProperty("backend.circuitBreaker[@failures]", "0");
            if (secondBackend) {
                element.addProperty("backend(-1)[@class]", FixtureBackend.class.getName());
                element.addProperty("backend(1)[@name]", FixtureBackend.OUT_OF_ORDER);
                element.addProperty("backend(1).circuitBreaker[@failures]", "0");
            }
            return element;
        }
    }

    /** One connection to the port, seen from the client. */
    public final class Client {
        private final ClientChannel channel = new ClientChannel(EmbeddedPort.this);
        private final String greeting = received();
        private final SMTPSession session = (SMTPSession) channel.attr(BasicChannelInboundHandler.SESSION_ATTRIBUTE_KEY).get();

        String greeting() {
            return greeting;
        }

        /** Sends the octets in one packet, and returns whatever the server has said to it by now. */
        public String send(String octets) {
            channel.deliver(Unpooled.wrappedBuffer(octets.getBytes(StandardCharsets.ISO_8859_1)));
            return received();
        }

        /** What the server says once its backends have answered. */
        String awaitBackends() {
            FixtureBackend.answerAll();
            channel.runPendingTasks();
            return received();
        }

        /** Where the session stands, as the guard reads it. */
        SessionState state() {
            return sessions.state(session);
        }

        /** What the session has attached for its whole life. */
        <T> Optional<T> attachment(ProtocolSession.AttachmentKey<T> key) {
            return session.getAttachment(key, ProtocolSession.State.Connection);
        }

        /** What the session's refusals call it. */
        String reference() {
            return session.getSessionID();
        }

        public boolean isOpen() {
            return channel.isActive();
        }

        void close() {
            channel.close();
            channel.runPendingTasks();
            received();
        }

        private String received() {
            StringBuilder text = new StringBuilder();
            for (ByteBuf written = channel.readOutbound(); written != null; written = channel.readOutbound()) {
                text.append(written.toString(StandardCharsets.ISO_8859_1));
                written.release();
            }
            return text.toString();
        }
    }

    private static final class ClientChannel extends EmbeddedChannel {
        private boolean delivering;

        private ClientChannel(EmbeddedPort port) {
            super(DefaultChannelId.newInstance(), new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                    if (port.tls == Tls.FROM_THE_START) {
                        channel.pipeline().addLast(HandlerConstants.SSL_HANDLER, port.encryption.sslHandler());
                    }
                    channel.pipeline().addLast(HandlerConstants.FRAMER,
                        new AllButStartTlsLineBasedChannelHandler(channel.pipeline(), LINE_LIMIT, false, "starttls"));
                    channel.pipeline().addLast(HandlerConstants.CORE_HANDLER,
                        new BasicChannelInboundHandler(new SMTPMDCContextFactory(), port.protocol, port.encryption, false));
                }
            });
        }

        /** One packet: as in an event loop, tasks wait until all of it has been read. The embedded channel runs them at any time. */
        private void deliver(ByteBuf packet) {
            delivering = true;
            pipeline().fireChannelRead(packet);
            delivering = false;
            pipeline().fireChannelReadComplete();
            runPendingTasks();
            checkException();
        }

        @Override
        public void runPendingTasks() {
            if (!delivering) {
                super.runPendingTasks();
            }
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return Addresses.CLIENT;
        }

        @Override
        protected SocketAddress localAddress0() {
            return Addresses.SERVER;
        }
    }

    /** Held apart: the channel asks for them before its own class is initialised. */
    private static final class Addresses {
        private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 40_000);
        private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 25);
    }

    private static final class Configuration extends SMTPConfigurationImpl {
        private final boolean authUnderTlsOnly;
        private final boolean auth;

        private Configuration(Builder builder) {
            this.authUnderTlsOnly = builder.authUnderTlsOnly;
            this.auth = builder.auth != Auth.NOBODY;
            setHeloEhloEnforcement(builder.heloEhloEnforcement);
        }

        @Override
        public String getHelloName() {
            return "localhost";
        }

        @Override
        public boolean isAuthAnnounced(String remoteIp, boolean tlsStarted) {
            return auth && (tlsStarted || !authUnderTlsOnly);
        }
    }

    /** James asks whether there is a handler of TLS, not whether it encrypts. */
    private static final class FakeEncryption implements Encryption {
        private final boolean startTls;

        private FakeEncryption(boolean startTls) {
            this.startTls = startTls;
        }

        @Override
        public boolean isStartTLS() {
            return startTls;
        }

        @Override
        public boolean supportsEncryption() {
            return true;
        }

        @Override
        public String[] getEnabledCipherSuites() {
            return new String[0];
        }

        @Override
        public ClientAuth getClientAuth() {
            return ClientAuth.NONE;
        }

        @Override
        public SslHandler sslHandler() {
            return new FakeTls();
        }
    }

    private static final class FakeTls extends SslHandler {
        private static final SSLContext CONTEXT = ((Supplier<SSLContext>) () -> {
            try {
                return SSLContext.getDefault();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }).get();

        private FakeTls() {
            super(CONTEXT.createSSLEngine());
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            // No handshake.
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            context.fireChannelActive();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            context.fireChannelInactive();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.fireChannelRead(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.fireChannelReadComplete();
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.write(message, promise);
        }

        @Override
        public void flush(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            context.close(promise);
        }

        @Override
        public void handlerRemoved0(ChannelHandlerContext context) {
            // Nothing to take down.
        }
    }

    /** Knows everybody at localhost whose name does not begin with "nobody"; relays for those who have authenticated. */
    private static final class Recipients implements RcptHook, ProtocolHandler {
        private static final HookResult UNKNOWN = denied("550", "5.1.1 Unknown user");
        private static final HookResult AUTH_REQUIRED = denied("530", "5.7.1 Authentication Required");
        private static final HookResult RELAYING_DENIED = denied("550", "5.7.1 Requested action not taken: relaying denied");

        @Override
        public HookResult doRcpt(SMTPSession session, MaybeSender sender, MailAddress recipient) {
            if (recipient.getDomain().asString().equals("localhost")) {
                return recipient.getLocalPart().startsWith("nobody") ? UNKNOWN : HookResult.DECLINED;
            }
            if (session.isRelayingAllowed() || session.getUsername() != null) {
                return HookResult.DECLINED;
            }
            return session.isAuthAnnounced() ? AUTH_REQUIRED : RELAYING_DENIED;
        }

        private static HookResult denied(String code, String text) {
            return HookResult.builder().hookReturnCode(HookReturnCode.deny()).smtpReturnCode(code).smtpDescription(text).build();
        }
    }

    private static final class JamesPasswords implements AuthHook, ProtocolHandler {
        @Override
        public HookResult doAuth(SMTPSession session, Username username, String password) {
            if (!password.equals(FixtureBackend.RIGHT)) {
                return HookResult.DECLINED;
            }
            session.setUsername(username);
            return HookResult.builder().hookReturnCode(HookReturnCode.ok()).smtpDescription("Authentication Successful").build();
        }

        @Override
        public HookResult doSasl(SMTPSession session, OidcSASLConfiguration configuration, String initialResponse) {
            return HookResult.DECLINED;
        }
    }

    /** Takes the message over, and ends the transaction as James does. */
    private static final class Swallow implements DataLineFilter {
        @Override
        public Response onLine(SMTPSession session, byte[] line, LineHandler<SMTPSession> next) {
            if (line.length != 3 || line[0] != '.') {
                return null;
            }
            session.popLineHandler();
            session.resetState();
            return new SMTPResponse("250", "2.6.0 Message received");
        }
    }

    static final class NoFiles implements FileSystem {
        @Override
        public InputStream getResource(String url) {
            throw new UnsupportedOperationException(url);
        }

        @Override
        public File getFile(String url) {
            throw new UnsupportedOperationException(url);
        }

        @Override
        public File getBasedir() {
            throw new UnsupportedOperationException();
        }
    }

    private static final class SilentMetrics implements MetricFactory {
        @Override
        public Metric generate(String name) {
            return new SilentMetric();
        }

        @Override
        public TimeMetric timer(String name) {
            return new SilentTime(name);
        }

        @Override
        public <T> Publisher<T> decoratePublisherWithTimerMetric(String name, Publisher<T> publisher) {
            return publisher;
        }

        @Override
        @SuppressWarnings("deprecation") // The interface still asks for it.
        public <T> Publisher<T> decoratePublisherWithTimerMetricLogP99(String name, Publisher<T> publisher) {
            return publisher;
        }
    }

    private static final class SilentMetric implements Metric {
        @Override
        public void increment() {
            // Nobody counts.
        }

        @Override
        public void decrement() {
            // Nobody counts.
        }

        @Override
        public void add(int value) {
            // Nobody counts.
        }

        @Override
        public void remove(int value) {
            // Nobody counts.
        }

        @Override
        public long getCount() {
            return 0;
        }
    }

    private static final class SilentTime implements TimeMetric, TimeMetric.ExecutionResult {
        private final String name;

        private SilentTime(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public ExecutionResult stopAndPublish() {
            return this;
        }

        @Override
        public Duration elasped() {
            return Duration.ZERO;
        }

        @Override
        @SuppressWarnings("deprecation") // The interface still asks for it.
        public ExecutionResult logWhenExceedP99(Duration threshold) {
            return this;
        }
    }
}
