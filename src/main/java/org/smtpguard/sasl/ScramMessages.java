package org.smtpguard.sasl;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The client's messages in SCRAM (RFC 5802 §7). The library's parser is not used: it does not unescape names, accepts invalid escapes, and
 * ignores {@code m=}, which must make an exchange fail.
 */
final class ScramMessages {
    /** Reserved for mandatory extensions (RFC 5802 §5.1), of which none exists. */
    private static final char MANDATORY_EXTENSION = 'm';

    private ScramMessages() {
    }

    /** {@code gs2-header username "," nonce ["," extensions]}. */
    static final class ClientFirst {
        private static final int FIXED = 4;

        private final String header;
        private final String bare;
        private final Optional<String> authorization;
        private final String username;
        private final String nonce;

        private ClientFirst(String header, String bare, Optional<String> authorization, String username, String nonce) {
            this.header = header;
            this.bare = bare;
            this.authorization = authorization;
            this.username = username;
            this.nonce = nonce;
        }

        /** Parses a message; empty if it is malformed. */
        static Optional<ClientFirst> parse(String message) {
            String[] parts = message.split(",", -1);
            if (parts.length < FIXED || !areExtensions(parts, FIXED, parts.length)) {
                return Optional.empty();
            }
            Optional<String> username = value('n', parts[2]).flatMap(ScramMessages::name);
            Optional<String> nonce = value('r', parts[3]).filter(ScramMessages::isPrintable);
            Optional<String> authorization = value('a', parts[1]).flatMap(ScramMessages::name);
            if (username.isEmpty() || nonce.isEmpty() || (authorization.isEmpty() && !parts[1].isEmpty())) {
                return Optional.empty();
            }
            int end = parts[0].length() + parts[1].length() + 2;
            String header = message.substring(0, end);
            return Optional.of(new ClientFirst(header, message.substring(end), authorization, username.get(), nonce.get()));
        }

        /** The gs2-header: channel binding and authorization identity, up to and including the second comma. */
        String header() {
            return header;
        }

        /** The channel binding: {@code n}, {@code y}, or {@code p=} and a name. */
        String binding() {
            return header.substring(0, header.indexOf(','));
        }

        /** The message without the header. */
        String bare() {
            return bare;
        }

        /** The requested authorization identity; empty for none. */
        Optional<String> authorization() {
            return authorization;
        }

        String username() {
            return username;
        }

        String nonce() {
            return nonce;
        }
    }

    /** {@code channel-binding "," nonce ["," extensions] "," proof}. */
    static final class ClientFinal {
        private static final int FIXED = 3;

        private final byte[] binding;
        private final String nonce;
        private final byte[] proof;
        private final String withoutProof;

        private ClientFinal(byte[] binding, String nonce, byte[] proof, String withoutProof) {
            this.binding = binding;
            this.nonce = nonce;
            this.proof = proof;
            this.withoutProof = withoutProof;
        }

        /** Parses a message; empty if it is malformed. */
        static Optional<ClientFinal> parse(String message) {
            String[] parts = message.split(",", -1);
            int last = parts.length - 1;
            if (parts.length < FIXED || !areExtensions(parts, FIXED - 1, last)) {
                return Optional.empty();
            }
            Optional<byte[]> binding = octets('c', parts[0]);
            Optional<String> nonce = value('r', parts[1]).filter(ScramMessages::isPrintable);
            Optional<byte[]> proof = octets('p', parts[last]);
            if (binding.isEmpty() || nonce.isEmpty() || proof.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new ClientFinal(binding.get(), nonce.get(), proof.get(), message.substring(0, message.lastIndexOf(','))));
        }

        byte[] binding() {
            return binding.clone();
        }

        String nonce() {
            return nonce;
        }

        byte[] proof() {
            return proof.clone();
        }

        /** The message without the proof, which the proof covers. */
        String withoutProof() {
            return withoutProof;
        }
    }

    private static Optional<String> value(char attribute, String part) {
        return Optional.of(part).filter(text -> text.length() > 2 && text.charAt(0) == attribute && text.charAt(1) == '=')
            .map(text -> text.substring(2));
    }

    private static Optional<byte[]> octets(char attribute, String part) {
        return value(attribute, part).flatMap(Base64Text::decode);
    }

    private static boolean areExtensions(String[] parts, int from, int to) {
        Predicate<String> extension = part -> part.length() > 2 && part.charAt(1) == '=' && part.indexOf('\0') < 0
            && isLetter(part.charAt(0)) && part.charAt(0) != MANDATORY_EXTENSION;
        return Arrays.stream(parts, from, to).allMatch(extension);
    }

    private static boolean isLetter(char character) {
        return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(character -> character > ' ' && character < 0x7f);
    }

    /** Unescapes a name; empty if {@code =} is not followed by {@code 2C} or {@code 3D} (RFC 5802 §5.1). */
    private static Optional<String> name(String escaped) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char character = escaped.charAt(i);
            if (Character.isISOControl(character)) {
                return Optional.empty();
            }
            if (character != '=') {
                name.append(character);
            } else if (escaped.startsWith("2C", i + 1) || escaped.startsWith("3D", i + 1)) {
                name.append(escaped.charAt(i + 1) == '2' ? ',' : '=');
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(name.toString());
    }
}
