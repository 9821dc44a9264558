package org.smtpguard.james.event;

import java.io.IOException;
import java.util.Iterator;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.AppenderAttachable;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the server. James' sample {@code logback.xml} has {@code immediateFlush} off: the last 8 KB are in memory only, which hides
 * the last lines of a server that has ended, and delays what reads the log, such as fail2ban. No effect with another logging library than
 * James' Logback.
 */
public final class ServerLog {
    private ServerLog() {
    }

    /** Writes everything that has been logged, and ends logging. */
    public static void close() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (isLogback(factory)) {
            ((LoggerContext) factory).stop();
        }
    }

    /** Whether what that logger logs at ERROR certainly reaches the console. */
    public static boolean isOnConsole(Logger logger) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!isLogback(factory) || !logger.isErrorEnabled()) {
            return false;
        }
        ch.qos.logback.classic.Logger each = ((LoggerContext) factory).getLogger(logger.getName());
        while (each != null) {
            if (hasConsole(each.iteratorForAppenders())) {
                return true;
            }
            each = each.isAdditive() ? parent((LoggerContext) factory, each.getName()) : null;
        }
        return false;
    }

    private static ch.qos.logback.classic.Logger parent(LoggerContext context, String name) {
        if (name.equals(Logger.ROOT_LOGGER_NAME)) {
            return null;
        }
        int dot = name.lastIndexOf('.');
        return context.getLogger(dot < 0 ? Logger.ROOT_LOGGER_NAME : name.substring(0, dot));
    }

    private static boolean hasConsole(Iterator<? extends Appender<?>> appenders) {
        boolean found = false;
        while (appenders.hasNext()) {
            Appender<?> appender = appenders.next();
            // One with a filter may leave the line out.
            boolean takesAll = appender.isStarted() && appender.getCopyOfAttachedFiltersList().isEmpty();
            found |= takesAll && (appender instanceof ConsoleAppender || (appender instanceof AppenderAttachable
                && hasConsole(((AppenderAttachable<?>) appender).iteratorForAppenders())));
        }
        return found;
    }

    /** Writes everything that has been logged to its files. */
    static void flush() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (isLogback(factory)) {
            ((LoggerContext) factory).getLoggerList().forEach(logger -> flush(logger.iteratorForAppenders()));
        }
    }

    private static void flush(Iterator<? extends Appender<?>> appenders) {
        appenders.forEachRemaining(appender -> {
            if (appender instanceof AppenderAttachable) {
                flush(((AppenderAttachable<?>) appender).iteratorForAppenders());
            } else if (appender instanceof OutputStreamAppender && !((OutputStreamAppender<?>) appender).isImmediateFlush()) {
                flush((OutputStreamAppender<?>) appender);
            }
        });
    }

    private static void flush(OutputStreamAppender<?> appender) {
        try {
            if (appender.isStarted() && appender.getOutputStream() != null) {
                appender.getOutputStream().flush();
            }
        } catch (IOException e) {
            // Logback reports it, when it writes the next line.
            return;
        }
    }

    private static boolean isLogback(ILoggerFactory factory) {
        // By name: the class may be missing.
        return factory.getClass().getName().equals("ch.qos.logback.classic.LoggerContext");
    }
}
