package org.smtpguard.sasl;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;

/** PLAIN (RFC 4616): {@code [authzid] NUL authcid NUL passwd}, UTF-8, in one message. */
public final class Plain implements Mechanism {
    private static final byte[] NOTHING = new byte[0];

    private final Claims claims;

    public Plain(Claims claims) {
        this.claims = claims;
    }

    @Override
    public String name() {
        return "PLAIN";
    }

    @Override
    public Exchange start(Peer peer) {
        Origin origin = peer.origin(name());
        return new Exchange() {
            @Override
            public CompletionStage<Step> begin(Optional<byte[]> initialResponse) {
                return initialResponse.map(this::respond).orElseGet(() -> Step.challenge(NOTHING).now());
            }

            @Override
            public CompletionStage<Step> respond(byte[] response) {
                return check(origin, response);
            }
        };
    }

    private CompletionStage<Step> check(Origin origin, byte[] message) {
        int first = indexOfNul(message, 0);
        int second = first < 0 ? -1 : indexOfNul(message, first + 1);
        if (second < 0 || indexOfNul(message, second + 1) >= 0) {
            return Step.malformed().now();
        }
        Optional<String> authorization = text(message, 0, first).filter(name -> !name.isEmpty());
        Optional<String> authentication = text(message, first + 1, second).filter(name -> !name.isEmpty());
        if (authentication.isEmpty() || first > 0 && authorization.isEmpty()) {
            return Step.malformed().now();
        }
        byte[] password = Arrays.copyOfRange(message, second + 1, message.length);
        return claims.check(origin, authorization, authentication.get(), Secret.of(password));
    }

    private static int indexOfNul(byte[] message, int from) {
        for (int i = from; i < message.length; i++) {
            if (message[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<String> text(byte[] message, int from, int to) {
        return Utf8.decode(Arrays.copyOfRange(message, from, to));
    }
}
