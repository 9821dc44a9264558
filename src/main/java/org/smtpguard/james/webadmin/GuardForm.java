package org.smtpguard.james.webadmin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import spark.Request;

/** The fields of a POST, sent as a JSON object or as a form. Error messages do not contain their values. */
public final class GuardForm {
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON_TYPE = "application/json";
    /** What decoders substitute for octets that are not UTF-8. */
    private static final String UNDECODABLE = "\ufffd";
    private static final int OCTET_LIMIT = 64 * 1024;

    private final Map<String, JsonNode> fields;

    private GuardForm(Map<String, JsonNode> fields) {
        this.fields = fields;
    }

    /** @param known the names of all valid fields */
    public static GuardForm of(Request request, Set<String> known) {
        if (request.queryString() != null) {
            // URLs are logged by proxies and browsers.
            throw new BadRequestException(400, "The fields of a POST belong in its body, not in the URL.");
        }
        Map<String, JsonNode> fields = fields(request);
        fields.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(unknown -> {
            throw new BadRequestException(400, "There is an unknown field; known are " + String.join(", ", known) + ".");
        });
        return new GuardForm(fields);
    }

    private static Map<String, JsonNode> fields(Request request) {
        String type = Optional.ofNullable(request.contentType()).orElse(JSON_TYPE).split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        switch (type) {
            case FORM:
                return form(request);
            case JSON_TYPE:
                if (request.headers("Transfer-Encoding") != null) {
                    // James has read the body for its log, and Spark keeps only bodies with a known length.
                    throw new BadRequestException(411, "The body is chunked (Transfer-Encoding). Send it with a Content-Length"
                        + " of at"
                        + " most " + OCTET_LIMIT + ".");
                }
                return json(request.bodyAsBytes());
            default:
                throw new BadRequestException(415, "Send the fields as " + JSON_TYPE + " or " + FORM + ".");
        }
    }

    private static Map<String, JsonNode> form(Request request) {
        if (request.queryParams().stream().anyMatch(name -> name.startsWith("{"))) {
            // The default type of curl and urllib; decoding it as a form would turn a plus in a password into a space.
            throw new BadRequestException(400, "The body looks like JSON, but was sent as a form; send it with Content-Type:"
                + " application/json.");
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        for (String name : request.queryParams()) {
            String[] values = request.queryParamsValues(name);
            if (values.length > 1) {
                throw new BadRequestException(400, "A field occurs twice.");
            }
            if (values[0].length() > OCTET_LIMIT) {
                throw tooLong();
            }
            fields.put(name, JSON.getNodeFactory().textNode(values[0]));
        }
        return fields;
    }

    private static BadRequestException tooLong() {
        return new BadRequestException(413, "The body is longer than " + OCTET_LIMIT + " octets.");
    }

    private static Map<String, JsonNode> json(byte[] body) {
        if (body.length > OCTET_LIMIT) {
            throw tooLong();
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        try {
            JsonNode object = JSON.readTree(body);
            if (!object.isObject()) {
                throw new BadRequestException(400, "The body is not a JSON object.");
            }
            object.fields().forEachRemaining(field -> fields.put(field.getKey(), field.getValue()));
        } catch (IOException e) {
            // The exception's message quotes the input, which may be a password.
            throw new BadRequestException(400, "The body is not a JSON object.");
        }
        return fields;
    }

    /** A required text. */
    public String required(String name) {
        return text(name).orElseThrow(() -> new BadRequestException(400, "The field " + name + " is missing."));
    }

    /** A text; an empty text is treated as absent. */
    public Optional<String> text(String name) {
        return field(name).map(value -> text(name, value)).filter(value -> !value.isEmpty());
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw new BadRequestException(400, "The field " + name + " has to be text.");
        }
        if (value.asText().contains(UNDECODABLE)) {
            throw new BadRequestException(400, "The field " + name + " is not UTF-8.");
        }
        return value.asText();
    }

    /** Whether the field is present, empty or not. */
    public boolean has(String name) {
        return field(name).isPresent();
    }

    /** Whether the field is present and true. */
    public boolean flag(String name) {
        return field(name).map(value -> {
            if (!value.isBoolean() && !value.asText().equals("true") && !value.asText().equals("false")) {
                throw new BadRequestException(400, "The field " + name + " has to be true or false.");
            }
            return value.asBoolean();
        }).orElse(false);
    }

    /** A list of texts, or one text of several lines, with at most {@code max} lines of at most {@code maxLength} characters. */
    public List<String> lines(String name, int max, int maxLength) {
        List<String> lines = new ArrayList<>();
        JsonNode value = field(name).orElseThrow(() -> new BadRequestException(400, "The field " + name + " is missing."));
        if (value.isArray()) {
            value.forEach(line -> lines.add(text(name, line)));
        } else if (value.isTextual()) {
            value.asText().lines().filter(line -> !line.isBlank()).forEach(lines::add);
        } else {
            throw new BadRequestException(400, "The field " + name + " has to be a list of texts.");
        }
        if (lines.size() > max || lines.stream().anyMatch(line -> line.length() > maxLength || line.lines().count() > 1)) {
            throw new BadRequestException(400, "The field " + name + " has to be a list of at most " + max
                + " texts, each a line of at most "
                + maxLength + " characters.");
        }
        return lines;
    }

    private Optional<JsonNode> field(String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
    }
}
