package org.smtpguard.backend.dovecot;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Dovecot's reply to a request: a verdict with its parameters, or a challenge. Immutable. */
final class DovecotReply {
    private static final char REPLACEMENT = '\uFFFD';

    private final boolean accepted;
    private final Map<String, String> parameters;
    private final Optional<byte[]> challenge;
    private final Function<byte[], CompletableFuture<DovecotReply>> next;

    private DovecotReply(boolean accepted, Map<String, String> parameters, Optional<byte[]> challenge,
                         Function<byte[], CompletableFuture<DovecotReply>> next) {
        this.accepted = accepted;
        this.parameters = parameters;
        this.challenge = challenge;
        this.next = next;
    }

    static DovecotReply verdict(boolean accepted, Map<String, String> parameters) {
        return new DovecotReply(accepted, parameters, Optional.empty(),
            response -> CompletableFuture.failedFuture(new IllegalStateException("The exchange is over")));
    }

    /** @param next sends the client's response to Dovecot */
    static DovecotReply challenge(byte[] challenge, Function<byte[], CompletableFuture<DovecotReply>> next) {
        return new DovecotReply(false, Map.of(), Optional.of(challenge.clone()), next);
    }

    /** For the client; empty if this is a verdict. */
    Optional<byte[]> challenge() {
        return challenge.map(byte[]::clone);
    }

    /** Dovecot's next reply, after the client's response to the challenge. */
    CompletableFuture<DovecotReply> respond(byte[] response) {
        return next.apply(response);
    }

    boolean isAccepted() {
        return accepted;
    }

    boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    /** Whether this is Dovecot's reason for a failure: given as {@code code=} since version 2.3, as a parameter of its own before. */
    boolean isBecauseOf(String code, String word) {
        return code.equals(parameters.get("code")) || has(word);
    }

    /** The user, if Dovecot names one and the name is UTF-8. */
    Optional<String> user() {
        return Optional.ofNullable(parameters.get("user")).filter(name -> !name.isEmpty() && name.indexOf(REPLACEMENT) < 0);
    }
}
