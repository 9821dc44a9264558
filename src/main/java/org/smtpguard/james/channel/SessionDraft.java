package org.smtpguard.james.channel;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of a session for a James handler that runs on another thread: it reads the state at the time of the copy and its own
 * changes. Changes of attachments are also applied to the session, on its own thread and in order. A log-in remains in the
 * draft, for the caller to apply.
 *
 * <p>No call reaches the session from another thread. A method that only a newer James has, and that this class does not know,
 * runs as the interface implements it, on the draft; without an implementation it throws {@link UnsupportedOperationException}.
 *
 * <p>Threads: created on the session's thread, used by one other thread at a time, and read after that one has finished.
 */
public final class SessionDraft implements InvocationHandler {
    private static final Logger LOGGER = LoggerFactory.getLogger(SessionDraft.class);
    /** Properties that do not change while a session waits. By name: not every version of James has each of them. */
    private static final Set<String> PROPERTIES = Set.of("getRemoteAddress", "getLocalAddress", "getProxyInformation", "getSessionID",
        "getConfiguration", "getCharset", "getLineDelimiter", "getSSLSession", "isTLSStarted", "isStartTLSSupported", "isAuthAnnounced",
        "supportsOAuth", "disabledFeatures", "getRcptCount", "currentMessageSize", "headerComplete", "messageFailed");
    private static final List<Method> GETTERS = Arrays.stream(SMTPSession.class.getMethods())
        .filter(method -> method.getParameterCount() == 0 && PROPERTIES.contains(method.getName()) && !method.isBridge())
        .collect(Collectors.toUnmodifiableList());

    private final SMTPSession session;
    private final SessionThread thread;
    private final SMTPSession proxy;
    private final Map<String, Object> properties = new HashMap<>();
    private final Map<State, Map<AttachmentKey<?>, Object>> attachments;
    private final Deque<LineHandler<SMTPSession>> lineHandlers = new ArrayDeque<>();
    private Username username;
    private boolean relayingAllowed;

    @SuppressWarnings("deprecation") // Nothing else gives all attachments of a session.
    private SessionDraft(SMTPSession session) {
        this.session = session;
        this.thread = SessionThread.of(session);
        this.proxy = (SMTPSession) Proxy.newProxyInstance(SMTPSession.class.getClassLoader(), new Class<?>[] {SMTPSession.class}, this);
        this.attachments = Map.of(State.Connection, new HashMap<>(session.getConnectionState()),
            State.Transaction, new HashMap<>(session.getState()));
        this.username = session.getUsername();
        this.relayingAllowed = session.isRelayingAllowed();
        GETTERS.forEach(this::copy);
    }

    /** A property that cannot be read is unknown in the draft: {@code getProxyInformation()} throws if there is no proxy. */
    private void copy(Method getter) {
        try {
            properties.put(getter.getName(), getter.invoke(session));
        } catch (InvocationTargetException e) {
            if (getter.getReturnType() == Optional.class) {
                properties.put(getter.getName(), Optional.empty());
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("SMTPSession." + getter.getName() + "() cannot be read", e);
        }
    }

    /** Call it on the session's thread, while connected. */
    public static SessionDraft of(SMTPSession session) {
        return new SessionDraft(session);
    }

    /** The session to pass to James. */
    public SMTPSession proxy() {
        return proxy;
    }

    /** The user that James has logged in; empty if none. */
    public Optional<Username> username() {
        return Optional.ofNullable(username);
    }

    /** The handler that James has set for the client's next line; empty if it expects none. */
    public Optional<LineHandler<SMTPSession>> lineHandler() {
        return Optional.ofNullable(lineHandlers.peek());
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "getUsername":
                return username;
            case "setUsername":
                username = (Username) arguments[0];
                return null;
            case "isRelayingAllowed":
                return relayingAllowed;
            case "setRelayingAllowed":
                relayingAllowed = (boolean) arguments[0];
                return null;
            case "pushLineHandler":
                lineHandlers.push(lineHandler(arguments));
                return null;
            case "popLineHandler":
                // James' handler for PLAIN pops one even if it has pushed none.
                lineHandlers.poll();
                return null;
            case "getAttachment":
                return key(arguments).convert(of(arguments[1]).get(arguments[0]));
            case "setAttachment":
                return set(key(arguments), arguments[1], (State) arguments[2]);
            case "removeAttachment":
                return set(key(arguments), null, (State) arguments[1]);
            case "getState":
                return of(State.Transaction);
            case "getConnectionState":
                return of(State.Connection);
            case "resetState":
                throw new UnsupportedOperationException("AUTH does not end a transaction");
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "draft of session " + properties.get("getSessionID");
            default:
                return properties.containsKey(method.getName()) ? properties.get(method.getName()) : unknown(proxy, method, arguments);
        }
    }

    private static Object unknown(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.isDefault()) {
            return MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup())
                .unreflectSpecial(method, method.getDeclaringClass()).bindTo(proxy)
                .invokeWithArguments(arguments == null ? new Object[0] : arguments);
        }
        LOGGER.warn("A handler of James calls SMTPSession.{}, which is not available during AUTH: the log-in fails", method.getName());
        throw new UnsupportedOperationException("SMTPSession." + method.getName());
    }

    @SuppressWarnings("unchecked")
    private static LineHandler<SMTPSession> lineHandler(Object[] arguments) {
        return (LineHandler<SMTPSession>) arguments[0];
    }

    private Map<AttachmentKey<?>, Object> of(Object state) {
        return attachments.get(state);
    }

    @SuppressWarnings("unchecked")
    private static AttachmentKey<Object> key(Object[] arguments) {
        return (AttachmentKey<Object>) arguments[0];
    }

    private Optional<Object> set(AttachmentKey<Object> key, Object value, State state) {
        if (value == null) {
            thread.execute(() -> session.removeAttachment(key, state));
            return key.convert(of(state).remove(key));
        }
        thread.execute(() -> session.setAttachment(key, value, state));
        return key.convert(of(state).put(key, value));
    }
}
