package org.smtpguard.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.smtpguard.password.PasswordSchemes;

/**
 * The command line: {@code java -cp 'james-smtp-guard.jar:lib/*' org.smtpguard.cli.Main hash}, or {@code check conf/smtpserver.xml}.
 * Exit codes: 0 done, 1 not done or something is wrong, 2 called the wrong way.
 */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private static final String LOGGING = "logback.configurationFile";

    private static final String TEXT = String.join(System.lineSeparator(),
        "Usage: java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main hash [--scheme ARGON2ID] [--user alice@example.org]",
        "       java -cp 'extensions-jars/*:lib/*' org.smtpguard.cli.Main check conf/smtpserver.xml",
        "",
        "hash makes a line for the file of a FileBackend. It asks for the password twice, unseen; where there is no terminal, it",
        "takes the first line of standard input (UTF-8).",
        "",
        "  --scheme NAME   one of %s",
        "  --user NAME     write \"NAME:\" before the hash",
        "",
        "check reads a configuration as James would, connects to each backend, and tells what is right and what is not.",
        "",
        "  --help          this text",
        "",
        "Exit codes: 0 done, 1 no hash was made or something is wrong with the configuration, 2 wrong usage.");

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

    /** Called in a way that is not understood. The message never repeats an argument: it may be a password. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String sentence) {
            super(sentence);
        }
    }

    /** Understood, and yet not done. */
    static final class CommandFailedException extends Exception {
        private static final long serialVersionUID = 1L;

        CommandFailedException(String sentence) {
            super(sentence);
        }
    }
}
