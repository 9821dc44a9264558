package org.smtpguard.james.guard;

import org.smtpguard.james.channel.DeferredReplies;

/** The objects shared by the handlers of a port, built once by {@link GuardedPorts}. Immutable. */
public final class GuardedPort {
    private final PortGuard guard;
    private final DeferredReplies replies;

    GuardedPort(PortGuard guard, DeferredReplies replies) {
        this.guard = guard;
        this.replies = replies;
    }

    public PortGuard guard() {
        return guard;
    }

    public DeferredReplies replies() {
        return replies;
    }
}
