package org.smtpguard.james;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import spark.Request;

/** The fields of a POST: an object of JSON from a program, or a form from a page. What is wrong with them is said without their values. */
final class GuardForm {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int OCTET_LIMIT = 64 * 1024;

    private final Map<String, JsonNode> fields;

    private GuardForm(Map<String, JsonNode> fields) {
        this.fields = fields;
    }

    /** @param known all fields there can be */
    static GuardForm of(Request request, Set<String> known) {
        if (request.queryString() != null) {
            // An address is written down by whoever sees it.
            throw new BadRequest(400, "The fields of a POST belong into its body, not into the address.");
        }
        Map<String, JsonNode> fields = isForm(request) ? form(request) : json(request.body());
        fields.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(unknown -> {
            throw new BadRequest(400, "There is a field too many; known are " + String.join(", ", known) + ".");
        });
        return new GuardForm(fields);
    }

    private static boolean isForm(Request request) {
        return Optional.ofNullable(request.contentType()).filter(type -> type.toLowerCase(Locale.ROOT).startsWith(FORM)).isPresent();
    }

    private static Map<String, JsonNode> form(Request request) {
        if (request.queryParams().stream().anyMatch(name -> name.startsWith("{"))) {
            // What curl and urllib say of a body where nobody tells them what it is; a plus in a password would be a space by now.
            throw new BadRequest(400, "The body looks like JSON, and came as a form; send it with Content-Type: application/json.");
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        request.queryParams().forEach(name -> fields.put(name, JSON.getNodeFactory().textNode(request.queryParams(name))));
        return fields;
    }

    private static Map<String, JsonNode> json(String body) {
        if (body.length() > OCTET_LIMIT) {
            throw new BadRequest(400, "The body is longer than " + OCTET_LIMIT + " octets.");
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        try {
            JsonNode object = JSON.readTree(body);
            if (!object.isObject()) {
                throw new BadRequest(400, "The body is no JSON object.");
            }
            object.fields().forEachRemaining(field -> fields.put(field.getKey(), field.getValue()));
        } catch (JsonProcessingException e) {
            // Its message repeats what it could not read, which may be a password.
            throw new BadRequest(400, "The body is no JSON object.");
        }
        return fields;
    }

    /** A text that has to be there. */
    String required(String name) {
        return text(name).orElseThrow(() -> new BadRequest(400, "The field " + name + " is missing."));
    }

    /** A text; the empty one is none. */
    Optional<String> text(String name) {
        return field(name).map(value -> text(name, value)).filter(value -> !value.isEmpty());
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw new BadRequest(400, "The field " + name + " has to be text.");
        }
        return value.asText();
    }

    /** Whether it is there and true. */
    boolean flag(String name) {
        return field(name).map(value -> {
            if (!value.isBoolean() && !value.asText().equals("true") && !value.asText().equals("false")) {
                throw new BadRequest(400, "The field " + name + " has to be true or false.");
            }
            return value.asBoolean();
        }).orElse(false);
    }

    /** A list of texts, or one text of several lines; each not longer than so many characters. */
    List<String> lines(String name, int most, int longest) {
        List<String> lines = new ArrayList<>();
        JsonNode value = field(name).orElseThrow(() -> new BadRequest(400, "The field " + name + " is missing."));
        if (value.isArray()) {
            value.forEach(line -> lines.add(text(name, line)));
        } else if (value.isTextual()) {
            value.asText().lines().filter(line -> !line.isBlank()).forEach(lines::add);
        } else {
            throw new BadRequest(400, "The field " + name + " has to be a list of texts.");
        }
        if (lines.size() > most || lines.stream().anyMatch(line -> line.length() > longest || line.lines().count() > 1)) {
            throw new BadRequest(400, "The field " + name + " has to be a list of at most " + most + " texts, each a line of at most "
                + longest + " characters.");
        }
        return lines;
    }

    private Optional<JsonNode> field(String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
    }
}
