package org.smtpguard.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The message of OAUTHBEARER (RFC 7628 §3.1): {@code n,a=user,^Ahost=...^Aport=...^Aauth=Bearer token^A^A}, and the one of XOAUTH2:
 * {@code user=user^Aauth=Bearer token^A^A}. Either form is accepted for both mechanisms, as in James, which also accepts
 * {@code n,user=...}. Contains a token: only the user may be logged. Immutable.
 */
public final class BearerMessage {
    private static final String SEPARATOR = "\1";
    private static final String USER = "user=";
    private static final String AUTHORIZATION = "auth=";
    private static final String SCHEME = "Bearer ";
    private static final String IDENTITY = "a=";
    /** gs2-cb-flag (RFC 5801 §4) without channel binding: the client does not support it, or believes that the server does not. */
    private static final List<String> NO_BINDING = List.of("n,", "y,");
    private static final int PADDING = 3;

    private final Optional<String> user;
    private final String token;

    private BearerMessage(Optional<String> user, String token) {
        this.user = user;
        this.token = token;
    }

    /** Parses a message; empty if it has neither form. */
    public static Optional<BearerMessage> parse(byte[] message) {
        Optional<String> decoded = Utf8.decode(message);
        if (decoded.isEmpty()) {
            return Optional.empty();
        }
        String text = decoded.get();
        Optional<String> user = Optional.empty();
        if (NO_BINDING.stream().anyMatch(text::startsWith)) {
            int end = text.indexOf(SEPARATOR);
            String identity = text.substring(2, Math.max(end, 2));
            if (identity.startsWith(IDENTITY) && identity.endsWith(",")) {
                user = unescape(identity.substring(IDENTITY.length(), identity.length() - 1));
                if (user.isEmpty()) {
                    return Optional.empty();
                }
                text = text.substring(end + 1);
            } else {
                text = identity.equals(",") ? text.substring(end + 1) : text.substring(2);
            }
        }
        List<String> pairs = Arrays.stream(text.split(SEPARATOR)).collect(Collectors.toList());
        List<String> users = values(pairs, USER);
        List<String> tokens = values(pairs, AUTHORIZATION);
        if (tokens.size() != 1 || users.size() > 1 || (users.size() == 1 && user.isPresent())
            || !tokens.get(0).regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        String token = tokens.get(0).substring(SCHEME.length()).trim();
        Optional<String> name = user.or(() -> users.stream().findFirst()).filter(given -> !given.isEmpty());
        return token.isEmpty() ? Optional.empty() : Optional.of(new BearerMessage(name, token));
    }

    private static List<String> values(List<String> pairs, String key) {
        return pairs.stream().filter(pair -> pair.startsWith(key)).map(pair -> pair.substring(key.length())).collect(Collectors.toList());
    }

    /** Decodes a saslname (RFC 5801 §4): {@code =2C} is a comma and {@code =3D} an equals sign; other escapes are invalid. */
    private static Optional<String> unescape(String name) {
        StringBuilder unescaped = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '=') {
                String code = name.substring(i, Math.min(i + PADDING, name.length()));
                if (!code.equals("=2C") && !code.equals("=3D")) {
                    return Optional.empty();
                }
                unescaped.append(code.equals("=2C") ? ',' : '=');
                i += 2;
            } else if (c == ',') {
                return Optional.empty();
            } else {
                unescaped.append(c);
            }
        }
        return unescaped.length() == 0 ? Optional.empty() : Optional.of(unescaped.toString());
    }

    /** The requested identity; empty if the token determines it. */
    public Optional<String> user() {
        return user;
    }

    /** The claims of the token, not verified: only for requesting their verification. */
    public Optional<String> unverifiedClaims() {
        String[] parts = token.split("[.]");
        try {
            return parts.length == 3 ? Utf8.decode(Base64.getUrlDecoder().decode(parts[1])) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The message in the form that James reads, for this user. */
    public byte[] forJames(String name) {
        return ("n," + USER + name + SEPARATOR + AUTHORIZATION + SCHEME + token + SEPARATOR + SEPARATOR).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "bearer token of " + user.orElse("its owner");
    }
}
