package org.smtpguard.james.webadmin;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
import org.smtpguard.page.View;

/**
 * Keeps passwords in requests to the guard's routes out of the log. WebAdmin puts the body of each request, and its parameter
 * names (which are the body if JSON is sent as a form), into the logging context (MDC) before it selects a route; a JSON log
 * shows them. They are replaced in that context, however the request spells the path. Jetty logs parts of its input at DEBUG;
 * those lines are dropped.
 */
public final class ConfidentialRequests extends TurboFilter {
    /** The loggers of WebAdmin's filters, and their MDC key of the path; the same in 3.8, 3.9 and 3.10. */
    private static final String REQUESTS = "org.apache.james.webadmin.mdc.";
    private static final String JETTY = "org.eclipse.jetty.";
    private static final String ADDRESS = "endpoint";
    private static final List<String> CONFIDENTIAL = List.of("request-body", "queryParameters", "response-body");
    private static final String WITHHELD = "(withheld by SMTP Guard)";
    private static final String NAME = "smtp-guard-confidential";
    private static final Pattern ENCODED = Pattern.compile("%([0-9A-Fa-f]{2})");
    /** The maximum number of nested percent-encodings that can still reach a route. */
    private static final int DECODINGS = 8;

    /**
     * Installs the filter.
     *
     * @return false if the log is not written by Logback
     */
    public static boolean install() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext)) {
            return false;
        }
        LoggerContext context = (LoggerContext) factory;
        ConfidentialRequests filter = new ConfidentialRequests();
        filter.setName(NAME);
        filter.setContext(context);
        filter.start();
        context.addTurboFilter(filter);
        // A reloaded configuration starts without filters.
        context.addListener(new ReinstallOnReset(filter));
        return true;
    }

    @Override
    public FilterReply decide(Marker marker, Logger logger, Level level, String format, Object[] params, Throwable t) {
        if (logger.getName().startsWith(JETTY)) {
            return level.isGreaterOrEqual(Level.INFO) ? FilterReply.NEUTRAL : FilterReply.DENY;
        }
        if (logger.getName().startsWith(REQUESTS)) {
            String address = MDC.get(ADDRESS);
            if (address != null && isOurs(address)) {
                CONFIDENTIAL.stream().filter(field -> MDC.get(field) != null).forEach(field -> MDC.put(field, WITHHELD));
            }
        }
        return FilterReply.NEUTRAL;
    }

    /**
     * Whether the path may be one of the guard's, in any spelling: case, slashes, dot segments, percent-encoding, matrix
     * parameters.
     */
    static boolean isOurs(String address) {
        String decoded = address;
        for (int i = 0; i < DECODINGS; i++) {
            if (decoded.toLowerCase(Locale.ROOT).contains(View.BASE.substring(1))) {
                return true;
            }
            decoded = decoded(decoded);
        }
        return false;
    }

    /** Invalid encoding is left unchanged. */
    private static String decoded(String address) {
        return ENCODED.matcher(address).replaceAll(octet ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octet.group(1), 16))));
    }

    /** Restores the filter after a reload of Logback's configuration. */
    private static final class ReinstallOnReset implements LoggerContextListener {
        private final TurboFilter filter;

        private ReinstallOnReset(TurboFilter filter) {
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
            // The filter is installed.
        }

        @Override
        public void onStop(LoggerContext context) {
            // The filter ends with the context.
        }

        @Override
        public void onLevelChange(Logger logger, Level level) {
            // Levels do not affect the filter.
        }
    }
}
