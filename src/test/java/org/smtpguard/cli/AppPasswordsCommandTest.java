package org.smtpguard.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppPasswordsCommandTest {
    private static final String SECRET = "sgap(-[0-9a-hjkmnp-tv-z]{4}){7}";
    private static final String BACKEND = "<backend class='AppPasswordBackend' name='apps'><file>file://conf/app-passwords</file></backend>"
        + "<backend class='LdapBackend' name='corp'><url>ldap://192.0.2.1</url></backend>";

    @TempDir
    Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void james() throws IOException {
        configure(BACKEND);
    }

    private void configure(String backends) throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/smtpserver.xml"), "<smtpservers><smtpserver enabled='true'><bind>127.0.0.1:0</bind>"
            + "<handlerchain><handler class='org.smtpguard.james.Authentication'>" + backends + "</handler></handlerchain></smtpserver>"
            + "</smtpservers>");
    }

    @Test
    void makesListsAndRevokes() throws Exception {
        assertThat(run("init")).isEqualTo(Main.DONE);
        assertThat(out.toString(UTF_8)).isEqualTo("created the file " + home.resolve("conf/app-passwords") + System.lineSeparator());

        assertThat(run("add", "Alice@example.org", "--label", "Office scanner", "--expires", "2199-01-31", "--network", "192.0.2.0/24",
            "--sender", "scans@example.org")).isEqualTo(Main.DONE);
        String secret = out.toString(UTF_8).strip();
        assertThat(secret).matches(SECRET);
        String id = err.toString(UTF_8).replaceFirst("(?s)^App password (\\S+) \\(Office scanner\\) of alice@example.org\\..*", "$1");
        assertThat(Files.readString(home.resolve("conf/app-passwords"))).contains(id).doesNotContain(secret.substring(5));

        assertThat(run("list", "alice@example.org")).isEqualTo(Main.DONE);
        assertThat(out.toString(UTF_8)).hasLineCount(1).contains(id, "usable", "Office scanner", "expires 2199-02-01T00:00:00Z",
            "never used", "sends as scans@example.org", "from 192.0.2.0/24").doesNotContainPattern(SECRET);

        assertThat(run("revoke", "alice@example.org", id)).isEqualTo(Main.DONE);
        assertThat(out.toString(UTF_8)).isEqualTo("revoked " + id + " (Office scanner)" + System.lineSeparator());
        assertThat(run("list", "alice@example.org")).isEqualTo(Main.DONE);
        assertThat(out.toString(UTF_8)).contains("revoked");
    }

    @Test
    void whatCannotBeDoneIsNamed() throws Exception {
        assertThat(run("add", "alice@example.org", "--label", "Phone")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).contains("guard app-passwords init");

        run("init");
        assertThat(run("add", "alice@example.org", "--label", "Phone", "--network", "everywhere")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).startsWith("Each network has to be ");
        assertThat(run("revoke", "alice@example.org", "3f8k2m9x")).isEqualTo(Main.FAILED);
        assertThat(run("revoke", "alice@example.org", "--all")).isEqualTo(Main.FAILED);
        assertThat(run("list", "alice@example.org", "--backend", "corp")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).contains("apps");
    }

    @Test
    void withoutABackendForItThereIsNothingToDo() throws Exception {
        configure("<backend class='LdapBackend' name='corp'><url>ldap://192.0.2.1</url></backend>");
        assertThat(run("list", "alice@example.org")).isEqualTo(Main.FAILED);
        assertThat(err.toString(UTF_8)).contains("has no AppPasswordBackend");
    }

    @Test
    void wrongArgumentsAreNotRepeated() {
        for (List<String> arguments : List.of(List.<String>of(), List.of("unheard-of"), List.of("add", "alice@example.org"),
            List.of("add", "--label", "Phone"), List.of("add", "alice@example.org", "--label"), List.of("revoke", "alice@example.org"),
            List.of("add", "alice@example.org", "--label", "x", "--expires", "soon"), List.of("list", "a", "b"),
            List.of("list", "alice@example.org", "--unheard-of", "x"))) {
            assertThat(run(arguments.toArray(new String[0]))).as("%s", arguments).isEqualTo(Main.USAGE);
            assertThat(err.toString(UTF_8)).doesNotContain("unheard-of");
        }
        assertThat(Main.run(List.of("app-passwords", "list", "alice", "--config", home.resolve("none").toString()),
            Terminal.pipe(new ByteArrayInputStream(new byte[0])), new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8)))
            .isEqualTo(Main.USAGE);
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        List<String> all = Stream.concat(Stream.concat(Stream.of("app-passwords"), Stream.of(arguments)), arguments.length == 0
            ? Stream.empty() : Stream.of("--config", home.resolve("conf/smtpserver.xml").toString())).collect(Collectors.toList());
        return Main.run(all, Terminal.pipe(new ByteArrayInputStream(new byte[0])), new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8));
    }
}
