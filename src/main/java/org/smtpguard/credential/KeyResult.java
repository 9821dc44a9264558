package org.smtpguard.credential;

import java.util.Objects;
import java.util.Optional;

/** What a backend says when it is asked for a user's SCRAM keys. */
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

    /** The same answer, with the name of the backend that gave it. */
    KeyResult by(Optional<String> name) {
        return new KeyResult(kind, keys, detail, evidence, name);
    }

    /** @param username the user's name as the backend has it */
    public static KeyResult found(String username, ScramKeys keys) {
        return new KeyResult(CredentialResult.Kind.ACCEPTED, Optional.of(keys), username);
    }

    /** The backend knows no such user. */
    public static KeyResult unknown() {
        return new KeyResult(CredentialResult.Kind.UNKNOWN, Optional.empty(), "no such user");
    }

    /** The backend knows the user and has no keys for the mechanism: to a client, the same as a wrong password. */
    public static KeyResult keyless() {
        return new KeyResult(CredentialResult.Kind.REFUSED, Optional.empty(), CredentialResult.keyless().reason());
    }

    public static KeyResult disabled() {
        return new KeyResult(CredentialResult.Kind.DISABLED, Optional.empty(), "account disabled");
    }

    /** Nobody had any, for that reason. */
    public static KeyResult none(CredentialResult result) {
        return new KeyResult(result.kind(), Optional.empty(), result.reason(), result.evidence(), Optional.empty());
    }

    /** The same answer without the keys. */
    public CredentialResult asCredentialResult() {
        switch (kind) {
            case ACCEPTED:
                return CredentialResult.accepted(detail);
            case UNAVAILABLE:
                return CredentialResult.unavailable(detail, evidence);
            case DISABLED:
                return CredentialResult.disabled();
            case REFUSED:
                return CredentialResult.keyless();
            default:
                return CredentialResult.unknown();
        }
    }

    /** What it means for a client whose proof these keys do not bear out, or that has none. */
    public CredentialResult refusal() {
        CredentialResult refusal = keys.isPresent() ? CredentialResult.refused() : asCredentialResult();
        return backend.map(refusal::by).orElse(refusal);
    }

    /** @param reason for the operator's log alone, never with a secret in it */
    public static KeyResult unavailable(String reason) {
        return new KeyResult(CredentialResult.Kind.UNAVAILABLE, Optional.empty(), reason);
    }

    /** {@link CredentialResult.Kind#ACCEPTED} where there are keys. */
    public CredentialResult.Kind kind() {
        return kind;
    }

    public Optional<ScramKeys> keys() {
        return keys;
    }

    /** The user's name as the backend has it where there are keys; the reason where there are none. */
    public String detail() {
        return detail;
    }

    /** For logs and mails: the backend that decided, once a {@link BackendChain} has put it there. */
    public Optional<String> backend() {
        return backend;
    }

    @Override
    public String toString() {
        return kind + " (" + detail + ")";
    }
}
