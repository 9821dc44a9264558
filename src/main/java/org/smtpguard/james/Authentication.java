package org.smtpguard.james;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

import com.google.inject.Inject;
import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.core.MaybeSender;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.protocols.api.Request;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.DisconnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.apache.james.protocols.smtp.hook.MailParametersHook;
import org.apache.james.smtpserver.JamesMessageHook;
import org.apache.mailet.Attribute;
import org.apache.mailet.AttributeName;
import org.apache.mailet.AttributeValue;
import org.apache.mailet.Mail;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.auth.AuthCommand;
import org.smtpguard.james.auth.AuthenticationSettings;
import org.smtpguard.james.auth.JamesSasl;
import org.smtpguard.james.auth.LoginProtection;
import org.smtpguard.james.auth.LoginRecord;
import org.smtpguard.james.auth.MechanismFactory;
import org.smtpguard.james.auth.PortMechanisms;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.PortSettings;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.james.guard.GuardedPort;
import org.smtpguard.james.guard.GuardedPorts;
import org.smtpguard.james.guard.MailPermission;
import org.smtpguard.james.guard.OfferedAuth;
import org.smtpguard.james.start.PortLines;
import org.smtpguard.james.start.StartErrors;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sasl.SaslMechanism;
import org.smtpguard.sequence.Mode;

/**
 * Handles AUTH (RFC 4954) with the configured backends, in place of James' {@code AuthCmdHandler}.
 *
 * <p>Threads: the sessions' own; never blocks.
 */
