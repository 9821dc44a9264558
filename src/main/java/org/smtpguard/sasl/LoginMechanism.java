package org.smtpguard.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;

/**
 * LOGIN: two prompts, for user name and password. Not a standard (draft-murchison-sasl-login), but many clients support nothing else. An
 * initial response is the user name.
 */
public final class LoginMechanism implements SaslMechanism {
    private static final byte[] USERNAME = "Username:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PASSWORD = "Password:".getBytes(StandardCharsets.US_ASCII);

    private final PasswordVerification claims;

    public LoginMechanism(PasswordVerification claims) {
        this.claims = claims;
    }

    @Override
    public String name() {
        return "LOGIN";
    }

    @Override
    public SaslExchange start(Peer peer) {
        return new LoginExchange(claims, peer.origin(name()));
    }

    private static final class LoginExchange implements SaslExchange {
        private final PasswordVerification claims;
        private final Origin origin;
        private Optional<String> username = Optional.empty();

        private LoginExchange(PasswordVerification claims, Origin origin) {
            this.claims = claims;
            this.origin = origin;
        }

        @Override
        public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
            return initialResponse.map(this::respond).orElseGet(() -> SaslStep.challenge(USERNAME).now());
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            if (username.isPresent()) {
                return claims.check(origin, Optional.empty(), username.get(), Secret.of(response));
            }
            Optional<String> name = Utf8.decode(response);
            if (name.isEmpty() || name.get().isEmpty() || name.get().indexOf('\0') >= 0) {
                return SaslStep.malformed(name.map(text -> text.isEmpty() ? "the user name is empty" : "a NUL in the user name")
                    .orElse("the user name is not UTF-8")).now();
            }
            username = name;
            return SaslStep.challenge(PASSWORD).now();
        }
    }
}
