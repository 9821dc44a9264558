package org.smtpguard.james.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The process that listens on a TCP port, where Linux tells it to this user. Immutable. */
final class PortOwner {
    private static final Path PROC = Path.of("/proc");
    /** Its main class, or its jar. */
    private static final Pattern JAMES = Pattern.compile("org\\.apache\\.james\\.\\w*JamesServerMain"
        + "|-jar\u0000[^\u0000]*james-server-[^\u0000]*\\.jar");
    /** Columns of /proc/net/tcp. */
    private static final int LOCAL = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;
    private static final String LISTENS = "0A";

    private final Optional<Long> pid;
    private final boolean isJames;

    private PortOwner(Optional<Long> pid, boolean isJames) {
        this.pid = pid;
        this.isJames = isJames;
    }

    static PortOwner of(int port) {
        try {
            Set<String> sockets = Stream.of("net/tcp", "net/tcp6").map(PROC::resolve).filter(Files::isReadable)
                .flatMap(file -> sockets(file, port)).collect(Collectors.toCollection(HashSet::new));
            return sockets.isEmpty() ? unknown() : ownerOf(sockets);
        } catch (IOException e) {
            return unknown();
        }
    }

    private static PortOwner unknown() {
        return new PortOwner(Optional.empty(), false);
    }

    private static Stream<String> sockets(Path file, int port) {
        String end = String.format(Locale.ROOT, ":%04X", port);
        try {
            return Files.readAllLines(file).stream().map(line -> List.of(line.trim().split("\\s+")))
                .filter(row -> row.size() > INODE && row.get(LOCAL).endsWith(end) && row.get(STATE).equals(LISTENS))
                .map(row -> "socket:[" + row.get(INODE) + "]");
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static PortOwner ownerOf(Set<String> sockets) throws IOException {
        try (Stream<Path> processes = Files.list(PROC)) {
            return processes.filter(process -> process.getFileName().toString().matches("\\d+"))
                .filter(process -> has(process, sockets)).findFirst()
                .map(process -> new PortOwner(Optional.of(Long.valueOf(process.getFileName().toString())), isJames(process)))
                .orElseGet(PortOwner::unknown);
        }
    }

    private static boolean has(Path process, Set<String> sockets) {
        try (Stream<Path> files = Files.list(process.resolve("fd"))) {
            return files.anyMatch(file -> {
                try {
                    return sockets.contains(Files.readSymbolicLink(file).toString());
                } catch (IOException e) {
                    return false;
                }
            });
        } catch (IOException e) {
            // Of another user, or over.
            return false;
        }
    }

    private static boolean isJames(Path process) {
        try {
            return JAMES.matcher(Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)).find();
        } catch (IOException e) {
            return false;
        }
    }

    boolean isKnown() {
        return pid.isPresent();
    }

    boolean isJames() {
        return isJames;
    }

    /** With a space before it; empty if it is unknown. */
    String description() {
        return pid.map(number -> " by the process " + number).orElse("");
    }
}
