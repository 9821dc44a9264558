package org.smtpguard.sasl;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.ServerFirstMessage;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.KeyCandidate;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RequestFuture;
import org.smtpguard.credential.ScramKeys;
import org.smtpguard.sasl.ScramMessages.ClientFinal;
import org.smtpguard.sasl.ScramMessages.ClientFirst;

/**
 * SCRAM (RFC 5802, RFC 7677), with and without the channel binding {@code tls-server-end-point} (RFC 5929 §4): the client does not send its
 * password, and the server proves that it has the keys.
 *
 * <p>Unknown users and users without keys get a challenge from {@link ScramDecoys}, and the proof is refused like that of a wrong password.
 * If no user has keys, the mechanism is not offered.
 */
public final class ScramSaslMechanism implements SaslMechanism {
    /** Looks up keys. Cancelling the future abandons the request. */
    public interface Keys {
        CompletableFuture<KeyResult> lookup(String username, String scheme, Origin origin);

        /** The shapes of the users' keys; returns immediately. */
        default KeyCensus census(String scheme) {
            return KeyCensus.uncounted();
        }

        /** The part of a name that identifies a user. */
        default String identity(String username) {
            return username;
        }
    }

    private static final int NONCE_LENGTH = 24;
    private static final String BINDING = "p=tls-server-end-point";

    private final ScramMechanism mechanism;
    private final String scheme;
    private final Keys keys;
    private final LoginLimit limit;
    private final Identities identities;
    private final boolean bindingOffered;
    private final Supplier<String> nonces;
    private final ScramDecoys decoys;

    private ScramSaslMechanism(ScramMechanism mechanism, boolean bindingOffered, Keys keys, LoginLimit limit, Identities identities,
                               ScramDecoys decoys, Supplier<String> nonces) {
        this.mechanism = mechanism;
        this.bindingOffered = bindingOffered;
        this.scheme = mechanism.getName().replace("-PLUS", "");
        this.keys = keys;
        this.limit = limit;
        this.identities = identities;
        this.nonces = nonces;
        this.decoys = decoys;
    }

    /**
     * @param name the registered name, such as {@code SCRAM-SHA-256-PLUS}
     * @param bindingOffered whether the port also offers the {@code -PLUS} variant, on connections that support it
     * @param secret the secret for the salts of unknown users
     */
    public static ScramSaslMechanism of(String name, boolean bindingOffered, Keys keys, Identities identities, InstallationSecret secret) {
        SecureRandom random = new SecureRandom();
        return of(name, bindingOffered, keys, identities, secret, () -> ScramFunctions.nonce(NONCE_LENGTH, random));
    }

    /** For tests that replay exchanges with known nonces. */
    static ScramSaslMechanism of(String name, boolean bindingOffered, Keys keys, Identities identities, InstallationSecret secret,
                    Supplier<String> nonces) {
        ScramMechanism mechanism = ScramMechanism.byName(name);
        return new ScramSaslMechanism(mechanism, bindingOffered, keys, LoginLimit.NONE, identities,
            new ScramDecoys(mechanism, name.replace("-PLUS", ""), secret), nonces);
    }

    /** The same, whose log-ins are limited. */
    public ScramSaslMechanism limitedBy(LoginLimit other) {
        return new ScramSaslMechanism(mechanism, bindingOffered, keys, other, identities, decoys, nonces);
    }

    @Override
    public String name() {
        return mechanism.getName();
    }

    @Override
    public boolean canSucceed(Peer peer) {
        return (!mechanism.isPlus() || peer.serverEndPoint().isPresent()) && !keys.census(scheme).isEmpty();
    }

    @Override
    public SaslExchange start(Peer peer) {
        return new ScramExchange(peer);
    }

    private final class ScramExchange implements SaslExchange {
        private final Peer peer;
        private Optional<ClientFirst> clientFirst = Optional.empty();
        private Optional<ServerFirstMessage> serverFirst = Optional.empty();
        private Optional<KeyResult> found = Optional.empty();
        private Optional<SaslStep> verdict = Optional.empty();
        /** The keys of the user or of a decoy, from the challenge to the proof. */
        private ScramKeys used;
        private String username = "";

        private ScramExchange(Peer peer) {
            this.peer = peer;
        }

        @Override
        public CompletionStage<SaslStep> begin(Optional<byte[]> initialResponse) {
            return initialResponse.map(this::respond).orElseGet(() -> SaslStep.challenge(new byte[0]).now());
        }

        @Override
        public CompletionStage<SaslStep> respond(byte[] response) {
            if (verdict.isPresent()) {
                // The client confirms the server's proof with an empty response (RFC 4954 §4).
                return (response.length == 0 ? verdict.get() : SaslStep.malformed()).now();
            }
            Optional<String> message = Utf8.decode(response);
            if (message.isEmpty()) {
                return SaslStep.malformed().now();
            }
            return clientFirst.isEmpty() ? first(message.get()) : last(message.get());
        }

        private CompletionStage<SaslStep> first(String message) {
            Optional<ClientFirst> client = ClientFirst.parse(message);
            if (client.isEmpty()) {
                return SaslStep.malformed().now();
            }
            Optional<String> flaw = bindingFlaw(client.get());
            if (flaw.isPresent()) {
                return SaslStep.malformed(flaw.get()).now();
            }
            clientFirst = client;
            Optional<String> user = identities.normalise(clientFirst.get().username());
            username = user.orElse("");
            Optional<CredentialResult> refusal = limit.refusal(Optional.of(username), peer.origin(name()));
            if (refusal.isPresent()) {
                return SaslStep.refused(username, refusal.get()).now();
            }
            CompletableFuture<KeyResult> lookup = user.map(name -> keys.lookup(name, scheme, peer.origin(name())))
                .orElseGet(() -> CompletableFuture.completedFuture(KeyResult.unknown()));
            return RequestFuture.of(lookup.thenApply(this::challenge), lookup);
        }

