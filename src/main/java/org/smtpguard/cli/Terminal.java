package org.smtpguard.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.smtpguard.cli.Main.CommandFailedException;

/** The source of passwords. */
interface Terminal {
    /** Reads a password, without the end of the line. */
    String password() throws CommandFailedException;

    /** The console of this process, or its standard input if that is a pipe. */
    @SuppressWarnings("SystemConsoleNull") // From Java 22 on it is never null: isTerminal.
    static Terminal ofThisProcess(PrintStream err) {
        Console console = System.console();
        if (console != null && isTerminal(console)) {
            return twice(prompt -> {
                // On standard error, since standard output has the result.
                err.print(prompt);
                err.flush();
                return console.readPassword();
            });
        }
        if (standardInputIsTerminal()) {
            return () -> {
                throw new CommandFailedException("The output is redirected, so the password would be visible while it is typed. Run the "
                    + "command without redirection and copy the line, or pipe the password in.");
            };
        }
        return pipe(System.in);
    }

    /** From Java 22 on there is a console even without a terminal. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Java only tells whether both input and output are terminals; Linux tells for each. On other systems, a pipe is assumed. */
    private static boolean standardInputIsTerminal() {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/0")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Prompts twice, since the input is not echoed. */
    static Terminal twice(Prompt prompt) {
        return () -> {
            char[] first = prompt.ask("Password: ");
            char[] second = prompt.ask("Repeat password: ");
            if (first == null || second == null) {
                throw new CommandFailedException("No password was entered. No hash was made.");
            }
            String password = new String(first);
            boolean same = password.contentEquals(CharBuffer.wrap(second));
            Arrays.fill(first, ' ');
            Arrays.fill(second, ' ');
            if (!same) {
                throw new CommandFailedException("The two passwords differ. No hash was made.");
            }
            return password;
        };
    }

    /** The first line of this stream, UTF-8. */
    static Terminal pipe(InputStream in) {
        return () -> {
            try {
                String line = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder())).readLine();
                if (line == null) {
                    throw new CommandFailedException("No password on standard input. No hash was made.");
                }
                return line;
            } catch (CharacterCodingException e) {
                throw new CommandFailedException("The password on standard input is not UTF-8. No hash was made.");
            } catch (IOException e) {
                throw new CommandFailedException("Standard input could not be read (" + e.getClass().getSimpleName()
                    + "). No hash was made.");
            }
        };
    }

    /** Shows a prompt and reads a line without echo; null at the end of input. */
    interface Prompt {
        char[] ask(String text);
    }
}
