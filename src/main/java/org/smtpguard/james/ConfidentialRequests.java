package org.smtpguard.james;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.Marker;

/**
 * Keeps WebAdmin from writing down the bodies of requests that hold a password. It puts the body of every request into the
 * context of a line of its log (at INFO), before any route is asked; a log in JSON shows it. That line is left out for
 * the address of ours that takes passwords, and no other.
 */
final class ConfidentialRequests extends TurboFilter {
    /** The logger, and what its lines call the address, of WebAdmin's LoggingRequestFilter; the same in 3.8, 3.9 and 3.10. */
    private static final String REQUESTS = "org.apache.james.webadmin.mdc.LoggingRequestFilter";
    private static final String ADDRESS = "endpoint";
    private static final String NAME = "smtp-guard-confidential";

    private final String path;

    private ConfidentialRequests(String path) {
        this.path = path;
    }

    /** @return whether it could be done: not where the log is not written by Logback */
    static boolean areKept(String path) {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext)) {
            return false;
        }
        LoggerContext context = (LoggerContext) factory;
        ConfidentialRequests filter = new ConfidentialRequests(path);
        filter.setName(NAME);
        filter.setContext(context);
        filter.start();
        context.addTurboFilter(filter);
        // A configuration that is read anew begins without filters.
        context.addListener(new Again(filter));
        return true;
    }

    @Override
    public FilterReply decide(Marker marker, Logger logger, Level level, String format, Object[] params, Throwable t) {
        if (!logger.getName().equals(REQUESTS)) {
            return FilterReply.NEUTRAL;
        }
        String address = MDC.get(ADDRESS);
        return address != null && address.contains(path) ? FilterReply.DENY : FilterReply.NEUTRAL;
    }

    /** Puts the filter back. */
    private static final class Again implements LoggerContextListener {
        private final TurboFilter filter;

        private Again(TurboFilter filter) {
            this.filter = filter;
        }

        @Override
        public boolean isResetResistant() {
            return true;
        }

        @Override
        public void onReset(LoggerContext context) {
            context.addTurboFilter(filter);
        }

        @Override
        public void onStart(LoggerContext context) {
            // It is there.
        }

        @Override
        public void onStop(LoggerContext context) {
            // With the filter.
        }

        @Override
        public void onLevelChange(Logger logger, Level level) {
            // Levels are nothing to it.
        }
    }
}
