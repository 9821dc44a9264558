package org.smtpguard.resilience;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.SecretLookup;

/** A backend that has SCRAM keys, with its safeguards. Keys are not cached: what is checked with them is checked here. */
final class SafeguardedLookup extends Safeguarded implements SecretLookup {
    private static final Reading<KeyResult> KEYS = new Reading<>() {
        @Override
        public CredentialResult verdict(KeyResult answer) {
            return answer.asCredentialResult();
        }

        @Override
        public KeyResult unavailable(CredentialResult why) {
            return KeyResult.none(why);
        }
    };

    private final SecretLookup backend;

    SafeguardedLookup(SecretLookup backend, Safeguards safeguards, Consumer<CompletionStage<?>> watch, Time time) {
        super(backend, safeguards, watch, time);
        this.backend = backend;
    }

    @Override
    public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
        return ask(username, origin, timed -> backend.lookup(username, scheme, timed), KEYS);
    }

    @Override
    public KeyCensus census(String scheme) {
        return backend.census(scheme);
    }

    @Override
    public String identity(String username) {
        return backend.identity(username);
    }
}
