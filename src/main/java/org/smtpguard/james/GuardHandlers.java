package org.smtpguard.james;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.james.protocols.lib.handler.HandlersPackage;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.smtpguard.james.auth.ConfiguredAuthHandler;
import org.smtpguard.james.guard.GuardGreeting;

/**
 * James' core handlers with an AUTH handler that answers no command, since {@link Authentication} does, and a greeting that can be
 * delayed. Derived from the list of the running James, so it follows changes of newer versions.
 */
public final class GuardHandlers implements HandlersPackage {
    private final List<String> handlers;

    public GuardHandlers() {
        Map<String, String> ours = Map.of(AuthCmdHandler.class.getName(), ConfiguredAuthHandler.class.getName(),
            JamesWelcomeMessageHandler.class.getName(), GuardGreeting.class.getName());
        this.handlers = new CoreCmdHandlerLoader().getHandlers().stream().map(name -> ours.getOrDefault(name, name))
            .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public List<String> getHandlers() {
        return handlers;
    }
}
