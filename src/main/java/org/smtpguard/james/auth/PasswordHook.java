package org.smtpguard.james.auth;

import org.apache.james.protocols.api.OidcSASLConfiguration;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;

/**
 * A hook for passwords, which leaves bearer tokens to James.
 *
 * <p>An interface of its own, since James 3.10 has moved the class of a parameter: Guice loads those of all methods that a class
 * declares, but not those that it inherits from an interface. From 3.10 on this is not the method that James calls; its own
 * declines as well.
 */
public interface PasswordHook extends AuthHook {
    @Override
    default HookResult doSasl(SMTPSession session, OidcSASLConfiguration configuration, String initialResponse) {
        return HookResult.DECLINED;
    }
}
