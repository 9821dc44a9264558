package org.smtpguard.credential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${env:NAME}} by the environment variable and {@code ${file:/path}} by the content of the file, in UTF-8, without the
 * last line's end. Replaced text is not searched for further placeholders. With a second dollar sign before it, a
 * placeholder stands for its own text.
 */
final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("(\\$?)\\$\\{(\\w*):([^}]*)\\}");

    private final Function<String, Optional<String>> environment;

    /** @param environment the value of a variable, if it is set */
    Placeholders(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /**
     * Replaces all placeholders.
     *
     * @throws IllegalArgumentException if one cannot be replaced; the message names it and the fix, but not its value
     */
    String fill(String text) {
        Matcher matcher = PLACEHOLDER.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (matcher.find()) {
            String value = matcher.group(1).isEmpty() ? value(matcher.group(), matcher.group(2), matcher.group(3))
                : matcher.group().substring(1);
            matcher.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(filled).toString();
    }

    private String value(String placeholder, String kind, String name) {
        switch (kind) {
            case "env":
                return environment.apply(name).orElseThrow(() -> new IllegalArgumentException(placeholder
                    + ", a variable that is not set; set it in the environment of James"));
            case "file":
                return content(placeholder, name);
            default:
                throw new IllegalArgumentException(placeholder + ", which is unknown; write ${env:NAME} or ${file:/an/absolute/path},"
                    + " or $" + placeholder + " for the text itself");
        }
    }

    private static String content(String placeholder, String name) {
        try {
            Path file = Path.of(name);
            if (!file.isAbsolute()) {
                throw new IllegalArgumentException(placeholder + ", which is not an absolute path; begin it with a /");
            }
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(file))).toString();
            return text.endsWith("\r\n") ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(placeholder + ", a file that is not UTF-8; save it as UTF-8");
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(placeholder + ", a file that cannot be read (" + e.getClass().getSimpleName()
                + "); create it, and let the user that runs James read it");
        }
    }
}
