package org.smtpguard.it.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;

/** The schemas of {@code docs/schemas/}, by their names: {@code backends} is {@code backends.schema.json}. */
public final class JsonSchemas {
    /** What others refer to; no answer is of it. */
    public static final String DEFINITIONS = "definitions";

    private static final Path DIRECTORY = Path.of("docs", "schemas");
    private static final String SUFFIX = ".schema.json";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V201909);

    private JsonSchemas() {
    }

    /** All of them, with that of the definitions. */
    public static List<String> names() {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString().replace(SUFFIX, "")).sorted().collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The schema itself. */
    public static JsonNode read(String name) {
        try {
            return JSON.readTree(file(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the schema says against the answer; empty if the answer is valid. */
    public static List<String> findings(String name, JsonNode answer) {
        return FACTORY.getSchema(file(name).toUri()).validate(answer).stream().map(ValidationMessage::getMessage)
            .collect(Collectors.toList());
    }

    private static Path file(String name) {
        return DIRECTORY.resolve(name + SUFFIX).toAbsolutePath();
    }
}
