package org.smtpguard.it.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.smtpguard.it.server.ClientCertificate;
import org.smtpguard.it.wire.Sent;

/**
 * A program that people send mail with, started by its script in {@code integration-tests/clients}.
 */
public final class MailClient {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** EX_UNAVAILABLE: by it a script says that its client is not installed. */
    private static final int NOT_INSTALLED = 69;

    private final String name;

    private MailClient(String name) {
        this.name = name;
    }

    /** @param name of the directory that its script lies in */
    public static MailClient of(String name) {
        return new MailClient(name);
    }

    /** What it calls itself; empty when it is not installed. */
    public Optional<String> version() {
        Outcome outcome = run("version", Map.of());
        if (outcome.exitCode == NOT_INSTALLED) {
            return Optional.empty();
        }
        outcome.hold();
        return Optional.of(outcome.output.strip());
    }

    /** Sends the messages, whose subjects are the given one and a number from 1 on; fails when the client says that one was not taken. */
    public void send(String variant, InetSocketAddress server, Submission submission) {
        Map<String, String> environment = new TreeMap<>(Map.of(
            "SMTP_HOST", server.getAddress().getHostAddress(),
            "SMTP_PORT", String.valueOf(server.getPort()),
            "SMTP_USER", submission.user,
            "SMTP_PASSWORD", Sent.password(submission.password),
            "MAIL_FROM", submission.from,
            "MAIL_TO", submission.to,
            "SUBJECT", submission.subject,
            "COUNT", String.valueOf(submission.count)));
        submission.certificate.ifPresent(certificate -> environment.putAll(files(certificate)));
        run(variant, environment).hold();
    }

    private static Map<String, String> files(ClientCertificate certificate) {
        try {
            Path directory = Files.createTempDirectory(Files.createDirectories(clients().resolve("work")), "certificate-");
            return Map.of(
                "CLIENT_PEM", certificate.writePem(directory.resolve("client.pem")).toString(),
                "CLIENT_KEYSTORE", certificate.writeKeystore(directory.resolve("client.p12")).toString(),
                "CLIENT_KEYSTORE_PASSWORD", ClientCertificate.PASSWORD);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outcome run(String argument, Map<String, String> environment) {
        try {
            Path work = Files.createTempDirectory(Files.createDirectories(clients().resolve("work")), name + "-" + argument + "-");
            Path output = work.resolve("output");
            ProcessBuilder builder = new ProcessBuilder("bash", script().toString(), argument)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            builder.environment().put("WORK", work.toString());
            builder.environment().put("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
            builder.environment().put("CLIENTS_LIB", clients().toString());
            builder.environment().put("ANGUS_LIB", clients().resolve("angus").toString());
            return await(argument, builder.start(), output);
        } catch (IOException e) {
            // There is no bash here.
            return new Outcome(argument, NOT_INSTALLED, e.toString());
        }
    }

    private Outcome await(String argument, Process process, Path output) throws IOException {
        try {
            boolean ended = process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
            }
            // What a client prints is in no charset that it tells.
            String text = Files.readString(output, StandardCharsets.ISO_8859_1);
            return ended ? new Outcome(argument, process.exitValue(), text)
                : new Outcome(argument, -1, text + "\n(not done in " + PATIENCE + ")");
        } catch (InterruptedException e) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + this, e);
        }
    }

    private Path script() {
        return Path.of(System.getProperty("smtpguard.it.project", ".")).resolve("integration-tests/clients").resolve(name).resolve("run")
            .toAbsolutePath();
    }

    private static Path clients() {
        return Path.of(System.getProperty("smtpguard.it.clients", "target/clients")).toAbsolutePath();
    }

    @Override
    public String toString() {
        return name;
    }

    /** What is to be sent, and by whom. */
    public static final class Submission {
        private final String user;
        private final String password;
        private final String from;
        private final String to;
        private final String subject;
        private final int count;
        private final Optional<ClientCertificate> certificate;

        private Submission(String user, String password, String from, String to, String subject, int count,
                           Optional<ClientCertificate> certificate) {
            this.user = user;
            this.password = password;
            this.from = from;
            this.to = to;
            this.subject = subject;
            this.count = count;
            this.certificate = certificate;
        }

        /** From this user, who is also the one that logs in where the variant does. */
        public static Submission of(String user, String password, String to, String subject, int count) {
            return new Submission(user, password, user, to, subject, count, Optional.empty());
        }

        /** With a certificate at hand for the variants that show one. */
        public Submission with(ClientCertificate shown) {
            return new Submission(user, password, from, to, subject, count, Optional.of(shown));
        }
    }

    private final class Outcome {
        private final String argument;
        private final int exitCode;
        private final String output;

        private Outcome(String argument, int exitCode, String output) {
            this.argument = argument;
            this.exitCode = exitCode;
            this.output = output;
        }

        private void hold() {
            if (exitCode != 0) {
                throw new AssertionError(name + " " + argument + " ended with exit code " + exitCode + " and said:\n" + output);
            }
        }
    }
}
