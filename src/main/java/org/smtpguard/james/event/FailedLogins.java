package org.smtpguard.james.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.smtpguard.credential.FailedLogin;

/**
 * Tells subscribers about each failed log-in, of all ports.
 *
 * <p>Threads: subscribers are called on the session's own thread or, for a client that has gone, on the one that brought the verdict. They
 * must not wait.
 */
public final class FailedLogins {
    private final List<Consumer<FailedLogin>> subscribers = new CopyOnWriteArrayList<>();

    public void subscribe(Consumer<FailedLogin> subscriber) {
        subscribers.add(subscriber);
    }

    void publish(FailedLogin login) {
        subscribers.forEach(subscriber -> subscriber.accept(login));
    }
}
