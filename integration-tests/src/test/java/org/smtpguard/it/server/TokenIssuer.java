package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** An OpenID Connect provider as far as a mail server sees one: publishes its key, and confirms tokens that it has signed. */
public final class TokenIssuer implements AutoCloseable {
    /** James 3.10 insists on one. */
    private static final String AUDIENCE = "james";
    private static final String KEY_ID = "of-the-test";

    private final HttpServer http;
    private final KeyPair keys;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile int status = 200;

    private TokenIssuer(HttpServer http, KeyPair keys) {
        this.http = http;
        this.keys = keys;
    }

    public static TokenIssuer start() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            TokenIssuer issuer = new TokenIssuer(http, generator.generateKeyPair());
            http.createContext("/jwks", exchange -> answer(exchange, 200, issuer.jwks()));
            http.createContext("/introspect", issuer::introspect);
            http.start();
            return issuer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The {@code <oidc>} element that makes James take this provider's tokens. */
    public String oidcElement() {
        String base = "http://127.0.0.1:" + http.getAddress().getPort();
        return "<oidc><oidcConfigurationURL>" + base + "/.well-known/openid-configuration</oidcConfigurationURL><jwksURL>" + base
            + "/jwks</jwksURL><claim>email</claim><scope>openid email</scope><aud>" + AUDIENCE + "</aud><introspection><url>" + base
            + "/introspect</url></introspection></oidc>";
    }

    /** A token for that user, good for as long, or as long ago. */
    public String token(String email, Duration validity) {
        return sign(",\"kid\":\"" + KEY_ID + "\"", "{\"email\":\"" + email + "\",\"aud\":\"" + AUDIENCE + "\",\"exp\":"
            + Instant.now().plus(validity).getEpochSecond() + "}");
    }

    /** A token for WebAdmin. */
    public String webAdminToken(boolean isAdmin) {
        return sign("", "{\"sub\":\"operator\",\"admin\":" + isAdmin + ",\"exp\":"
            + Instant.now().plus(Duration.ofHours(1)).getEpochSecond() + "}");
    }

    /** The key by which its tokens are known, in PEM. */
    public String publicKey() {
        return "-----BEGIN PUBLIC KEY-----\n" + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    }

    /** The key that it signs with, in PEM. */
    public String privateKey() {
        return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    }

    /** @param key what the header says of the key: WebAdmin of James 3.9 refuses a token that names one which it does not know */
    private String sign(String key, String claims) {
        String unsigned = base64Url("{\"alg\":\"RS256\",\"typ\":\"JWT\"" + key + "}") + "." + base64Url(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
            return unsigned + "." + base64Url(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From now on nobody gets an answer about a token; until the returned lever is pulled. */
    public Runnable hold() {
        CountDownLatch latch = new CountDownLatch(1);
        gate = latch;
        return latch::countDown;
    }

    /** From now on questions about a token are answered with that status of HTTP. */
    public void answerWith(int httpStatus) {
        status = httpStatus;
    }

    private void introspect(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
        String claims = form.replaceFirst(".*token=", "").split("[.]", 3)[1];
        String email = new String(Base64.getUrlDecoder().decode(claims), StandardCharsets.UTF_8)
            .replaceFirst(".*\"email\":\"([^\"]*)\".*", "$1");
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        answer(exchange, status, "{\"active\":true,\"aud\":\"" + AUDIENCE + "\",\"email\":\"" + email + "\"}");
    }

    private String jwks() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"" + KEY_ID
            + "\",\"n\":\"" + unsigned(key.getModulus()) + "\",\"e\":\"" + unsigned(key.getPublicExponent()) + "\"}]}";
    }

    private static String unsigned(BigInteger number) {
        byte[] octets = number.toByteArray();
        int sign = octets[0] == 0 ? 1 : 0;
        byte[] bare = new byte[octets.length - sign];
        System.arraycopy(octets, sign, bare, 0, bare.length);
        return base64Url(bare);
    }

    private static String base64Url(String text) {
        return base64Url(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64Url(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        gate.countDown();
        http.stop(0);
    }
}
