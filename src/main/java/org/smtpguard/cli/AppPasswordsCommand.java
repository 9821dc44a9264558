package org.smtpguard.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.smtpguard.cli.Main.CommandFailedException;
import org.smtpguard.cli.Main.UsageException;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.InvalidRequestException;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.james.check.ConfiguredAppPasswords;

/** Manages app passwords, whether or not the server is running. */
final class AppPasswordsCommand {
    private static final String CONFIG = "conf/smtpserver.xml";
    private static final int SECONDS = 60;

    private final String action;
    private final List<String> names = new ArrayList<>();
    private Path config = Path.of(CONFIG);
    private Optional<String> backend = Optional.empty();
    private Optional<String> label = Optional.empty();
    private Optional<Instant> expires = Optional.empty();
    private final List<String> networks = new ArrayList<>();
    private final List<String> senders = new ArrayList<>();
    private boolean isOfAll;

    private AppPasswordsCommand(String action) {
        this.action = action;
    }

    static AppPasswordsCommand parse(List<String> arguments, Instant now) throws UsageException {
        AppPasswordsCommand command = new AppPasswordsCommand(arguments.stream().findFirst().orElse(""));
        for (Iterator<String> rest = arguments.stream().skip(1).iterator(); rest.hasNext();) {
            String argument = rest.next();
            if (!argument.startsWith("--")) {
                command.names.add(argument);
            } else if (argument.equals("--all")) {
                command.isOfAll = true;
            } else if (rest.hasNext()) {
                command.option(argument, rest.next(), now);
            } else {
                throw new UsageException("The value of the last option is missing; see --help.");
            }
        }
        command.check();
        return command;
    }

    private void option(String name, String value, Instant now) throws UsageException {
        switch (name) {
            case "--config":
                config = file(value);
                break;
            case "--backend":
                backend = Optional.of(value);
                break;
            case "--label":
                label = Optional.of(value);
                break;
            case "--expires":
                expires = Optional.of(AppPasswordRequest.expiry(value, now).orElseThrow(() -> new UsageException("--expires takes a number"
                    + " of days such as 90d, a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z.")));
                break;
            case "--network":
                networks.add(value);
                break;
            case "--sender":
                senders.add(value);
                break;
            default:
                throw new UsageException("Unknown option; known are --config, --backend, --label, --expires, --network, --sender and"
                    + " --all.");
        }
    }

    private static Path file(String value) throws UsageException {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new UsageException("--config takes the path of smtpserver.xml.");
        }
    }

    private void check() throws UsageException {
        int wanted = action.equals("init") ? 0 : action.equals("revoke") && !isOfAll ? 2 : 1;
        if (!List.of("init", "add", "list", "revoke").contains(action)) {
            throw new UsageException("app-passwords takes one of init, add, list and revoke; see --help.");
        }
        if (names.size() != wanted) {
            throw new UsageException("Usage: " + usage() + "; see --help.");
        }
        if (action.equals("add") && label.isEmpty()) {
            throw new UsageException("Name the device: --label \"Office scanner\".");
        }
        if (!Files.isRegularFile(config)) {
            throw new UsageException("There is no " + CONFIG + " here; name James' smtpserver.xml: --config /path/to/conf/smtpserver.xml.");
        }
    }

    private String usage() {
        switch (action) {
            case "init":
                return "app-passwords init";
            case "add":
                return "app-passwords add USER --label TEXT";
            case "list":
                return "app-passwords list USER";
            default:
                return "app-passwords revoke USER ID, or app-passwords revoke USER --all";
        }
    }

    void run(PrintStream out, PrintStream err) throws CommandFailedException {
        try (ConfiguredAppPasswords configured = ConfiguredAppPasswords.of(config)) {
            AppPasswords passwords = one(configured.byName());
            switch (action) {
                case "init":
                    out.println(await(passwords.initialise()));
                    break;
                case "add":
                    add(passwords, out, err);
                    break;
                case "list":
                    list(await(passwords.list(names.get(0))), out);
                    break;
                default:
                    revoke(passwords, out);
            }
        } catch (InvalidConfigurationException | InvalidRequestException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }

    private AppPasswords one(Map<String, AppPasswords> configured) throws CommandFailedException {
        if (backend.isPresent() ? !configured.containsKey(backend.get()) : configured.size() != 1) {
            throw new CommandFailedException(configured.isEmpty() ? config + " has no AppPasswordBackend."
                : "Name the backend: --backend with one of " + String.join(", ", configured.keySet()) + ".");
        }
        return backend.map(configured::get).orElseGet(() -> configured.values().iterator().next());
    }

    /** The secret is the only line of standard output. */
    private void add(AppPasswords passwords, PrintStream out, PrintStream err) throws CommandFailedException {
        IssuedAppPassword made = await(passwords.issue(AppPasswordRequest.of(names.get(0), label.orElseThrow(), by())
            .expiring(expires).from(networks).sendingAs(senders)));
        AppPassword info = made.appPassword();
        err.println("App password " + info.id() + " (" + info.label() + ") of " + info.user() + ". It is shown once, and stored nowhere:");
        out.println(new String(made.secret().bytes(), StandardCharsets.US_ASCII));
    }

    private static void list(List<AppPassword> all, PrintStream out) {
        Instant now = Instant.now();
        all.forEach(one -> out.println(String.join("  ", one.id(), state(one, now), one.label(),
            "created " + one.created() + " by " + one.createdBy(), one.expires().map(end -> "expires " + end).orElse("does not expire"),
            one.lastUse().map(use -> "last used " + use).orElse("never used"), "sends as " + String.join(" ", one.senders()),
            one.networks().isEmpty() ? "from everywhere" : "from " + String.join(" ", one.networks()))));
    }

    private static String state(AppPassword one, Instant now) {
        return one.isRevoked() ? "revoked" : one.isExpired(now) ? "expired" : "usable ";
    }

    private void revoke(AppPasswords passwords, PrintStream out) throws CommandFailedException {
        List<AppPassword> revoked = new ArrayList<>();
        if (isOfAll) {
            revoked.addAll(await(passwords.revokeAll(names.get(0), by())));
        } else {
            await(passwords.revoke(names.get(0), names.get(1), by())).ifPresent(revoked::add);
        }
        if (revoked.isEmpty()) {
            throw new CommandFailedException(isOfAll ? "The user has no app password that is not revoked."
                : "The user has no app password with this id; app-passwords list USER shows them.");
        }
        revoked.forEach(one -> out.println("revoked " + one.id() + " (" + one.label() + ")"));
    }

    private static String by() {
        return "command line (" + System.getProperty("user.name", "unknown") + ")";
    }

    private static <T> T await(CompletionStage<T> stage) throws CommandFailedException {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("Interrupted.");
        } catch (TimeoutException e) {
            throw new CommandFailedException("The store did not answer in time.");
        } catch (ExecutionException e) {
            throw new CommandFailedException(sentence(String.valueOf(e.getCause().getMessage())));
        }
    }

    private static String sentence(String clause) {
        return clause.endsWith(".") ? clause : "Failed: " + clause + ".";
    }
}
