package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/** The result of looking up a user's SCRAM keys. Immutable. */
public final class KeyResult {
    private final CredentialResult.Kind kind;
    private final Optional<ScramKeys> keys;
    private final String detail;
    private final CredentialResult.Evidence evidence;
    private final Optional<String> backend;

    private KeyResult(CredentialResult.Kind kind, Optional<ScramKeys> keys, String detail) {
        this(kind, keys, detail, CredentialResult.Evidence.SERVICE_FAILED, Optional.empty());
    }

    private KeyResult(CredentialResult.Kind kind, Optional<ScramKeys> keys, String detail, CredentialResult.Evidence evidence,
                      Optional<String> backend) {
        this.kind = kind;
        this.keys = keys;
        this.detail = Objects.requireNonNull(detail, "detail");
        this.evidence = evidence;
        this.backend = backend;
    }

    /** The same result with the name of the backend. */
    KeyResult by(Optional<String> name) {
        return new KeyResult(kind, keys, detail, evidence, name);
    }

    /** @param username the user's name according to the backend */
    public static KeyResult found(String username, ScramKeys keys) {
        return new KeyResult(CredentialResult.Kind.ACCEPTED, Optional.of(keys), username);
    }

    /** The user does not exist in this backend. */
    public static KeyResult unknown() {
        return new KeyResult(CredentialResult.Kind.UNKNOWN, Optional.empty(), "no such user");
    }

    /** The user exists, but has no keys for the mechanism. To the client, the same as a wrong password. */
    public static KeyResult keyless() {
        return new KeyResult(CredentialResult.Kind.REFUSED, Optional.empty(), CredentialResult.keyless().reason());
    }

    public static KeyResult disabled() {
        return new KeyResult(CredentialResult.Kind.DISABLED, Optional.empty(), "account disabled");
    }

    /** No backend has keys, for this reason. */
    public static KeyResult none(CredentialResult result) {
        return new KeyResult(result.kind(), Optional.empty(), result.reason(), result.evidence(), Optional.empty());
    }

    /** The same result without the keys. */
    public CredentialResult asCredentialResult() {
        switch (kind) {
            case ACCEPTED:
                return CredentialResult.accepted(detail);
            case UNAVAILABLE:
                return CredentialResult.unavailable(detail, evidence);
            case BLOCKED:
                return CredentialResult.blocked(detail);
            case DISABLED:
                return CredentialResult.disabled();
            case REFUSED:
                return CredentialResult.keyless();
            default:
                return CredentialResult.unknown();
        }
    }

    /** The result for a client whose proof is wrong for these keys, or for which there are no keys. */
    public CredentialResult refusal() {
        CredentialResult refusal = keys.isPresent() ? CredentialResult.refused() : asCredentialResult();
        return backend.map(refusal::by).orElse(refusal);
    }

    /** @param reason for the operator's log only, never containing a secret */
    public static KeyResult unavailable(String reason) {
        return new KeyResult(CredentialResult.Kind.UNAVAILABLE, Optional.empty(), reason);
    }

    /** {@link CredentialResult.Kind#ACCEPTED} if there are keys. */
    public CredentialResult.Kind kind() {
        return kind;
    }

    public Optional<ScramKeys> keys() {
        return keys;
    }

    /** The user's name according to the backend if there are keys; otherwise the reason. */
    public String detail() {
        return detail;
    }

    /** The name of the deciding backend, for logs; set by {@link BackendChain}. */
    public Optional<String> backend() {
        return backend;
    }

    @Override
    public String toString() {
        return kind + " (" + detail + ")";
    }
}
