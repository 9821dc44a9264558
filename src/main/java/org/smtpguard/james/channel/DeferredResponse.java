package org.smtpguard.james.channel;

import java.util.List;

import org.apache.james.protocols.api.Response;

/**
 * A response that writes nothing: the real one is written later, by {@link DeferredReplies}. James' JMX monitors, which are on
 * by default, cannot bear a handler that returns null.
 */
public final class DeferredResponse implements Response {
    /** Not a code of SMTP; the monitors look at its first character. */
    private static final String NO_CODE = "000";

    @Override
    public String getRetCode() {
        return NO_CODE;
    }

    @Override
    public List<CharSequence> getLines() {
        return List.of();
    }

    @Override
    public boolean isEndSession() {
        return false;
    }
}
