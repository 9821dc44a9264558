package org.smtpguard.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.smtpguard.MarkdownPage;

/** Holds what {@code docs/stability.md} says of the command line to what it does. */
class CommandLinePageTest {
    private static final MarkdownPage PAGE = MarkdownPage.of("docs/stability.md").section("Command line");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void theCommandsAreThoseThatTheHelpNames() {
        assertThat(PAGE.table("command")).extracting(row -> row.get(0).replace("`", "")).filteredOn(command -> !command.equals("any"))
            .containsExactlyInAnyOrderElementsOf(found("Main ([a-z-]+)"));
    }

    @Test
    void theOptionsAreThoseThatTheHelpNames() {
        Set<String> listed = new TreeSet<>();
        PAGE.table("command").forEach(row -> listed.addAll(MarkdownPage.code(row.get(1))));

        assertThat(listed).isEqualTo(found("(--[a-z]+)"));
    }

    @Test
    void theExitCodesAreThoseThatThereAre() {
        List<String> seen = List.of(run("", "--help"), run("secret", "hash"), run("", "hash"), run("", "hash", "secret"), run(""),
            run("", "check"), run("", "unheard-of"));

        assertThat(seen).containsExactly("0", "0", "1", "2", "2", "2", "2");
        assertThat(PAGE.table("exit code")).extracting(row -> row.get(0)).containsExactlyInAnyOrderElementsOf(new TreeSet<>(seen))
            .containsExactlyInAnyOrder(String.valueOf(Main.DONE), String.valueOf(Main.FAILED), String.valueOf(Main.USAGE));
    }

    private Set<String> found(String pattern) {
        run("", "--help");
        return Pattern.compile(pattern).matcher(out.toString(UTF_8)).results().map(result -> result.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private String run(String input, String... arguments) {
        return String.valueOf(Main.run(List.of(arguments), Terminal.pipe(new ByteArrayInputStream(input.getBytes(UTF_8))),
            new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)));
    }
}
