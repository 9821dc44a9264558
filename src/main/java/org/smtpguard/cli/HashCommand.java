package org.smtpguard.cli;

import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

import org.smtpguard.cli.Main.CommandFailedException;
import org.smtpguard.cli.Main.UsageException;
import org.smtpguard.credential.Saslprep;
import org.smtpguard.credential.Secret;
import org.smtpguard.password.PasswordScheme;
import org.smtpguard.password.PasswordSchemes;

/** Makes the hash of a password. */
final class HashCommand {
    private final PasswordScheme scheme;
    private final Optional<String> user;

    private HashCommand(PasswordScheme scheme, Optional<String> user) {
        this.scheme = scheme;
        this.user = user;
    }

    static HashCommand parse(List<String> arguments, PasswordSchemes schemes) throws UsageException {
        PasswordScheme scheme = schemes.preferred();
        Optional<String> user = Optional.empty();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext();) {
            String argument = rest.next();
            if (!argument.equals("--scheme") && !argument.equals("--user")) {
                throw new UsageException("Unknown argument; known are --scheme and --user. The password cannot be given on the command "
                    + "line, where it would be visible in the shell's history and in the list of processes: leave it out, and it is "
                    + "prompted for.");
            }
            if (!rest.hasNext()) {
                throw new UsageException("The value of " + argument + " is missing; see --help.");
            }
            String value = rest.next();
            if (argument.equals("--scheme")) {
                scheme = schemes.named(value)
                    .orElseThrow(() -> new UsageException("The scheme is unknown; known are " + schemes.made() + "."));
            } else {
                user = Optional.of(user(value));
            }
        }
        return new HashCommand(scheme, user);
    }

    private static String user(String name) throws UsageException {
        if (name.isBlank() || name.indexOf(':') >= 0 || name.strip().startsWith("#") || name.chars().anyMatch(Character::isISOControl)) {
            throw new UsageException("The name after --user is not valid in the file: it is empty, begins with #, or contains a colon or "
                + "a control character.");
        }
        return name.strip();
    }

    /** The line for the file. */
    String run(Terminal terminal) throws CommandFailedException {
        String password = terminal.password();
        if (password.isEmpty()) {
            throw new CommandFailedException("The password is empty, and an empty password is never accepted. No hash was made.");
        }
        if (Secret.of(password).isTooLong()) {
            throw new CommandFailedException("The password has more than " + Secret.MAX_OCTETS
                + " octets (in UTF-8, prepared by RFC 4013): no client "
                + "could log in with it. No hash was made; choose a shorter password.");
        }
        // Only plain passwords can contain these.
        if (scheme.name().equals("PLAIN") && (password.indexOf(':') >= 0 || !password.strip().equals(password))) {
            throw new CommandFailedException("A plain password that contains a colon, or begins or ends with a space, is not valid in the "
                + "file. Choose another scheme.");
        }
        try {
            if (scheme.name().startsWith("SCRAM-") && Saslprep.storedPassword(password.getBytes(StandardCharsets.UTF_8)).isEmpty()) {
                throw new CommandFailedException("The password contains a character that SCRAM clients may not use (RFC 4013: control "
                    + "characters, private use, text of both directions, characters newer than Unicode 3.2). No hash was made; choose "
                    + "another password, or another scheme.");
            }
            String hash = "{" + scheme.name() + "}" + scheme.hash(Secret.of(password).storedForm());
            return user.map(name -> name + ":" + hash).orElse(hash);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException("No hash was made: " + e.getMessage() + ".");
        }
    }
}
