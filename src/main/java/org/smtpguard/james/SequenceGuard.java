package org.smtpguard.james;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.inject.Inject;
import org.apache.commons.configuration2.BaseConfiguration;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.DisconnectHandler;
import org.apache.james.protocols.api.handler.ExtensibleHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.DataLineFilter;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.channel.DeferredResponse;
import org.smtpguard.james.channel.ReadBatches;
import org.smtpguard.james.channel.SessionThread;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.james.guard.CommandGate;
import org.smtpguard.james.guard.ContentGate;
import org.smtpguard.james.guard.GuardGreeting;
import org.smtpguard.james.guard.GuardedPort;
import org.smtpguard.james.guard.GuardedPorts;
import org.smtpguard.james.guard.OfferedAuth;
import org.smtpguard.james.start.PortLines;
import org.smtpguard.james.start.StartErrors;
import org.smtpguard.james.v381.James381;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.Mode;
import org.smtpguard.transcript.TranscriptSettings;

/**
 * Checks every line of a port before James handles it, and every reply. It is the first {@link LineHandler} of the chain and
 * wraps James' {@code CommandDispatcher}, so a refused command never reaches James. The lines of a message pass through it as
 * well.
 *
 * <p>Threads: the sessions' own; never blocks.
 */
public final class SequenceGuard implements LineHandler<SMTPSession>, DataLineFilter, ConnectHandler<SMTPSession>,
    DisconnectHandler<SMTPSession>, ExtensibleHandler {
    private final GuardedPorts ports;
    private final Logbook logbook;
    private final StartErrors errors;
    private final PortLines lines;
    private final ReadBatches batches = new ReadBatches(session -> Notes.of(session).onBatchEnd());
    /** Set by {@link #init}: James initialises a handler, wires it, and only then accepts connections. */
    private GuardSettings settings = GuardSettings.defaults();
    private Configuration configuration = new BaseConfiguration();
    private LineHandler<SMTPSession> dispatcher;
    private GuardedPort port;
    private CommandGate commands;
    private ContentGate content;

    @Inject
    SequenceGuard(GuardParts parts) {
        this(parts.get(GuardedPorts.class), parts.get(Logbook.class), parts.errors(), parts.get(PortLines.class));
    }

    /** For use without a server, whose start would be reported. */
    public SequenceGuard(GuardedPorts ports, Logbook logbook) {
        this(ports, logbook, StartErrors.unreported(), PortLines.none());
    }

    private SequenceGuard(GuardedPorts ports, Logbook logbook, StartErrors errors, PortLines lines) {
        this.ports = ports;
        this.logbook = logbook;
        this.errors = errors;
        this.lines = lines;
    }

    @Override
    public void init(Configuration config) throws ConfigurationException {
        configuration = config;
        try {
            settings = GuardSettings.parse(ConfigurationElement.handler(config, NamedClass.SEQUENCE_GUARD));
            settings.transcripts().ifPresent(this::configure);
        } catch (InvalidConfigurationException e) {
            errors.handler(NamedClass.SEQUENCE_GUARD, config, e.getMessage());
            throw new ConfigurationException(e.getMessage(), e);
        }
    }

    private void configure(TranscriptSettings wanted) {
        TranscriptSettings active = logbook.transcripts().configure(wanted);
        if (!active.equals(wanted)) {
            throw GuardSettings.differ(wanted, active);
        }
    }

    @Override
    public List<Class<?>> getMarkerInterfaces() {
        return List.of(LineHandler.class, CommandHandler.class, ConnectHandler.class);
    }

    @Override
    public void wireExtensions(Class<?> marker, List<?> handlers) throws WiringException {
        if (marker == LineHandler.class) {
            wireDispatcher(handlers);
        } else if (marker == CommandHandler.class) {
            wireCommands(handlers);
        } else {
            wireGreeting(handlers);
        }
    }

    @SuppressWarnings("unchecked")
    private void wireDispatcher(List<?> lineHandlers) throws WiringException {
        if (lineHandlers.get(0) != this) {
            throw wrong("<handler class=\"" + SequenceGuard.class.getName() + "\"> comes after another line handler"
                + " in a <handlerchain>"
                + " (" + lineHandlers.get(0).getClass().getName() + "); move it to the top, and keep only one.");
        }
        dispatcher = (LineHandler<SMTPSession>) lineHandlers.get(1);
    }

    private void wireCommands(List<?> commandHandlers) throws WiringException {
        if (only(Authentication.class, commandHandlers).count() > 1) {
            throw wrong("<handler class=\"" + Authentication.class.getName() + "\"> is configured twice in a <handlerchain>;"
                + " keep one, with all its backends.");
        }
        Optional<Authentication> authentication = only(Authentication.class, commandHandlers).findFirst();
        OfferedAuth auth = authentication.map(OfferedAuth.class::cast)
            .or(() -> commandHandlers.stream().<CommandHandler<?>>map(CommandHandler.class::cast).filter(OfferedAuth::isAuth).findFirst()
                .map(OfferedAuth::by))
            .orElseGet(OfferedAuth::none);
        port = ports.port(settings, auth, authentication.isPresent());
        commands = new CommandGate(port, dispatcher, authentication.isPresent());
        content = new ContentGate(port.guard());
        authentication.ifPresent(handler -> handler.guardedBy(port));
        lines.log(NamedClass.SEQUENCE_GUARD, configuration, settings.mode(), authentication.map(Authentication::offer));
    }

    private void wireGreeting(List<?> connectHandlers) throws WiringException {
        Optional<GuardGreeting> greeting = only(GuardGreeting.class, connectHandlers).findFirst();
        if (greeting.isEmpty() && !settings.greetingWait().isZero()) {
            throw wrong(GuardSettings.greetingNeeds(NamedClass.GUARD_HANDLERS).getMessage());
        }
        greeting.ifPresent(handler -> handler.guardedBy(port));
    }

    private WiringException wrong(String sentence) {
        errors.handler(NamedClass.SEQUENCE_GUARD, configuration, sentence);
        return new WiringException(sentence);
    }

    private static <T> Stream<T> only(Class<T> type, List<?> handlers) {
        return handlers.stream().filter(type::isInstance).map(type::cast);
    }

    /**
     * Disables James' own detection of commands sent with STARTTLS if the guard does it: James would disconnect a client after
     * a refused STARTTLS, at the next line.
     */
    @Override
    public Response onConnect(SMTPSession session) {
        if (settings.mode(DiagnosisId.SEQ_PIPELINING) == Mode.ENFORCE) {
            session.stopDetectingCommandInjection();
        }
        if (settings.mode(DiagnosisId.SEQ_PIPELINING) != Mode.OFF) {
            James381.countReads(session);
        }
        if (settings.mode() != Mode.OFF) {
            port.replies().answerLongLines(session);
            SessionThread thread = SessionThread.of(session);
            thread.watchReads();
            thread.install(batches);
            James381.useOneThreadForNewConnections(session);
        }
        return new DeferredResponse();
    }

    @Override
    public void onDisconnect(SMTPSession session) {
        port.replies().abandon(session);
        logbook.end(session);
    }

    @Override
    public Response onLine(SMTPSession session, byte[] line) {
        return commands.onLine(session, line);
    }

    /** A line of a message. */
    @Override
    public Response onLine(SMTPSession session, byte[] line, LineHandler<SMTPSession> next) {
        return content.onLine(session, line, next);
    }
}
