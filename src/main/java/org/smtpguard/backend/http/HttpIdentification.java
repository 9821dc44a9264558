package org.smtpguard.backend.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.apache.hc.core5.http.HttpRequest;
import org.smtpguard.credential.BackendSettings;

/** By what the server knows that it is James who asks: a bearer token, a user name and a password, a signature, or nothing. */
interface HttpIdentification {
    /** The elements that this class reads. */
    String TOKEN = "bearerToken";
    String USER = "user";
    String PASSWORD = "password";
    String KEY = "hmacKey";

    String SIGNATURE = "X-SmtpGuard-Signature";

    /** Adds the header to a request with that body. */
    void on(HttpRequest request, byte[] body);

    /**
     * @throws org.smtpguard.credential.InvalidConfigurationException if there is more than one, half of one, or one that no header can hold
     */
    static HttpIdentification of(BackendSettings settings) {
        Optional<String> token = settings.text(TOKEN);
        Optional<String> user = settings.text(USER);
        Optional<String> password = settings.text(PASSWORD);
        Optional<String> key = settings.text(KEY);
        if (user.isPresent() != password.isPresent()) {
            throw settings.fault("needs both <user> and <password>, or neither");
        }
        List<HttpIdentification> given = new ArrayList<>();
        token.ifPresent(text -> given.add(bearer(settings, text)));
        user.ifPresent(name -> given.add(basic(settings, name, password.orElseThrow())));
        key.ifPresent(text -> given.add(signed(text.getBytes(UTF_8), Clock.systemUTC())));
        if (given.size() > 1) {
            throw settings.fault("has more than one of <bearerToken>, <user> with <password>, and <hmacKey>; leave one");
        }
        return given.isEmpty() ? (request, body) -> { } : given.get(0);
    }

    private static HttpIdentification bearer(BackendSettings settings, String token) {
        if (!token.matches("[!-~]+")) {
            throw settings.fault("has a <bearerToken> with something in it that no header can hold; it is made of visible ASCII"
                + " characters, without a space");
        }
        return (request, body) -> request.setHeader("Authorization", "Bearer " + token);
    }

    private static HttpIdentification basic(BackendSettings settings, String user, String password) {
        if (user.indexOf(':') >= 0) {
            throw settings.fault("has a <user> with a colon in it, which HTTP takes for the end of the name (RFC 7617); take another user");
        }
        String base64 = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
        return (request, body) -> request.setHeader("Authorization", "Basic " + base64);
    }

    /** HMAC-SHA256 over the time in seconds, a dot and the body: who has seen a request cannot make another, nor send it again later. */
    static HttpIdentification signed(byte[] key, Clock clock) {
        SecretKeySpec secret = new SecretKeySpec(key, "HmacSHA256");
        return (request, body) -> {
            long now = clock.instant().getEpochSecond();
            request.setHeader(SIGNATURE, "t=" + now + ",sha256=" + hmac(secret, now, body));
        };
    }

    private static String hmac(SecretKeySpec key, long time, byte[] body) {
        try {
            Mac mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            mac.update((time + ".").getBytes(US_ASCII));
            byte[] sum = mac.doFinal(body);
            return String.format(Locale.ROOT, "%0" + 2 * sum.length + "x", new BigInteger(1, sum));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has HmacSHA256", e);
        }
    }
}
