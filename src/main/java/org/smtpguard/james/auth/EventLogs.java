package org.smtpguard.james.auth;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.function.Function;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.filesystem.api.FileSystem;
import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.EventFile;
import org.smtpguard.bruteforce.EventLog;

/** Makes the {@link EventLog} that {@code <bruteForce>} asks for. Immutable. */
@Singleton
public final class EventLogs {
    /** Resolved by James' file system. */
    private static final String DIRECTORY = "file://var/smtp-guard";

    private final Function<BruteForceSettings, EventLog> logs;

    @Inject
    public EventLogs(FileSystem files) {
        this(settings -> file(settings, files));
    }

    private EventLogs(Function<BruteForceSettings, EventLog> logs) {
        this.logs = logs;
    }

    /** Logs that keep nothing, for use without a server. */
    public static EventLogs none() {
        return new EventLogs(settings -> EventLog.NONE);
    }

    private static EventLog file(BruteForceSettings settings, FileSystem files) {
        try {
            return new EventFile(files.getFile(DIRECTORY).toPath(), settings.eventLimit());
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }

    EventLog open(BruteForceSettings settings) {
        return settings.mode() == BruteForceSettings.Mode.OFF ? EventLog.NONE : logs.apply(settings);
    }
}