public final class Authentication
    implements CommandHandler<SMTPSession>, EhloExtension, MailParametersHook, MailHook, JamesMessageHook, ExtensibleHandler,
    DisconnectHandler<SMTPSession>, OfferedAuth {
    private static final Logger LOGGER = LoggerFactory.getLogger(Authentication.class);

    private final Backends backends;
    private final GuardedPorts guardedPorts;
    private final Logbook logbook;
    private final GuardPools pools;
    private final Authorizator authorizator;
    private final PortSettings ports;
    private final LoginProtection protection;
    private final StartErrors errors;
    private final PortLines lines;
    /** Set by {@link #init}: James initialises a handler, wires it, and only then accepts connections. */
    private Configuration configuration = new BaseConfiguration();
    private AuthenticationSettings settings;
    private PortMechanisms mechanisms;
    private Optional<GuardedPort> port = Optional.empty();
    private AuthCommand command;
    private boolean isUnguarded;
    /** James' handlers of MAIL, if there is no {@link SequenceGuard} that checks app passwords before. */
    private List<CommandHandler<SMTPSession>> mail = List.of();

    @Inject
    Authentication(GuardParts parts, Authorizator authorizator) {
        this(parts.get(Backends.class), parts.get(GuardedPorts.class), parts.get(Logbook.class), parts.get(GuardPools.class), authorizator,
            parts.get(PortSettings.class), parts.get(LoginProtection.class), parts.errors(), parts.get(PortLines.class));
    }

    /** For use without a server, whose start would be reported. */
    public Authentication(Backends backends, GuardedPorts guardedPorts, Logbook logbook, GuardPools pools, Authorizator authorizator,
                          PortSettings ports, LoginProtection protection) {
        this(backends, guardedPorts, logbook, pools, authorizator, ports, protection, StartErrors.unreported(), PortLines.none());
    }

    private Authentication(Backends backends, GuardedPorts guardedPorts, Logbook logbook, GuardPools pools, Authorizator authorizator,
                           PortSettings ports, LoginProtection protection, StartErrors errors, PortLines lines) {
        this.backends = backends;
        this.guardedPorts = guardedPorts;
        this.logbook = logbook;
        this.pools = pools;
        this.authorizator = authorizator;
        this.ports = ports;
        this.protection = protection;
        this.errors = errors;
        this.lines = lines;
    }

    @Override
    public void init(Configuration config) throws ConfigurationException {
        configuration = config;
        try {
            settings = AuthenticationSettings.parse(ConfigurationElement.handler(config, NamedClass.AUTHENTICATION), backends);
            protection.configure(settings.bruteForce());
        } catch (InvalidConfigurationException e) {
            errors.handler(NamedClass.AUTHENTICATION, config, e.getMessage());
            throw new ConfigurationException(e.getMessage(), e);
        }
        Map<String, SaslMechanism> made = new MechanismFactory(backends.secret(), authorizator, pools.blocking(), protection)
            .mechanisms(settings);
        mechanisms = new PortMechanisms(made, settings.certificateName(), ports);
        made.keySet().forEach(name -> logbook.metrics().expect(name,
            settings.backends().links().stream().map(link -> link.backend().name()).collect(Collectors.toList())));
    }

    @Override
    public void destroy() {
        settings.backends().release();
    }

    /** James' AUTH handler, which executes James' own mechanisms, and the line handlers, which show whether the port has a guard. */
    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(AuthCmdHandler.class, LineHandler.class, CommandHandler.class);
    }

    @Override
    public void wireExtensions(Class<?> marker, List<?> handlers) {
        if (marker == AuthCmdHandler.class) {
            wireSasl(handlers);
        } else if (marker == CommandHandler.class) {
            wireMail(handlers);
        } else if (handlers.stream().noneMatch(SequenceGuard.class::isInstance)) {
            isUnguarded = true;
            guardedBy(guardedPorts.port(GuardSettings.withoutGuard(), this, true));
            lines.log(NamedClass.AUTHENTICATION, configuration, Mode.OFF, Optional.of(offer()));
        }
    }

    @SuppressWarnings("unchecked")
    private void wireMail(List<?> handlers) {
        mail = handlers.stream().filter(handler -> handler != this).map(handler -> (CommandHandler<SMTPSession>) handler)
            .filter(handler -> handler.getImplCommands().contains(Verb.MAIL.name())).collect(Collectors.toUnmodifiableList());
    }

    private void wireSasl(List<?> james) {
        if (!james.isEmpty()) {
            mechanisms = mechanisms.with(new JamesSasl((AuthCmdHandler) james.get(0), pools.blocking(), protection, ports));
            port.ifPresent(this::guardedBy);
        } else if (ports.configuresJamesMechanisms()) {
            LOGGER.warn("A handler chain has Authentication but not James' AuthCmdHandler: <oidc> and <saslMechanisms> have no effect on"
                + " its port. Set coreHandlersPackage=\"{}\" in <handlerchain>", GuardHandlers.class.getName());
        }
    }

    /** Called once, while the chain is wired: by the port's {@link SequenceGuard} if it has one. */
    void guardedBy(GuardedPort guarded) {
        port = Optional.of(guarded);
        command = new AuthCommand(guarded, mechanisms, protection);
    }

    /** For the log. */
    PortLines.Offer offer() {
        return new PortLines.Offer(settings.mechanisms(), settings.backends().links().stream().map(BackendChain.Link::backend)
            .collect(Collectors.toUnmodifiableList()));
    }

    @Override
    public Optional<String> proposedCommand(SMTPSession session) {
        return mechanisms.proposedCommand(session);
    }

    @Override
    public List<String> offered(SMTPSession session) {
        return mechanisms.offered(session);
    }

    @Override
    public List<String> getImplCommands() {
        return List.of(Verb.AUTH.name(), Verb.MAIL.name());
    }

    @Override
    public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
        String offered = String.join(" ", offered(session));
        if (!session.isAuthAnnounced() || offered.isEmpty()) {
            return List.of();
        }
        return settings.announcesOldForm() ? List.of("AUTH " + offered, "AUTH=" + offered) : List.of("AUTH " + offered);
    }

    /** MAIL accepts AUTH= (RFC 4954 §5); its value is not trusted, as in James. */
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
        port.ifPresent(guarded -> guarded.replies().abandon(session));
    }

    /** Sets attributes on each mail that tell matchers and mailets how its sender was authenticated. */
    @Override
    public HookResult onMessage(SMTPSession session, Mail mail) {
        LoginRecord.of(session).ifPresent(login -> {
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.mechanism"), AttributeValue.of(login.mechanism())));
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.user"), AttributeValue.of(login.user())));
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.backend"), AttributeValue.of(login.backend())));
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.tls"), AttributeValue.of(login.isUnderTls())));
        });
        Notes.of(session).scope().ifPresent(scope ->
            mail.setAttribute(new Attribute(AttributeName.of("smtpguard.auth.appPassword"), AttributeValue.of(scope.id()))));
        return HookResult.DECLINED;
    }

    /** The sender of a session that has logged in with an app password. */
    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        return MailPermission.judge(session, sender);
    }

    @Override
    public Response onCommand(SMTPSession session, Request request) {
        return Verb.of(request.getCommand()) == Verb.MAIL ? onMail(session, request) : command.onCommand(session, request);
    }

    /** MAIL is James'; without a {@link SequenceGuard}, app passwords are checked here. Null leaves it to James. */
    private Response onMail(SMTPSession session, Request request) {
        if (!isUnguarded || Notes.of(session).scope().isEmpty()) {
            return null;
        }
        CommandLine line = CommandLine.of(Verb.MAIL, Optional.ofNullable(request.getArgument()));
        return MailPermission.check(port.orElseThrow(), session, line, () -> mail.stream()
            .map(handler -> handler.onCommand(session, request)).filter(Objects::nonNull).findFirst().orElse(null));
    }
}
