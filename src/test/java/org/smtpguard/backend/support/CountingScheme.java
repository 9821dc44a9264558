package org.smtpguard.backend.support;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordScheme;

/** A scheme that notes each check of a hash: what it cost, and on which thread it was done. */
public final class CountingScheme implements PasswordScheme {
    private final PasswordScheme scheme;
    private final List<String> costs;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /** @param costs where the checks are noted, as scheme and cost */
    public CountingScheme(PasswordScheme scheme, List<String> costs) {
        this.scheme = scheme;
        this.costs = costs;
    }

    public List<Thread> threads() {
        return threads;
    }

    @Override
    public String name() {
        return scheme.name();
    }

    @Override
    public Set<String> aliases() {
        return scheme.aliases();
    }

    @Override
    public boolean recognises(String hash) {
        return scheme.recognises(hash);
    }

    @Override
    public PasswordHash read(String hash) {
        return counting(scheme.read(hash));
    }

    @Override
    public String hash(byte[] password) {
        return scheme.hash(password);
    }

    private PasswordHash counting(PasswordHash hash) {
        return new PasswordHash() {
            @Override
            public String scheme() {
                return hash.scheme();
            }

            @Override
            public String cost() {
                return hash.cost();
            }

            @Override
            public boolean matches(byte[] password) {
                costs.add(hash.scheme() + " " + hash.cost());
                threads.add(Thread.currentThread());
                return hash.matches(password);
            }

            @Override
            public PasswordHash decoy() {
                return counting(hash.decoy());
            }
        };
    }
}
