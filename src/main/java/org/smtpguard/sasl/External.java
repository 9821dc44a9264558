package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;

/**
 * EXTERNAL (RFC 4422 appendix A): the client is who its TLS certificate says. Its message is the authorization identity, or
 * nothing. The certificate was checked by the TLS handshake; what is left is whether the identity is its own.
 */
public final class External implements Mechanism {
    private static final byte[] NOTHING = new byte[0];

    private final Claims.Normaliser normaliser;

    public External(Claims.Normaliser normaliser) {
        this.normaliser = normaliser;
    }

    @Override
    public String name() {
        return "EXTERNAL";
    }

    @Override
    public boolean canSucceed(Peer peer) {
        return peer.certifiedName().isPresent();
    }

    @Override
    public Exchange start(Peer peer) {
        return new Exchange() {
            @Override
            public CompletionStage<Step> begin(Optional<byte[]> initialResponse) {
                return initialResponse.map(this::respond).orElseGet(() -> Step.challenge(NOTHING).now());
            }

            @Override
            public CompletionStage<Step> respond(byte[] response) {
                return check(peer, response).now();
            }
        };
    }

    private Step check(Peer peer, byte[] response) {
        Optional<String> authorization = Utf8.decode(response);
        if (authorization.filter(name -> name.indexOf('\0') < 0).isEmpty()) {
            return Step.malformed();
        }
        Optional<String> user = peer.certifiedName().flatMap(normaliser::normalise);
        if (user.isEmpty()) {
            return Step.refused("", CredentialResult.refused());
        }
        CredentialResult accepted = CredentialResult.accepted(user.get()).by("client certificate");
        boolean own = response.length == 0 || normaliser.normalise(authorization.get()).filter(user.get()::equals).isPresent();
        return own ? Step.success(user.get(), accepted) : Step.identityRefused(user.get(), accepted);
    }
}
