package org.smtpguard.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.smtpguard.password.PasswordSchemes;

/**
 * The command line: {@code java -cp 'james-smtp-guard.jar:lib/*' org.smtpguard.cli.Main hash}. Exit codes: 0 done, 1 not done
 * (standard error says why), 2 called the wrong way.
 */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    private static final String TEXT = String.join(System.lineSeparator(),
        "Usage: java -cp 'james-smtp-guard.jar:lib/*' org.smtpguard.cli.Main hash [--scheme ARGON2ID] [--user alice@example.org]",
        "",
        "Makes a line for the file of a FileBackend. Asks for the password twice, unseen; where there is no terminal, takes",
        "the first line of standard input (UTF-8).",
        "",
        "  --scheme NAME   one of %s",
        "  --user NAME     write \"NAME:\" before the hash",
        "  --help          this text",
        "",
        "Exit codes: 0 done, 1 no hash was made, 2 wrong usage.");

    private Main() {
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(Arrays.asList(arguments), Terminal.ofThisProcess(err), out, err));
    }

    static int run(List<String> arguments, Terminal terminal, PrintStream out, PrintStream err) {
        PasswordSchemes schemes = PasswordSchemes.standard().withPlain();
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(TEXT.replace("%s", schemes.toString()));
            return DONE;
        }
        if (arguments.isEmpty() || !arguments.get(0).equals("hash")) {
            err.println(TEXT.replace("%s", schemes.toString()));
            return USAGE;
        }
        try {
            out.println(HashCommand.parse(arguments.subList(1, arguments.size()), schemes).run(terminal));
            return DONE;
        } catch (WrongUsage e) {
            err.println(e.getMessage());
            return USAGE;
        } catch (NotDone e) {
            err.println(e.getMessage());
            return FAILED;
        }
    }

    /** Called in a way that is not understood. The message never repeats an argument: it may be a password. */
    static final class WrongUsage extends Exception {
        private static final long serialVersionUID = 1L;

        WrongUsage(String sentence) {
            super(sentence);
        }
    }

    /** Understood, and yet not done. */
    static final class NotDone extends Exception {
        private static final long serialVersionUID = 1L;

        NotDone(String sentence) {
            super(sentence);
        }
    }
}
