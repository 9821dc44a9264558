package org.smtpguard.james.channel;

import java.util.List;

import org.apache.james.protocols.api.Response;

/**
 * A response that writes nothing, since {@link DeferredReplies} writes the actual reply later. James' JMX monitors, enabled by
 * default, fail if a handler returns null.
 */
public final class DeferredResponse implements Response {
    /** Not an SMTP code; the monitors read its first character. */
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
