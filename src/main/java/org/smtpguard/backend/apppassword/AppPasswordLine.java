package org.smtpguard.backend.apppassword;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswordUse;

/** A line of the file of app passwords: a JSON object, for an app password or for the salt of a user. */
final class AppPasswordLine {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KEY_OCTETS = 32;

    private AppPasswordLine() {
    }

    static String of(StoredAppPassword stored) {
        AppPassword info = stored.info();
        ObjectNode line = JSON.createObjectNode();
        line.put("id", info.id()).put("user", info.user()).put("label", info.label()).put("sha256", stored.hash());
        stored.keys().ifPresent(keys -> line.put("storedKey", base64(keys.storedKey())).put("serverKey", base64(keys.serverKey())));
        line.put("created", info.created().toString()).put("createdBy", info.createdBy());
        info.expires().ifPresent(end -> line.put("expires", end.toString()));
        texts(line, "networks", info.networks());
        texts(line, "senders", info.senders());
        info.lastUse().ifPresent(use -> {
            line.put("lastUsed", use.time().toString()).put("lastMechanism", use.mechanism());
            use.address().ifPresent(address -> line.put("lastAddress", address));
        });
        info.revoked().ifPresent(when -> line.put("revoked", when.toString()));
        info.revokedBy().ifPresent(by -> line.put("revokedBy", by));
        return line.toString();
    }

    static String of(String user, UserSalt salt) {
        return JSON.createObjectNode().put("user", user).put("scramSalt", base64(salt.salt())).put("iterations", salt.iterations())
            .toString();
    }

    private static void texts(ObjectNode line, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode array = line.putArray(name);
            texts.forEach(array::add);
        }
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if it is not one; the message quotes nothing
     */
    static Line read(String line) {
        try {
            JsonNode node = JSON.readTree(line);
            if (!node.isObject()) {
                throw new IllegalArgumentException("it is not a JSON object");
            }
            return node.has("scramSalt") ? new Line(text(node, "user"), salt(node)) : new Line(stored(node));
        } catch (JsonProcessingException | DateTimeException e) {
            // Its message quotes the line.
            throw new IllegalArgumentException("it is not a JSON object with valid values");
        }
    }

    private static StoredAppPassword stored(JsonNode node) {
        String hash = text(node, "sha256");
        if (!hash.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("sha256 is not a SHA-256 in hexadecimal digits");
        }
        AppPassword made = AppPassword.of(text(node, "id"), AppPasswordRequest.of(text(node, "user"), text(node, "label"),
            text(node, "createdBy")).expiring(optional(node, "expires").map(Instant::parse)).from(texts(node, "networks"))
            .sendingAs(texts(node, "senders")), Instant.parse(text(node, "created")));
        AppPassword used = optional(node, "lastUsed").map(time -> made.lastUsed(new AppPasswordUse(Instant.parse(time),
            optional(node, "lastAddress"), optional(node, "lastMechanism").orElse("")))).orElse(made);
        AppPassword whole = optional(node, "revoked").map(time -> used.revoked(Instant.parse(time),
            optional(node, "revokedBy").orElse(""))).orElse(used);
        return new StoredAppPassword(whole, hash, optional(node, "storedKey").map(key ->
            new StoredAppPassword.ProofKeys(key(key), key(text(node, "serverKey")))));
    }

    private static byte[] key(String text) {
        byte[] key = Base64.getDecoder().decode(text);
        if (key.length != KEY_OCTETS) {
            throw new IllegalArgumentException("a SCRAM key has not " + KEY_OCTETS + " octets");
        }
        return key;
    }

    private static UserSalt salt(JsonNode node) {
        int iterations = node.path("iterations").asInt();
        if (iterations < 1) {
            throw new IllegalArgumentException("iterations is not a number above zero");
        }
        return new UserSalt(Base64.getDecoder().decode(text(node, "scramSalt")), iterations);
    }

    private static String text(JsonNode node, String name) {
        return optional(node, name).orElseThrow(() -> new IllegalArgumentException("it has no text " + name));
    }

    private static Optional<String> optional(JsonNode node, String name) {
        return Optional.ofNullable(node.get(name)).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }

    private static List<String> texts(JsonNode node, String name) {
        List<String> texts = new ArrayList<>();
        node.path(name).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** An app password, or the salt of a user. */
    static final class Line {
        final Optional<StoredAppPassword> appPassword;
        final Optional<UserSalt> salt;
        final String user;

        private Line(StoredAppPassword appPassword) {
            this.appPassword = Optional.of(appPassword);
            this.salt = Optional.empty();
            this.user = appPassword.info().user();
        }

        private Line(String user, UserSalt salt) {
            this.appPassword = Optional.empty();
            this.salt = Optional.of(salt);
            this.user = user;
        }
    }
}
