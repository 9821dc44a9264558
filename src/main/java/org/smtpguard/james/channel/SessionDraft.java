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
 * A session as a handler of James sees it that runs on a thread of ours: what it reads is what stood there when the draft was
 * made and what it has written since. Attachments that it makes are made by the session's own thread, too, in their order;
 * whom it logs in stays in the draft, for the one who words the reply.
 *
 * <p>Threads: made on the session's thread, used by one other thread, and read again after that one is done.
 */
public final class SessionDraft implements InvocationHandler {
    private final SMTPSession session;
    private final SessionThread thread;
    private final Map<State, Map<AttachmentKey<?>, Object>> attachments;
    private Username username;
    private boolean relayingAllowed;

    private SessionDraft(SMTPSession session) {
        this.session = session;
        this.thread = SessionThread.of(session);
        this.attachments = Map.of(State.Connection, new HashMap<>(session.getConnectionState()),
            State.Transaction, new HashMap<>(session.getState()));
        this.username = session.getUsername();
        this.relayingAllowed = session.isRelayingAllowed();
    }

    /** To be called on the session's thread, while it is connected. */
    public static SessionDraft of(SMTPSession session) {
        return new SessionDraft(session);
    }

    /** What James is given for a session. */
    public SMTPSession proxy() {
        return (SMTPSession) Proxy.newProxyInstance(SMTPSession.class.getClassLoader(), new Class<?>[] {SMTPSession.class}, this);
    }

    /** Whom James has logged in; empty if nobody. */
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
                // The reply tells whether another line is awaited, and our own exchange awaits it.
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
                return passOn(method, arguments);
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

    /** What is left does not change while a session waits: addresses, configuration, what is known of TLS. */
    private Object passOn(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(session, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
