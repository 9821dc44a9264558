package org.smtpguard.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

import org.smtpguard.password.PasswordSchemes;

/**
 * The command line: {@code java -cp 'james-smtp-guard.jar:lib/*' org.smtpguard.cli.Main hash}, or {@code check conf/smtpserver.xml}.
 * Exit codes: 0 success, 1 failure or errors in the configuration, 2 wrong usage.
 */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private static final String LOGGING = "logback.configurationFile";

    private static final String TEXT = String.join(System.lineSeparator(),
        "Usage: java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main hash [--scheme ARGON2ID] [--user alice@example.org]",
        "       java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main check [--json] conf/smtpserver.xml",
        "       java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main app-passwords init",
        "       java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main app-passwords add alice@example.org --label Phone",
        "       java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main app-passwords list alice@example.org",
        "       java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main app-passwords revoke alice@example.org 3f8k2m9x",
        "",
        "hash makes a line for the file of a FileBackend. It prompts for the password twice, without echo; without a terminal, it",
        "reads the first line of standard input (UTF-8).",
        "",
        "  --scheme NAME   one of %s",
        "  --user NAME     write \"NAME:\" before the hash",
        "",
        "check reads a configuration as James would, opens its ports for a moment, connects to each backend, and reports errors, warnings,",
        "and what each port announces.",
        "",
        "  --json          print the report as JSON",
        "",
        "app-passwords manages the app passwords of an AppPasswordBackend, also while James runs. init creates the store, add prints the",
        "new password and nothing else to standard output.",
        "",
        "  --config FILE   James' smtpserver.xml; conf/smtpserver.xml by default",
        "  --backend NAME  if there are several",
        "  --label TEXT    what the user calls the device",
        "  --expires WHEN  90d, 2027-01-31 or 2027-01-31T12:00:00Z; never by default",
        "  --network CIDR  a network that it may be used from, any number; all by default",
        "  --sender ADDR   a sender address that it may use, any number; the user's own by default",
        "  --all           revoke all of the user",
        "",
        "  --help          this text",
        "",
        "Exit codes: 0 success, 1 nothing was done or the configuration has errors, 2 wrong usage.");

    private Main() {
    }

    public static void main(String[] arguments) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "org/smtpguard/cli/logback.xml");
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(Arrays.asList(arguments), Terminal.ofThisProcess(err), out, err));
    }

    static int run(List<String> arguments, Terminal terminal, PrintStream out, PrintStream err) {
        PasswordSchemes schemes = PasswordSchemes.standard().withPlain();
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(TEXT.replace("%s", schemes.made()));
            return DONE;
        }
        String command = arguments.stream().findFirst().orElse("");
        try {
            switch (command) {
                case "hash":
                    out.println(HashCommand.parse(arguments.subList(1, arguments.size()), schemes).run(terminal));
                    return DONE;
                case "app-passwords":
                    AppPasswordsCommand.parse(arguments.subList(1, arguments.size()), Instant.now()).run(out, err);
                    return DONE;
                case "check":
                    return CheckCommand.parse(arguments.subList(1, arguments.size())).run(out) ? DONE : FAILED;
                default:
                    err.println(TEXT.replace("%s", schemes.made()));
                    return USAGE;
            }
        } catch (UsageException e) {
            err.println(e.getMessage());
            return USAGE;
        } catch (CommandFailedException e) {
            err.println(e.getMessage());
            return FAILED;
        }
    }

    /** Wrong usage. The message never repeats an argument, which may be a password. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String sentence) {
            super(sentence);
        }
    }

    /** The command failed. */
    static final class CommandFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        CommandFailedException(String sentence) {
            super(sentence);
        }
    }
}
