package org.smtpguard.it.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a client says and computes in one exchange of SCRAM (RFC 5802, RFC 7677), written from the RFC; and what it may get
 * wrong there.
 */
public final class ScramClient {
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final int ITERATIONS = 4096;
    private static final byte[] NO_CHANNEL = new byte[0];

    private final String hash;
    private final String password;
    private final String header;
    private final String bare;
    private final byte[] channel;
    private String serverSignature = "";

    private ScramClient(String hash, String password, String header, String bare, byte[] channel) {
        this.hash = hash;
        this.password = password;
        this.header = header;
        this.bare = bare;
        this.channel = channel;
    }

    /**
     * A client that does not bind.
     *
     * @param mechanism the registered name, {@code SCRAM-SHA-256-PLUS}
     * @param user as it stands in the message: with {@code =2C} and {@code =3D}
     */
    public static ScramClient of(String mechanism, String user, String password) {
        String hash = mechanism.replace("SCRAM-SHA-", "").replace("-PLUS", "");
        return new ScramClient(hash, password, "n,,", "n=" + user + ",r=" + NONCE, NO_CHANNEL);
    }

    /** The line of a file of users that holds the keys of a password, as {@code doveadm pw -s SCRAM-SHA-256} writes it. */
    public static String keys(String mechanism, String password) {
        ScramClient client = of(mechanism, "", password);
        byte[] salt = "sixteen octets!!".getBytes(StandardCharsets.US_ASCII);
        byte[] salted = client.salted(salt, ITERATIONS);
        return "{SCRAM-SHA-" + client.hash + "}" + ITERATIONS + "," + base64(salt) + ","
            + base64(client.digest(client.hmac(salted, "Client Key"))) + "," + base64(client.hmac(salted, "Server Key"));
    }

    /** With another gs2-header: {@code "y,,"}. */
    public ScramClient withHeader(String gs2Header) {
        return new ScramClient(hash, password, gs2Header, bare, channel);
    }

    /** With something else behind the header. */
    public ScramClient withBare(UnaryOperator<String> edit) {
        return new ScramClient(hash, password, header, edit.apply(bare), channel);
    }

    /** Bound to the channel by the server's certificate (RFC 5929 §4). */
    public ScramClient boundTo(byte[] tlsServerEndPoint) {
        return new ScramClient(hash, password, "p=tls-server-end-point,,", bare, tlsServerEndPoint.clone());
    }

    /** The first message. */
    public String first() {
        return header + bare;
    }

    /** The last message, in answer to the challenge that came in a 334. */
    public String last(Reply reply) {
        return last(reply, UnaryOperator.identity());
    }

    /** The last message with a proof of what the edit makes of it, so that the proof itself is right. */
    public String last(Reply reply, UnaryOperator<String> edit) {
        String challenge = challenge(reply);
        String[] parts = challenge.split(",");
        byte[] salted = salted(Base64.getDecoder().decode(parts[1].substring(2)), Integer.parseInt(parts[2].substring(2)));
        String withoutProof = edit.apply("c=" + base64(binding()) + "," + parts[0]);
        String authMessage = bare + "," + challenge + "," + withoutProof;
        byte[] clientKey = hmac(salted, "Client Key");
        byte[] proof = hmac(digest(clientKey), authMessage);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        serverSignature = base64(hmac(hmac(salted, "Server Key"), authMessage));
        return withoutProof + ",p=" + base64(proof);
    }

    /** What the server has to answer to the last message. */
    public String serverProof() {
        return "v=" + serverSignature;
    }

    /** What stands in a 334, decoded. */
    public static String challenge(Reply reply) {
        return new String(Base64.getDecoder().decode(reply.lines().get(0).substring("334 ".length())), StandardCharsets.UTF_8);
    }

    private byte[] binding() {
        byte[] gs2 = header.getBytes(StandardCharsets.UTF_8);
        byte[] whole = new byte[gs2.length + channel.length];
        System.arraycopy(gs2, 0, whole, 0, gs2.length);
        System.arraycopy(channel, 0, whole, gs2.length, channel.length);
        return whole;
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private byte[] salted(byte[] salt, int iterations) {
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA" + hash)
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, Integer.parseInt(hash))).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] digest(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-" + hash).digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA" + hash);
            mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