        /** The error in the client's channel binding, without quoting the client. */
        private Optional<String> bindingFlaw(ClientFirst client) {
            String binding = client.binding();
            if (mechanism.isPlus()) {
                return binding.equals(BINDING) ? Optional.empty()
                    : Optional.of(name() + " requires the channel binding tls-server-end-point");
            }
            switch (binding) {
                case "n":
                    return Optional.empty();
                case "y":
                    // The client supports channel binding, but was told that the server does not: a downgrade attack (RFC 5802 §6).
                    return bindingOffered && peer.serverEndPoint().isPresent()
                        ? Optional.of("the client assumes that this server offers no channel binding, but it offers " + name()
                            + "-PLUS: the list of mechanisms may have been modified in transit")
                        : Optional.empty();
                default:
                    return Optional.of(binding.startsWith("p=") ? name() + " has no channel binding"
                        : "the message begins with neither n, y nor p=");
            }
        }

        private SaslStep challenge(KeyResult result) {
            if (result.kind() == CredentialResult.Kind.UNAVAILABLE) {
                return SaslStep.refused(username, result.refusal());
            }
            found = Optional.of(result);
            used = result.keys().orElseGet(() -> decoys.keysOf(identity(), keys));
            ServerFirstMessage server = new ServerFirstMessage(clientFirst.orElseThrow().nonce(),
                nonces.get(), Base64.getEncoder().encodeToString(used.salt()), used.iterations());
            serverFirst = Optional.of(server);
            return SaslStep.challenge(server.toString().getBytes(StandardCharsets.UTF_8));
        }

        /** For an invalid user name, the name as sent. */
        private String identity() {
            return username.isEmpty() ? clientFirst.orElseThrow().username() : keys.identity(username);
        }

        private CompletionStage<SaslStep> last(String message) {
            Optional<ClientFinal> clientFinal = ClientFinal.parse(message);
            if (clientFinal.isEmpty()) {
                return SaslStep.malformed().now();
            }
            ClientFinal client = clientFinal.get();
            String authMessage = clientFirst.orElseThrow().bare() + "," + serverFirst.orElseThrow() + "," + client.withoutProof();
            boolean sound = MessageDigest.isEqual(client.binding(), expectedBinding())
                && MessageDigest.isEqual(client.nonce().getBytes(StandardCharsets.US_ASCII),
                    serverFirst.orElseThrow().getNonce().getBytes(StandardCharsets.US_ASCII));
            KeyResult result = found.orElseThrow();
            Optional<KeyCandidate> proven = proven(result, client.proof(), authMessage).filter(any -> sound);
            proven.ifPresent(candidate -> used = candidate.keys());
            // A password that is refused nevertheless, such as a revoked one, is known by its keys.
            CompletableFuture<CredentialResult> counted = limit.attempt(username, peer.origin(name()),
                proven.map(candidate -> candidate.keys().storedKey()),
                () -> CompletableFuture.completedFuture(proven.map(candidate -> verdict(result, candidate)).orElseGet(result::refusal)));
            return counted.thenCompose(end -> end.isAccepted() ? accepted(end, authMessage) : SaslStep.refused(username, end).now());
        }

        /** The keys that the client has. For a user without keys, the proof for the decoy costs as much and is worth nothing. */
        private Optional<KeyCandidate> proven(KeyResult keysOfUser, byte[] proof, String authMessage) {
            List<KeyCandidate> candidates = keysOfUser.candidates().isEmpty()
                ? List.of(new KeyCandidate(used, keysOfUser::refusal)) : keysOfUser.candidates();
            return candidates.stream().filter(candidate -> proof.length == candidate.keys().storedKey().length
                && ScramFunctions.verifyClientProof(mechanism, proof, candidate.keys().storedKey(), authMessage)).findFirst()
                .filter(any -> !keysOfUser.candidates().isEmpty());
        }

        private CredentialResult verdict(KeyResult keysOfUser, KeyCandidate candidate) {
            CredentialResult result = candidate.verdict();
            return keysOfUser.backend().map(result::by).orElse(result);
        }

        private CompletionStage<SaslStep> accepted(CredentialResult result, String authMessage) {
            Optional<String> authorization = clientFirst.orElseThrow().authorization();
            return identities.settle(peer.origin(name()), authorization, username, result).thenApply(step -> {
                if (step.type() != SaslStep.Type.SUCCESS) {
                    return step;
                }
                verdict = Optional.of(step);
                byte[] signature = ScramFunctions.serverSignature(mechanism, used.serverKey(), authMessage);
                return SaslStep.challenge(("v=" + Base64.getEncoder().encodeToString(signature)).getBytes(StandardCharsets.US_ASCII));
            });
        }

        /** The expected value of {@code c=}: the header of the first message, and the channel binding data. */
        private byte[] expectedBinding() {
            byte[] data = mechanism.isPlus() ? peer.serverEndPoint().orElseThrow() : new byte[0];
            byte[] header = clientFirst.orElseThrow().header().getBytes(StandardCharsets.UTF_8);
            byte[] whole = Arrays.copyOf(header, header.length + data.length);
            System.arraycopy(data, 0, whole, header.length, data.length);
            return whole;
        }
    }
}
