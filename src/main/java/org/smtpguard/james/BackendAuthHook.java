package org.smtpguard.james;

import java.util.Optional;
import java.util.concurrent.ExecutionException;

import com.google.inject.Inject;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.core.MaybeSender;
import org.apache.james.core.Username;
import org.apache.james.protocols.api.handler.ProtocolHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.AuthHook;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.apache.james.protocols.smtp.hook.MailHook;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Secret;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.auth.LoginProtection;
import org.smtpguard.james.auth.PasswordHook;
import org.smtpguard.james.backends.BackendSet;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.event.AuthOutcome;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.event.Notes;
import org.smtpguard.james.guard.MailPermission;
import org.smtpguard.james.start.StartErrors;

/**
 * Uses the same backends in a handler chain that keeps James' own {@code AuthCmdHandler}. An {@link AuthHook} has to return its
 * result, so this one blocks the thread that serves this session and others, as all hooks of James do; {@link Authentication}
 * does not.
 */
public final class BackendAuthHook implements PasswordHook, MailHook, ProtocolHandler {
    private static final String UNAVAILABLE = "The credentials could not be checked just now";

    private final Backends backends;
    private final Logbook logbook;
    private final LoginProtection protection;
    private final StartErrors errors;
    private BackendSet set;
    private BackendChain chain;

    @Inject
    BackendAuthHook(GuardParts parts) {
        this(parts.get(Backends.class), parts.get(Logbook.class), parts.get(LoginProtection.class), parts.errors());
    }

    /** For use without a server, whose start would be reported. */
    public BackendAuthHook(Backends backends, Logbook logbook, LoginProtection protection) {
        this(backends, logbook, protection, StartErrors.unreported());
    }

    private BackendAuthHook(Backends backends, Logbook logbook, LoginProtection protection, StartErrors errors) {
        this.backends = backends;
        this.logbook = logbook;
        this.protection = protection;
        this.errors = errors;
    }

    @Override
    public void init(Configuration config) throws ConfigurationException {
        try {
            ConfigurationElement handler = ConfigurationElement.handler(config, NamedClass.BACKEND_AUTH_HOOK).onlyAttributes("class")
                .onlyElements("backend");
            set = BackendSet.parse(handler, backends);
            protection.configure(Optional.empty());
        } catch (InvalidConfigurationException e) {
            errors.handler(NamedClass.BACKEND_AUTH_HOOK, config, e.getMessage());
            throw new ConfigurationException(e.getMessage(), e);
        }
        chain = new BackendChain(set.links());
    }

    @Override
    public void destroy() {
        set.release();
    }

    @Override
    public HookResult doAuth(SMTPSession session, Username username, String password) {
        try {
            // James does not tell hooks the mechanism.
            Origin origin = Origin.of("PLAIN", Optional.of(session.getRemoteAddress().getAddress().getHostAddress()),
                Optional.of(session.getSessionID()), session.isTLSStarted());
            Credentials credentials = Credentials.of(username.asString(), Secret.of(password)).from(origin);
            CredentialResult result = protection.attempt(username.asString(), origin, Optional.of(credentials.password().bytes()),
                () -> chain.verify(credentials)).get();
            if (!result.isAccepted() && logbook.failed(origin, AuthOutcome.of(result), username.asString(), result)) {
                Notes.of(session).failedLoginReported();
            }
            return result(session, result);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unavailable();
        } catch (ExecutionException e) {
            return unavailable();
        }
    }

    /** Whether the session's app password is still valid, and the sender one that it may use. */
    @Override
    public HookResult doMail(SMTPSession session, MaybeSender sender) {
        Optional<CredentialResult> valid = Notes.of(session).scope().map(scope -> scope.recheck().join());
        if (valid.filter(result -> result.kind() == CredentialResult.Kind.UNAVAILABLE).isPresent()) {
            return unavailable();
        }
        return valid.filter(result -> !result.isAccepted()).isEmpty() ? MailPermission.judge(session, sender)
            : HookResult.builder().hookReturnCode(HookReturnCode.disconnected(HookReturnCode.Action.DENYSOFT)).smtpReturnCode("421")
                .smtpDescription(Fault.LOGIN_ENDED.status() + " " + Fault.LOGIN_ENDED.cause()).build();
    }

    private static HookResult result(SMTPSession session, CredentialResult result) {
        if (result.isAccepted()) {
            session.setUsername(Username.of(result.username()));
            session.setRelayingAllowed(true);
            result.scope().ifPresent(Notes.of(session)::limitTo);
            return HookResult.builder().hookReturnCode(HookReturnCode.ok()).smtpDescription("2.7.0 Authentication successful").build();
        }
        return result.kind().isRefusal()
            ? HookResult.builder().hookReturnCode(HookReturnCode.deny()).smtpReturnCode("535")
                .smtpDescription("5.7.8 Authentication failed").build()
            : soft(result.kind() == CredentialResult.Kind.BLOCKED ? "Too many log-ins have failed. " + result.reason() : UNAVAILABLE);
    }

    private static HookResult unavailable() {
        return soft(UNAVAILABLE);
    }

    private static HookResult soft(String why) {
        return HookResult.builder().hookReturnCode(HookReturnCode.denySoft()).smtpReturnCode("454")
            .smtpDescription("4.7.0 " + why).build();
    }
}
