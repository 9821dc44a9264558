package org.smtpguard.james;

import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.protocols.lib.handler.HandlersPackage;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.smtpguard.james.guard.GuardGreeting;

/**
 * James' core handlers without its AUTH handler, which {@link Authentication} replaces, and with a greeting that can be
 * delayed. Derived from the list of the running James, so it follows changes of newer versions.
 */
public final class GuardHandlers implements HandlersPackage {
    private final List<String> handlers;

    public GuardHandlers() {
        this.handlers = new CoreCmdHandlerLoader().getHandlers().stream()
            .filter(name -> !name.equals(AuthCmdHandler.class.getName()))
            .map(name -> name.equals(JamesWelcomeMessageHandler.class.getName()) ? GuardGreeting.class.getName() : name)
            .collect(Collectors.toUnmodifiableList());
    }

    @Override
    public List<String> getHandlers() {
        return handlers;
    }
}
