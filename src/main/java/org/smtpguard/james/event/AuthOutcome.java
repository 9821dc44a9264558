package org.smtpguard.james.event;

import java.util.Locale;
import java.util.Optional;

import org.smtpguard.credential.CredentialResult;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sasl.SaslStep;

/** How an AUTH ended, for the log and metrics. The client receives only its {@link Fault}. */
public enum AuthOutcome {
    ACCEPTED(Optional.empty()),
    UNKNOWN(Optional.of(Fault.CREDENTIALS_REFUSED)),
    REFUSED(Optional.of(Fault.CREDENTIALS_REFUSED)),
    DISABLED(Optional.of(Fault.CREDENTIALS_REFUSED)),
    EXPIRED(Optional.of(Fault.PASSWORD_EXPIRED)),
    TOO_WEAK(Optional.of(Fault.MECHANISM_TOO_WEAK)),
    BLOCKED(Optional.of(Fault.LOGINS_BLOCKED)),
    UNAVAILABLE(Optional.of(Fault.BACKEND_UNAVAILABLE)),
    /** The credentials are right, but not for the requested authorization identity. */
    IDENTITY(Optional.of(Fault.IDENTITY_REFUSED)),
    UNDECODABLE(Optional.of(Fault.UNDECODABLE)),
    MALFORMED(Optional.of(Fault.MALFORMED)),
    INITIAL_RESPONSE(Optional.of(Fault.INITIAL_RESPONSE)),
    TOO_LONG(Optional.of(Fault.RESPONSE_TOO_LONG)),
    CANCELLED(Optional.of(Fault.CANCELLED));

    private final Optional<Fault> fault;

    AuthOutcome(Optional<Fault> fault) {
        this.fault = fault;
    }

    /** @param step the last step of the exchange */
    public static AuthOutcome of(SaslStep step) {
        switch (step.type()) {
            case SUCCESS:
                return ACCEPTED;
            case REFUSED:
                return of(step.result());
            case IDENTITY_REFUSED:
                return IDENTITY;
            default:
                return MALFORMED;
        }
    }

    /** @param result the result of the backends */
    public static AuthOutcome of(CredentialResult result) {
        return valueOf(result.kind().name());
    }

    /** The fault sent to the client; empty if it is logged in. */
    public Optional<Fault> fault() {
        return fault;
    }

    /** The name in metrics and transcripts. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this is a definite refusal, which counts towards the limit of failed log-ins. */
    public boolean isFailedLogin() {
        return fault.filter(told -> told.id().counts() == DiagnosisId.Counts.FAILED_LOGIN).isPresent();
    }
}
