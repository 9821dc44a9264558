package org.smtpguard.james.auth;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Function;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.filesystem.api.FileSystem;
import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.EventFile;
import org.smtpguard.bruteforce.EventLog;
import org.smtpguard.bruteforce.redis.RedisEventLog;
import org.smtpguard.james.config.RedisProperties;

/** Makes the {@link EventLog} that {@code <bruteForce>} asks for. Immutable. */
@Singleton
public final class EventLogs {
    /** Resolved by James' file system. */
    private static final String DIRECTORY = "file://var/smtp-guard";

    private final Function<BruteForceSettings, EventLog> logs;

    @Inject
    public EventLogs(FileSystem files) {
        this(settings -> settings.store() == BruteForceSettings.Store.REDIS ? redis(settings, files) : file(settings, files));
    }

    private EventLogs(Function<BruteForceSettings, EventLog> logs) {
        this.logs = logs;
    }

    /** Logs that keep nothing, for use without a server. */
    public static EventLogs none() {
        return new EventLogs(settings -> EventLog.NONE);
    }

    private static EventLog file(BruteForceSettings settings, FileSystem files) {
        return new EventFile(path(files, DIRECTORY), settings.eventLimit());
    }

    private static EventLog redis(BruteForceSettings settings, FileSystem files) {
        return new RedisEventLog(RedisProperties.read(path(files, RedisProperties.URL), name -> path(files, name)), settings.eventLimit(),
            settings.keepFailures(), settings.keepKnown());
    }

    private static Path path(FileSystem files, String url) {
        try {
            return files.getFile(url).toPath();
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    EventLog open(BruteForceSettings settings) {
        return settings.mode() == BruteForceSettings.Mode.OFF ? EventLog.NONE : logs.apply(settings);
    }
}
