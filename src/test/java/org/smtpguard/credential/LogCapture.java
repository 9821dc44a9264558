package org.smtpguard.credential;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;

/** Everything that anybody logs, at every level and instead of to the console, from its creation until it is closed. */
public final class LogCapture implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    private final Level levelBefore = root.getLevel();
    private final List<Appender<ILoggingEvent>> appendersBefore = new ArrayList<>();
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

    public LogCapture() {
        root.iteratorForAppenders().forEachRemaining(appendersBefore::add);
        appendersBefore.forEach(root::detachAppender);
        appender.start();
        root.setLevel(Level.ALL);
        root.addAppender(appender);
    }

    /** What our own classes logged at that level: the messages, filled in. */
    public List<String> at(Level level) {
        return events()
            .filter(event -> event.getLoggerName().startsWith("org.smtpguard.") && event.getLevel().equals(level))
            .map(ILoggingEvent::getFormattedMessage)
            .collect(Collectors.toList());
    }

    /** What was logged by the logger of that name: the messages, filled in. */
    public List<String> by(String logger) {
        return events().filter(event -> event.getLoggerName().equals(logger)).map(ILoggingEvent::getFormattedMessage)
            .collect(Collectors.toList());
    }

    /** All of it, with stack traces. */
    public String text() {
        return events()
            .map(event -> event.getLevel() + " " + event.getFormattedMessage() + "\n"
                + (event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy())))
            .collect(Collectors.joining());
    }

    private Stream<ILoggingEvent> events() {
        // The appender adds under its own monitor.
        synchronized (appender) {
            return new ArrayList<>(appender.list).stream();
        }
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        root.setLevel(levelBefore);
        appendersBefore.forEach(root::addAppender);
    }
}
