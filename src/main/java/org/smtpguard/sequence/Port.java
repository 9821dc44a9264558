package org.smtpguard.sequence;

import java.util.Objects;
import java.util.Optional;

/** The extensions that a port offers and that affect the order of commands. Immutable. */
public final class Port {
    /** When a client may authenticate. */
    public enum AuthOffer {
        NEVER,
        /** Only once TLS protects the connection ({@code requireSSL}). */
        UNDER_TLS,
        ALWAYS
    }

    private final boolean startTls;
    private final AuthOffer auth;
    private final String authCommand;

    private Port(boolean startTls, AuthOffer auth, String authCommand) {
        this.startTls = startTls;
        this.auth = Objects.requireNonNull(auth, "auth");
        this.authCommand = Objects.requireNonNull(authCommand, "authCommand");
    }

    /** A port that offers neither STARTTLS nor AUTH. */
    public static Port plain() {
        return new Port(false, AuthOffer.NEVER, "AUTH");
    }

    public Port withStartTls(boolean offered) {
        return new Port(offered, auth, authCommand);
    }

    /** @param command the AUTH command to propose, ready to be sent once {@code <base64>} is filled in */
    public Port withAuth(AuthOffer offer, String command) {
        return new Port(startTls, offer, command);
    }

    public boolean offersStartTls() {
        return startTls;
    }

    public AuthOffer auth() {
        return auth;
    }

    /** The AUTH command to propose; empty if the port does not offer AUTH. */
    public Optional<String> authCommand() {
        return auth == AuthOffer.NEVER ? Optional.empty() : Optional.of(authCommand);
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof Port)) {
            return false;
        }
        Port other = (Port) o;
        return startTls == other.startTls && auth == other.auth && authCommand.equals(other.authCommand);
    }

    @Override
    public int hashCode() {
        return Objects.hash(startTls, auth, authCommand);
    }
}
