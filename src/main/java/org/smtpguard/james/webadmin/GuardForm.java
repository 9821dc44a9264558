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

/** The fields of a POST: an object of JSON from a program, or a form from a page. What is wrong with them is said without their values. */
public final class GuardForm {
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String JSON_TYPE = "application/json";
    /** What decoders put in the place of octets that are no UTF-8. */
    private static final String UNDECODABLE = "\ufffd";
    private static final int OCTET_LIMIT = 64 * 1024;

    private final Map<String, JsonNode> fields;

    private GuardForm(Map<String, JsonNode> fields) {
        this.fields = fields;
    }

    /** @param known all fields there can be */
    public static GuardForm of(Request request, Set<String> known) {
        if (request.queryString() != null) {
            // An address is written down by whoever sees it.
            throw new BadRequestException(400, "The fields of a POST belong into its body, not into the address.");
        }
        Map<String, JsonNode> fields = fields(request);
        fields.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(unknown -> {
            throw new BadRequestException(400, "There is a field too many; known are " + String.join(", ", known) + ".");
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
                    // James has read it for its log, and Spark keeps only bodies whose length was told.
                    throw new BadRequestException(411, "The body came in chunks (Transfer-Encoding). Send it whole, with a Content-Length"
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
            // What curl and urllib say of a body where nobody tells them what it is; a plus in a password would be a space by now.
            throw new BadRequestException(400, "The body looks like JSON, and came as a form; send it with Content-Type:"
                + " application/json.");
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        for (String name : request.queryParams()) {
            String[] values = request.queryParamsValues(name);
            if (values.length > 1) {
                throw new BadRequestException(400, "A field is there twice.");
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
                throw new BadRequestException(400, "The body is no JSON object.");
            }
            object.fields().forEachRemaining(field -> fields.put(field.getKey(), field.getValue()));
        } catch (IOException e) {
            // Its message repeats what it could not read, which may be a password.
            throw new BadRequestException(400, "The body is no JSON object.");
        }
        return fields;
    }

    /** A text that has to be there. */
    public String required(String name) {
        return text(name).orElseThrow(() -> new BadRequestException(400, "The field " + name + " is missing."));
    }

    /** A text; the empty one is none. */
    public Optional<String> text(String name) {
        return field(name).map(value -> text(name, value)).filter(value -> !value.isEmpty());
    }

    private static String text(String name, JsonNode value) {
        if (!value.isTextual()) {
            throw new BadRequestException(400, "The field " + name + " has to be text.");
        }
        if (value.asText().contains(UNDECODABLE)) {
            throw new BadRequestException(400, "The field " + name + " is no UTF-8.");
        }
        return value.asText();
    }

    /** Whether it is there and true. */
    public boolean flag(String name) {
        return field(name).map(value -> {
            if (!value.isBoolean() && !value.asText().equals("true") && !value.asText().equals("false")) {
                throw new BadRequestException(400, "The field " + name + " has to be true or false.");
            }
            return value.asBoolean();
        }).orElse(false);
    }

    /** A list of texts, or one text of several lines; each not longer than so many characters. */
    public List<String> lines(String name, int most, int longest) {
        List<String> lines = new ArrayList<>();
        JsonNode value = field(name).orElseThrow(() -> new BadRequestException(400, "The field " + name + " is missing."));
        if (value.isArray()) {
            value.forEach(line -> lines.add(text(name, line)));
        } else if (value.isTextual()) {
            value.asText().lines().filter(line -> !line.isBlank()).forEach(lines::add);
        } else {
            throw new BadRequestException(400, "The field " + name + " has to be a list of texts.");
        }
        if (lines.size() > most || lines.stream().anyMatch(line -> line.length() > longest || line.lines().count() > 1)) {
            throw new BadRequestException(400, "The field " + name + " has to be a list of at most " + most
                + " texts, each a line of at most "
                + longest + " characters.");
        }
        return lines;
    }

    private Optional<JsonNode> field(String name) {
        return Optional.ofNullable(fields.get(name)).filter(value -> !value.isNull());
    }
}
