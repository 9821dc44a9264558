package org.smtpguard.james.channel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;

/**
 * A copy of a session for a James handler that runs on another thread: it reads the state at the time of the copy and its own
 * changes. Changes of attachments are also applied to the session, on its own thread and in order. A log-in remains in the
 * draft, for the caller to apply.
 *
 * <p>Threads: created on the session's thread, used by one other thread, and read after that one has finished.
 */
public final class SessionDraft implements InvocationHandler {
    private final SMTPSession session;
    private final SessionThread thread;
    private final Map<State, Map<AttachmentKey<?>, Object>> attachments;
    private Username username;
    private boolean relayingAllowed;

    @SuppressWarnings("deprecation") // Nothing else gives all attachments of a session.
    private SessionDraft(SMTPSession session) {
        this.session = session;
        this.thread = SessionThread.of(session);
        this.attachments = Map.of(State.Connection, new HashMap<>(session.getConnectionState()),
            State.Transaction, new HashMap<>(session.getState()));
        this.username = session.getUsername();
        this.relayingAllowed = session.isRelayingAllowed();
    }

    /** Call it on the session's thread, while connected. */
    public static SessionDraft of(SMTPSession session) {
        return new SessionDraft(session);
    }

    /** The session to pass to James. */
    public SMTPSession proxy() {
        return (SMTPSession) Proxy.newProxyInstance(SMTPSession.class.getClassLoader(), new Class<?>[] {SMTPSession.class}, this);
    }

    /** The user that James has logged in; empty if none. */
    public Optional<Username> username() {
        return Optional.ofNullable(username);
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
            case "popLineHandler":
                // The reply shows whether another line is expected; the guard's own exchange reads it.
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
            default:
                return delegate(method, arguments);
        }
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

    /** All other properties, such as addresses, configuration and TLS, do not change while a session waits. */
    private Object delegate(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(session, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
