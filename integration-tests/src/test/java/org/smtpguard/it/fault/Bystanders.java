package org.smtpguard.it.fault;

import static org.smtpguard.it.wire.WireScript.wire;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

import org.smtpguard.it.wire.WireScript;

/** Those who talk to a server while a backend of it suffers, and have nothing to do with that. Threadsafe. */
public final class Bystanders {
    private final Latencies commands = new Latencies();
    private final Latencies logins = new Latencies();
    private final Queue<String> flaws = new ConcurrentLinkedQueue<>();

    /** Talks on a port whose backend suffers, and never logs in. */
    void talk(InetSocketAddress port, BooleanSupplier goesOn) {
        try (WireScript wire = wire(port)) {
            wire.expect("220").send("EHLO client.example").expect("250");
            while (goesOn.getAsBoolean()) {
                long start = System.nanoTime();
                wire.send("NOOP").expect("250");
                commands.add(Duration.ofNanos(System.nanoTime() - start));
            }
        } catch (AssertionError | UncheckedIOException e) {
            flaws.add(e.getMessage());
        }
    }

    /** Logs in, again and again, on a port whose backend is well. */
    void logIn(InetSocketAddress port, BooleanSupplier goesOn) {
        for (int i = 0; goesOn.getAsBoolean(); i++) {
            Login login = Login.attempt(port, Login.Claim.values()[i % Login.Claim.values().length]);
            logins.add(login.time());
            if (!login.isTrue()) {
                flaws.add(login.toString());
            }
        }
    }

    /** Of commands other than AUTH, on the ports of backends that suffer. */
    public Latencies commands() {
        return commands;
    }

    /** Of AUTHs at a backend that is well. */
    public Latencies logins() {
        return logins;
    }

    /** What did not go as if nothing were the matter. */
    public Queue<String> flaws() {
        return flaws;
    }
}
