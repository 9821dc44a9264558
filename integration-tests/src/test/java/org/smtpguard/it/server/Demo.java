package org.smtpguard.it.server;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * {@code mvn -Pdemo}: the server of the integration tests on the ports that {@code conf/} names, in the foreground.
 *
 * <p>Ends, and James with it, on Ctrl-C, on SIGTERM, and when the Maven that started it is gone.
 */
public final class Demo {
    /** Distinct from what a JVM or a signal ends with; the build turns it into its own failure. */
    private static final int NOT_STARTED = 75;

    private final PrintStream console;
    private final Ports ports;
    /** James as it comes, on the same ports: to see what differs. */
    private final boolean isStock = Boolean.getBoolean("demo.stock");

    private Demo(PrintStream console, Ports ports) {
        this.console = console;
        this.ports = ports;
    }

    public static void main(String[] arguments) throws Exception {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path failed = Files.createDirectories(Layout.work()).resolve("demo-failed");
        Files.deleteIfExists(failed);
        int exitCode;
        try {
            exitCode = new Demo(console, Ports.of(Demo::chosenPort)).run();
        } catch (IllegalArgumentException e) {
            console.println(e.getMessage());
            exitCode = NOT_STARTED;
        }
        if (exitCode != 0) {
            // Seen by the build, which then ends in failure without the stack trace that an exit code would bring.
            Files.writeString(failed, "", StandardCharsets.UTF_8);
        }
        System.exit(exitCode);
    }

    private static int chosenPort(Endpoint endpoint) {
        String chosen = System.getProperty(endpoint.demoProperty(), "");
        if (chosen.isEmpty()) {
            return endpoint.configuredPort();
        }
        try {
            int port = Integer.parseInt(chosen);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException ignored) {
            // Told below, as any other nonsense.
        }
        throw new IllegalArgumentException("-D" + endpoint.demoProperty() + "=" + chosen + " is no port: name a number from 1 to 65535.");
    }

    private int run() throws InterruptedException {
        Optional<Endpoint> taken = Arrays.stream(Endpoint.values())
            .filter(endpoint -> !Ports.isFree(ports.of(endpoint)))
            .findFirst();
        if (taken.isPresent()) {
            console.println(sayTaken(taken.get()));
            return NOT_STARTED;
        }
        console.println("Starting James, which takes some seconds ...");
        JamesServer server;
        try {
            server = (isStock ? JamesServer.stock() : JamesServer.asShipped()).start(ports);
        } catch (StartFailure e) {
            console.println(e.summary());
            return NOT_STARTED;
        }
        ProcessJames james = (ProcessJames) server.running();
        sayHello(server.home(), james.logFile());
        james.process().waitFor();
        console.println("James has ended by itself; its log: " + james.logFile());
        return NOT_STARTED;
    }

    private String sayTaken(Endpoint endpoint) {
        int port = ports.of(endpoint);
        String name = endpoint.name().toLowerCase(Locale.ROOT);
        return "Port " + port + " on " + Endpoint.LOOPBACK + " (" + name + ") is taken by another program:"
            + " stop that one, or choose another port with mvn -Pdemo -D" + endpoint.demoProperty() + "=" + (port + 1) + ".";
    }

    private void sayHello(Path home, Path log) {
        int smtp = ports.of(Endpoint.SMTP);
        int submission = ports.of(Endpoint.SUBMISSION);
        String password = isStock ? "james-password-of-alice" : "secret";
        console.println(String.join(System.lineSeparator(),
            "",
            "  James " + JamesHome.current().version() + " " + (isStock ? "as it comes" : "with James SMTP Guard")
                + " is up, on loopback only:",
            "",
            "    SMTP     127.0.0.1:" + smtp + "  AUTH without TLS, for trying out",
            "    SMTP     127.0.0.1:" + submission + "  STARTTLS; AUTH only under TLS",
            "    SMTP     127.0.0.1:" + ports.of(Endpoint.SMTPS) + "  TLS from the start",
            "    IMAP     127.0.0.1:" + ports.of(Endpoint.IMAP),
            "    WebAdmin http://127.0.0.1:" + ports.of(Endpoint.WEBADMIN) + (isStock ? "/healthcheck" : "/smtp-guard"),
            "",
            isStock
                ? "  Users: alice@localhost and bob@localhost. SMTP and IMAP take james-password-of-alice and so on."
                : "  Users: alice@localhost and bob@localhost. SMTP takes the password secret (conf/smtp-users) and not",
            isStock
                ? "  carol@localhost and dave@localhost are there, too."
                : "  James' own (james-password-of-alice and so on), which IMAP takes. carol and dave have a mailbox, too.",
            "",
            "  Try: connect with",
            "",
            "    nc -C 127.0.0.1 " + smtp + "        (or: telnet 127.0.0.1 " + smtp + ")",
            "",
            "  and type, line by line:",
            "",
            "    EHLO client.example",
            "    DATA",
            "    AUTH PLAIN " + base64("\0alice@localhost\0" + password),
            "    MAIL FROM:<alice@localhost>",
            "    RCPT TO:<bob@localhost>",
            "    DATA",
            "    Subject: hello",
            "",
            "    It works.",
            "    .",
            "    QUIT",
            "",
            "  The first DATA is out of order" + (isStock ? "." : ": its refusal says what to send next, and names the session, which"),
            isStock ? "" : "  the page above then shows.",
            "  AUTH LOGIN asks for the user (" + base64("alice@localhost") + ") and the password (" + base64(password) + ").",
            "  Under TLS: openssl s_client -quiet -crlf -starttls smtp -connect 127.0.0.1:" + submission,
            "  Read it:   curl --user bob@localhost:james-password-of-bob"
                + " 'imap://127.0.0.1:" + ports.of(Endpoint.IMAP) + "/INBOX;MAILINDEX=1'",
            "",
            "  Configuration: " + home.resolve("conf"),
            "  James' log:    " + log,
            "",
            "  Ctrl-C ends it all.",
            ""));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
