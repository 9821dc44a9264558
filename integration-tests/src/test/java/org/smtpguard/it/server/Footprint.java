package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** What a server holds: threads, open files, and the objects of ours and of a session of James. */
public final class Footprint {
    /** What a server may have more than at the beginning: a pool that has grown by a few. */
    private static final int GROWTH = 30;

    private final long threads;
    private final long files;
    private final Map<String, Integer> objects;

    private Footprint(long pid) {
        // In this order: what a collection finds dead is closed by it.
        objects = objects(pid);
        threads = entries(proc(pid, "task"));
        files = entries(proc(pid, "fd"));
    }

    /** Whether it can be taken: the server is a process of this machine, which is a Linux. */
    public static boolean canBeTaken(JamesServer server) {
        return Files.isDirectory(proc(pid(server), "fd"));
    }

    /** When the last of the clients that have gone is noticed. */
    public static Footprint settled(JamesServer server) {
        long pid = pid(server);
        AtomicReference<Footprint> last = new AtomicReference<>(new Footprint(pid));
        return patiently().until(() -> new Footprint(pid), now -> now.files == last.getAndSet(now).files);
    }

    /** When the server has let go of all that it did not hold before; the test fails if it does not. */
    public static Footprint backAt(Footprint before, JamesServer server) {
        long pid = pid(server);
        return patiently().alias("the server lets go of all").until(() -> new Footprint(pid), now -> now.isLike(before));
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofSeconds(2));
    }

    private boolean isLike(Footprint other) {
        return threads <= other.threads + GROWTH && files <= other.files + GROWTH
            && objects.entrySet().stream().allMatch(entry -> entry.getValue() <= other.objects.getOrDefault(entry.getKey(), 0) + GROWTH);
    }

    /** Of the server, where that is a process of this machine; otherwise 0. */
    public static long pid(JamesServer server) {
        return ProcessHandle.current().children()
            .filter(child -> child.info().commandLine().orElse("").contains(server.home().toString()))
            .mapToLong(ProcessHandle::pid).findFirst().orElse(0);
    }

    private static Path proc(long pid, String what) {
        return Path.of("/proc", String.valueOf(pid), what);
    }

    private static long entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Integer> objects(long pid) {
        try {
            Process jcmd = new ProcessBuilder(JamesHome.current().program("jcmd").toString(), String.valueOf(pid),
                "GC.class_histogram").redirectErrorStream(true).start();
            String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return histogram.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 3)
                .filter(words -> words[3].startsWith("org.smtpguard.") || words[3].endsWith("ExtendedSMTPSession"))
                // Kept on purpose, of sessions that have gone: how much, TranscriptsTest tells.
                .filter(words -> !words[3].startsWith("org.smtpguard.transcript."))
                .collect(Collectors.toMap(words -> words[3], words -> Integer.parseInt(words[1]), Integer::sum));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return threads + " threads, " + files + " open files, " + objects.values().stream().mapToInt(Integer::intValue).sum()
            + " objects of ours and sessions";
    }
}
