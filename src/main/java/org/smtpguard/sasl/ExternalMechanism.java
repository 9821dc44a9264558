package org.smtpguard.sasl;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.CredentialResult;

/**
 * EXTERNAL (RFC 4422 appendix A): the TLS client certificate identifies the user. The client's message is the authorization identity, or
 * empty. The TLS handshake has verified the certificate; the mechanism checks the authorization identity.
 */
public final class ExternalMechanism implements SaslMechanism {
    private static final byte[] EMPTY = new byte[0];

    private final Identities identities;

    public ExternalMechanism(Identities identities) {
        this.identities = identities;
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
    public SaslExchange start(Peer peer) {
        return new SaslExchange() {
            @Override
            public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
                return initialResponse.map(this::respond).orElseGet(() -> SaslStep.challenge(EMPTY).now());
            }

            @Override
            public CompletionStage<SaslStep> respond(byte[] response) {
                return check(peer, response);
            }
        };
    }

    private CompletionStage<SaslStep> check(Peer peer, byte[] response) {
        Optional<String> authorization = Utf8.decode(response);
        if (authorization.filter(name -> name.indexOf('\0') < 0).isEmpty()) {
            return SaslStep.malformed().now();
        }
        Optional<String> user = peer.certifiedName().flatMap(identities::normalise);
        if (user.isEmpty()) {
            return SaslStep.refused("", CredentialResult.refused()).now();
        }
        CredentialResult accepted = CredentialResult.accepted(user.get()).by("client certificate");
        return identities.settle(peer.origin(name()), authorization.filter(name -> !name.isEmpty()), user.get(), accepted);
    }
}
