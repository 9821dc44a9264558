package org.smtpguard.bruteforce;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * One thing that changes the counts, as it is told to other servers and remembered over a restart. Immutable. Holds no secret: users are
 * keyed hashes and sealed names ({@link LoginKeys}).
 */
final class LoginEvent {
    enum Kind {
        /** A backend said no. */
        FAILED,
        /** A user logged in. */
        SUCCEEDED,
        /** An operator blocked a network or a user. */
        BLOCKED,
        /** An operator lifted blocks. */
        LIFTED
    }

    private static final String NONE = "-";
    private static final int FIELDS = 9;
    private static final int HEX = 16;

    final Kind kind;
    /** In milliseconds since 1970. */
    final long time;
    /** {@link LoginKeys#id}. */
    final String secretId;
    final Optional<Network> network;
    final Optional<Long> userKey;
    final Optional<String> sealedUser;
    /** Of a failure: its fingerprint. Of a block: its end, in milliseconds since 1970. */
    final long value;
    /** Of a block: its reason. */
    final Optional<String> text;

    LoginEvent(Kind kind, long time, String secretId, Optional<Network> network, Optional<Long> userKey, Optional<String> sealedUser,
               long value, Optional<String> text) {
        this.kind = kind;
        this.time = time;
        this.secretId = secretId;
        this.network = network;
        this.userKey = userKey;
        this.sealedUser = sealedUser;
        this.value = value;
        this.text = text;
    }

    String encode() {
        return String.join(" ", Long.toString(time), "1", kind.name(), secretId, network.map(Network::toString).orElse(NONE),
            userKey.map(Long::toHexString).orElse(NONE), sealedUser.orElse(NONE), Long.toString(value),
            text.map(words -> Base64.getUrlEncoder().withoutPadding().encodeToString(words.getBytes(StandardCharsets.UTF_8))).orElse(NONE));
    }

    /** @return empty if the line is damaged, or of a later version */
    static Optional<LoginEvent> decode(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length != FIELDS || !fields[1].equals("1")) {
            return Optional.empty();
        }
        try {
            Optional<Network> network = field(fields[4]).map(text -> Network.parse(text).orElseThrow(IllegalArgumentException::new));
            return Optional.of(new LoginEvent(Kind.valueOf(fields[2]), Long.parseLong(fields[0]), fields[3], network,
                field(fields[5]).map(key -> Long.parseUnsignedLong(key, HEX)), field(fields[6]), Long.parseLong(fields[7]),
                field(fields[8]).map(text -> new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8))))
                .filter(LoginEvent::isWhole);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> field(String text) {
        return Optional.of(text).filter(field -> !field.equals(NONE));
    }

    private boolean isWhole() {
        boolean namesBoth = network.isPresent() && userKey.isPresent();
        return (kind == Kind.FAILED || kind == Kind.SUCCEEDED) ? namesBoth : network.isPresent() || userKey.isPresent();
    }
}
