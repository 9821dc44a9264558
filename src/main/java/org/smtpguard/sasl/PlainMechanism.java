package org.smtpguard.sasl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;

/** PLAIN (RFC 4616): {@code [authzid] NUL authcid NUL passwd}, UTF-8, in one message. */
public final class PlainMechanism implements SaslMechanism {
    private static final byte[] EMPTY = new byte[0];

    private final PasswordVerification claims;

    public PlainMechanism(PasswordVerification claims) {
        this.claims = claims;
    }

    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public SaslExchange start(Peer peer) {
        Origin origin = peer.origin(name());
        return new SaslExchange() {
            @Override
            public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
                return initialResponse.map(this::respond).orElseGet(() -> SaslStep.challenge(EMPTY).now());
            }

            @Override
            public CompletionStage<SaslStep> respond(byte[] response) {
                return check(origin, response);
            }
        };
    }

    private CompletionStage<SaslStep> check(Origin origin, byte[] message) {
        int first = indexOfNul(message, 0);
        int second = first < 0 ? -1 : indexOfNul(message, first + 1);
        int third = second < 0 ? -1 : indexOfNul(message, second + 1);
        if (second < 0) {
            return malformed(origin, message, missingNul(message.length, first));
        }
        if (third >= 0) {
            return malformed(origin, message, isNul(message, third) ? "a NUL after the password" : "more than two NULs");
        }
        byte[] authentication = Arrays.copyOfRange(message, first + 1, second);
        if (authentication.length == 0) {
            return malformed(origin, message, "the user name between the two NULs is empty");
        }
        if (first > 0 && second == message.length - 1) {
            // Probably user NUL password NUL, not an identity without a password: the text between the NULs must not be logged as a name.
            return malformed(origin, message, "the password after the second NUL is empty");
        }
        return check(origin, Arrays.copyOfRange(message, 0, first), authentication,
            Arrays.copyOfRange(message, second + 1, message.length));
    }

    private static String missingNul(int length, int nul) {
        if (nul < 0) {
            return "no NUL: the message is NUL user NUL password";
        }
        return nul == 0 || nul == length - 1 ? "only one NUL: the password is missing"
            : "only one NUL: the one before the user name, or the password, is missing";
    }

    private CompletionStage<SaslStep> check(Origin origin, byte[] authorization, byte[] authentication, byte[] password) {
        Optional<String> user = Utf8.decode(authentication);
        Optional<String> other = Utf8.decode(authorization);
        if (user.isEmpty() || other.isEmpty()) {
            return SaslStep.malformed(user.isEmpty() ? "the user name is not UTF-8" : "the authorization identity is not UTF-8").now();
        }
        return claims.check(origin, other.filter(name -> !name.isEmpty()), user.get(), Secret.of(password));
    }

    /** James splits at NULs and ignores empty parts: two parts are user and password, three begin with an authorization identity. */
    private CompletionStage<SaslStep> malformed(Origin origin, byte[] message, String flaw) {
        List<byte[]> parts = parts(message);
        if (parts.size() == 2) {
            return SaslStep.malformed(flaw, () -> check(origin, EMPTY, parts.get(0), parts.get(1))).now();
        }
        return (parts.size() == 3 ? SaslStep.malformed(flaw, () -> check(origin, parts.get(0), parts.get(1), parts.get(2)))
            : SaslStep.malformed(flaw)).now();
    }

    private static List<byte[]> parts(byte[] message) {
        List<byte[]> parts = new ArrayList<>();
        for (int from = 0; from < message.length; from++) {
            int nul = indexOfNul(message, from);
            int to = nul < 0 ? message.length : nul;
            if (to > from) {
                parts.add(Arrays.copyOfRange(message, from, to));
            }
            from = to;
        }
        return parts;
    }

    /** Whether only NULs follow. */
    private static boolean isNul(byte[] message, int from) {
        int end = message.length;
        while (end > from && message[end - 1] == 0) {
            end--;
        }
        return end == from;
    }

    private static int indexOfNul(byte[] message, int from) {
        for (int i = from; i < message.length; i++) {
            if (message[i] == 0) {
                return i;
            }
        }
        return -1;
    }
}
