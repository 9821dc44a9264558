package org.smtpguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

/** Holds {@code docs/development/dependencies.md} to the libraries that the jar says it has. */
class DependenciesPageTest {
    private static final Path LISTED = Path.of("src/main/resources/META-INF/THIRD-PARTY.txt");
    private static final Path PAGE = Path.of("docs/development/dependencies.md");
    /** An artifact and its version, and something about what is known of it. */
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([\\w.-]+:[\\w.-]+)` \\| (\\S+) \\|.*\\| \\S.* \\|$");
    /** Before the rows: a sentence, an empty line, the names of the columns. */
    private static final int HEADING = 3;

    @Test
    void eachLibraryInTheJarIsOnThePageWithItsVersion() throws IOException {
        List<String> shaded = Files.readString(LISTED, StandardCharsets.UTF_8).lines().skip(HEADING)
            .map(line -> line.split("\\s+")).map(columns -> columns[0] + " " + columns[1]).collect(Collectors.toList());
        List<String> onPage = ROW.matcher(Files.readString(PAGE, StandardCharsets.UTF_8)).results()
            .map(row -> row.group(1) + " " + row.group(2)).collect(Collectors.toList());

        assertThat(onPage).containsExactlyElementsOf(shaded);
    }
}
