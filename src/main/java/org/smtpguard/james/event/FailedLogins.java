package org.smtpguard.james.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.smtpguard.credential.FailedLogin;

/**
 * Publishes the failed log-ins of all ports to subscribers.
 *
 * <p>Threads: subscribers are called on the session's own thread or, if the client has disconnected, on the thread that
 * completed the verdict. They must not block.
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
