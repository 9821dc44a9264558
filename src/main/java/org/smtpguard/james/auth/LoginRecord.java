package org.smtpguard.james.auth;

import java.util.Optional;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.smtp.SMTPSession;

/** Records how a session was authenticated, as an attachment of the session. Immutable. */
public final class LoginRecord {
    private static final AttachmentKey<LoginRecord> KEY = AttachmentKey.of("smtpguard.login", LoginRecord.class);

    private final String mechanism;
    private final String user;
    private final String backend;
    private final boolean tls;

    LoginRecord(String mechanism, String user, String backend, boolean tls) {
        this.mechanism = mechanism;
        this.user = user;
        this.backend = backend;
        this.tls = tls;
    }

    /** The session's log-in; empty if the guard did not authenticate it. */
    public static Optional<LoginRecord> of(SMTPSession session) {
        return session.getAttachment(KEY, State.Connection);
    }

    void attachTo(SMTPSession session) {
        session.setAttachment(KEY, this, State.Connection);
    }

    public String mechanism() {
        return mechanism;
    }

    /** The user whose credentials were used; differs from the session's user if it acts as another one. */
    public String user() {
        return user;
    }

    /** The name of the backend that decided. */
    public String backend() {
        return backend;
    }

    public boolean isUnderTls() {
        return tls;
    }
}
