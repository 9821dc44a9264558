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
 * Puts in the place of {@code ${env:NAME}} what the environment has by that name, and in the place of {@code ${file:/path}} what
 * stands in that file, in UTF-8 and without the end of its last line. What comes in is taken as it is and not looked through for
 * more. {@code $${} stands for {@code ${}.
 */
final class Placeholders {
    private static final Pattern PLACEHOLDER = Pattern.compile("(\\$?)\\$\\{(\\w*):([^}]*)\\}");

    private final Function<String, Optional<String>> environment;

    /** @param environment the value of a variable, if it is set */
    Placeholders(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /**
     * The text with all of them filled in.
     *
     * @throws IllegalArgumentException saying which one cannot be, and the mend, with nothing of what it stands for
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
                throw new IllegalArgumentException(placeholder + ", which is not known; write ${env:NAME} or ${file:/an/absolute/path},"
                    + " or $" + placeholder + " for the text itself");
        }
    }

    private static String content(String placeholder, String name) {
        try {
            Path file = Path.of(name);
            if (!file.isAbsolute()) {
                throw new IllegalArgumentException(placeholder + ", which is no absolute path; begin it with a /");
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
