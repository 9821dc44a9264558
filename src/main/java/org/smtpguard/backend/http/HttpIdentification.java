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

/** How James authenticates itself to the web service: a bearer token, Basic authentication, a signature, or not at all. */
interface HttpIdentification {
    /** The elements that this class reads. */
    String TOKEN = "bearerToken";
    String USER = "user";
    String PASSWORD = "password";
    String KEY = "hmacKey";

    String SIGNATURE = "X-SmtpGuard-Signature";

    /** Adds the header to a request with the given body. */
    void addTo(HttpRequest request, byte[] body);

    /**
     * @throws org.smtpguard.credential.InvalidConfigurationException if there is more than one, one is incomplete, or a value
     *     is not allowed in a header
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
            throw settings.fault("has more than one of <bearerToken>, <user> with <password>, and <hmacKey>; keep one");
        }
        return given.isEmpty() ? (request, body) -> { } : given.get(0);
    }

    private static HttpIdentification bearer(BackendSettings settings, String token) {
        if (!token.matches("[!-~]+")) {
            throw settings.fault("has a <bearerToken> that is not allowed in a header; it may contain visible ASCII"
                + " characters only, without spaces");
        }
        return (request, body) -> request.setHeader("Authorization", "Bearer " + token);
    }

    private static HttpIdentification basic(BackendSettings settings, String user, String password) {
        if (user.indexOf(':') >= 0) {
            throw settings.fault("has a <user> with a colon in it, which ends the name in HTTP (RFC 7617); use another user");
        }
        String base64 = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
        return (request, body) -> request.setHeader("Authorization", "Basic " + base64);
    }

    /**
     * HMAC-SHA256 over the time in seconds, a dot and the body. An attacker who has seen a request can neither forge another
     * nor replay it later.
     */
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
            throw new IllegalStateException("Every Java platform supports HmacSHA256", e);
        }
    }
}
