package org.smtpguard.james.auth;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.apache.james.core.Username;
import org.apache.james.mailbox.Authorizator;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Saslprep;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.sasl.ExternalMechanism;
import org.smtpguard.sasl.Identities;
import org.smtpguard.sasl.LoginLimit;
import org.smtpguard.sasl.LoginMechanism;
import org.smtpguard.sasl.PasswordVerification;
import org.smtpguard.sasl.PlainMechanism;
import org.smtpguard.sasl.RelayedMechanism;
import org.smtpguard.sasl.SaslMechanism;
import org.smtpguard.sasl.ScramSaslMechanism;

/** Creates the mechanisms of a port from its settings. */
public final class MechanismFactory {
    private final InstallationSecret secret;
    private final Authorizator authorizator;
    private final WorkerPool blocking;
    private final LoginLimit limit;

    /** @param blocking runs queries to James */
    public MechanismFactory(InstallationSecret secret, Authorizator authorizator, WorkerPool blocking, LoginLimit limit) {
        this.secret = secret;
        this.authorizator = authorizator;
        this.blocking = blocking;
        this.limit = limit;
    }

    /** By name, in the order of announcement. */
    public Map<String, SaslMechanism> mechanisms(AuthenticationSettings settings) {
        BackendChain chain = new BackendChain(settings.backends().links());
        Identities identities = new Identities(MechanismFactory::normalise,
            new Delegation(settings.delegationRules(), settings.queriesJamesForDelegation(), authorizator, blocking));
        Map<String, SaslMechanism> mechanisms = new LinkedHashMap<>();
        settings.mechanisms().forEach(name -> mechanisms.put(name, settings.relayOf(name)
            .map(relay -> (SaslMechanism) new RelayedMechanism(name, relay, identities).limitedBy(limit))
            .orElseGet(() -> mechanism(name, settings, chain, identities))));
        return Collections.unmodifiableMap(mechanisms);
    }

    private SaslMechanism mechanism(String name, AuthenticationSettings settings, BackendChain chain, Identities identities) {
        PasswordVerification passwords = new PasswordVerification(credentials -> limit.attempt(credentials.username(), credentials.origin(),
            Optional.of(credentials.password().bytes()), () -> chain.verify(credentials)), identities);
        switch (name) {
            case "PLAIN":
                return new PlainMechanism(passwords);
            case "LOGIN":
                return new LoginMechanism(passwords);
            case "EXTERNAL":
                return new ExternalMechanism(identities);
            default:
                return ScramSaslMechanism.of(name, settings.mechanisms().contains(name + "-PLUS"), keys(chain), identities, secret)
                    .limitedBy(limit);
        }
    }

    private static ScramSaslMechanism.Keys keys(BackendChain chain) {
        return new ScramSaslMechanism.Keys() {
            @Override
            public CompletableFuture<KeyResult> lookup(String username, String scheme, Origin origin) {
                return chain.lookup(username, scheme, origin);
            }

            @Override
            public KeyCensus census(String scheme) {
                return chain.census(scheme);
            }

            @Override
            public String identity(String username) {
                return chain.identity(username);
            }
        };
    }

    private static Optional<String> normalise(String name) {
        try {
            return Saslprep.name(name).map(prepared -> Username.of(prepared).asString());
        } catch (RuntimeException e) {
            // Not a valid user name in James, so no such user exists.
            return Optional.empty();
        }
    }
}
