package org.smtpguard.credential;

import java.security.MessageDigest;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The result of looking up a user's SCRAM keys. Immutable. */
public final class KeyResult {
    private final CredentialResult.Kind kind;
    private final List<KeyCandidate> candidates;
    private final String detail;
    private final CredentialResult.Evidence evidence;
    private final Optional<String> backend;

    private KeyResult(CredentialResult.Kind kind, List<KeyCandidate> candidates, String detail) {
        this(kind, candidates, detail, CredentialResult.Evidence.SERVICE_FAILED, Optional.empty());
    }

    private KeyResult(CredentialResult.Kind kind, List<KeyCandidate> candidates, String detail, CredentialResult.Evidence evidence,
                      Optional<String> backend) {
        this.kind = kind;
        this.candidates = List.copyOf(candidates);
        this.detail = Objects.requireNonNull(detail, "detail");
        this.evidence = evidence;
        this.backend = backend;
    }

    /** The same result with the name of the backend. */
    KeyResult by(Optional<String> name) {
        return new KeyResult(kind, candidates, detail, evidence, name);
    }

    /** @param username the user's name according to the backend */
    public static KeyResult found(String username, ScramKeys keys) {
        return found(username, List.of(new KeyCandidate(keys, () -> CredentialResult.accepted(username))));
    }

    /**
     * The user has several passwords. The server names one salt and one iteration count before it sees the proof, so the keys of all
     * must have been made with the same.
     *
     * @param username the user's name according to the backend
     * @throws IllegalArgumentException if there are no candidates, or their salts or iteration counts differ
     */
    public static KeyResult found(String username, List<KeyCandidate> candidates) {
        boolean alike = candidates.stream().map(KeyCandidate::keys).allMatch(keys -> isLike(keys, candidates.get(0).keys()));
        if (candidates.isEmpty() || !alike) {
            throw new IllegalArgumentException("Not keys with one salt");
        }
        return new KeyResult(CredentialResult.Kind.ACCEPTED, candidates, username);
    }

    private static boolean isLike(ScramKeys keys, ScramKeys others) {
        return keys.iterations() == others.iterations() && MessageDigest.isEqual(keys.salt(), others.salt());
    }

    /** The user does not exist in this backend. */
    public static KeyResult unknown() {
        return new KeyResult(CredentialResult.Kind.UNKNOWN, List.of(), "no such user");
    }

    /** The user exists, but has no keys for the mechanism. To the client, the same as a wrong password. */
    public static KeyResult keyless() {
        return new KeyResult(CredentialResult.Kind.REFUSED, List.of(), CredentialResult.keyless().reason());
    }

    public static KeyResult disabled() {
        return new KeyResult(CredentialResult.Kind.DISABLED, List.of(), "account disabled");
    }

    /** No backend has keys, for this reason. */
    public static KeyResult none(CredentialResult result) {
        return new KeyResult(result.kind(), List.of(), result.reason(), result.evidence(), Optional.empty());
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
        CredentialResult refusal = !candidates.isEmpty() ? CredentialResult.refused() : asCredentialResult();
        return backend.map(refusal::by).orElse(refusal);
    }

    /** @param reason for the operator's log only, never containing a secret */
    public static KeyResult unavailable(String reason) {
        return new KeyResult(CredentialResult.Kind.UNAVAILABLE, List.of(), reason);
    }

    /** {@link CredentialResult.Kind#ACCEPTED} if there are keys. */
    public CredentialResult.Kind kind() {
        return kind;
    }

    public Optional<ScramKeys> keys() {
        return candidates.stream().findFirst().map(KeyCandidate::keys);
    }

    /** The keys of each of the user's passwords; empty if there are none. */
    public List<KeyCandidate> candidates() {
        return candidates;
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
