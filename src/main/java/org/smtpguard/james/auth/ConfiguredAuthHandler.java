package org.smtpguard.james.auth;

import java.util.List;
import java.util.Set;

import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;

/**
 * James' AUTH handler for {@link JamesSasl}. It is in the handler chain so that James gives it the hooks of the chain and, from
 * 3.10 on, the SASL mechanisms of the port. It handles no command and announces nothing.
 *
 * <p>Overrides public methods only: the protected ones differ between versions of James.
 */
public final class ConfiguredAuthHandler extends AuthCmdHandler {
    @Override
    public Set<String> getImplCommands() {
        return Set.of();
    }

    @Override
    public List<String> getImplementedEsmtpFeatures(SMTPSession session) {
        return List.of();
    }

    @Override
    public String[] getMailParamNames() {
        return new String[0];
    }

    /** What James would announce to the session. */
    List<String> jamesFeatures(SMTPSession session) {
        return super.getImplementedEsmtpFeatures(session);
    }
}
