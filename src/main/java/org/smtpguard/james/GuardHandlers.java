package org.smtpguard.james;

import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.protocols.lib.handler.HandlersPackage;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.smtpguard.james.guard.GuardGreeting;

/**
 * James' core handlers without the one that answers AUTH, which {@link Authentication} does instead, and with a greeting
 * that can wait. It is the running James' own list: what a newer James adds to it is there, and what it drops is not
 * asked for.
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
