package org.smtpguard.james.check;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.configuration2.PropertiesConfiguration;
import org.apache.commons.configuration2.convert.DefaultListDelimiterHandler;
import org.apache.commons.configuration2.ex.ConfigurationException;

/** A file of properties, read as James reads it: values are separated by commas, and a key may occur several times. Immutable. */
final class PropertiesFile {
    private final Path path;
    private final PropertiesConfiguration properties;
    private final List<String> lines;

    private PropertiesFile(Path path, PropertiesConfiguration properties, List<String> lines) {
        this.path = path;
        this.properties = properties;
        this.lines = lines;
    }

    /** A file that is missing is empty. */
    static PropertiesFile read(Path path) throws IOException {
        PropertiesConfiguration properties = new PropertiesConfiguration();
        properties.setListDelimiterHandler(new DefaultListDelimiterHandler(','));
        if (!Files.exists(path)) {
            return new PropertiesFile(path, properties, List.of());
        }
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
            properties.read(reader);
        } catch (ConfigurationException e) {
            throw new IOException(e);
        }
        return new PropertiesFile(path, properties, Files.readAllLines(path, StandardCharsets.ISO_8859_1));
    }

    String file() {
        return path.toString();
    }

    List<String> values(String key) {
        return Stream.of(properties.getStringArray(key)).map(String::trim).filter(value -> !value.isEmpty()).collect(Collectors.toList());
    }

    /** The line with that value of the key, or the first line with the key. */
    Optional<Integer> line(String key, String value) {
        Pattern begin = Pattern.compile("\\s*" + Pattern.quote(key) + "\\s*[=: ].*");
        Optional<Integer> first = Optional.empty();
        for (int i = 0; i < lines.size(); i++) {
            if (begin.matcher(lines.get(i)).matches()) {
                if (lines.get(i).contains(value)) {
                    return Optional.of(i + 1);
                }
                first = first.isPresent() ? first : Optional.of(i + 1);
            }
        }
        return first;
    }
}
