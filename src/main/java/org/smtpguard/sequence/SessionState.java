package org.smtpguard.sequence;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The state of a session when a command arrives: all that a rule may depend on. Derived from James' session for each command and never
 * stored. Immutable.
 */
public final class SessionState {
    /** The number of {@linkplain #situation() situations}. */
    static final int SITUATIONS = 1 << 11;

    private final Port port;
    private final Greeting greeting;
    private final boolean tls;
    private final boolean authenticated;
    private final boolean authenticationNeeded;
    private final Optional<String> sender;
    private final int recipients;
    private final RefusedRecipients refusedRecipients;

    private SessionState(Builder builder) {
        this.port = builder.port;
        this.greeting = builder.greeting;
        this.tls = builder.tls;
        this.authenticated = builder.authenticated;
        this.authenticationNeeded = builder.authenticationNeeded;
        this.sender = builder.sender;
        this.recipients = builder.recipients;
        this.refusedRecipients = builder.refusedRecipients;
    }

    /** A new session on this port. */
    public static Builder on(Port port) {
        return new Builder(port);
    }

    /** A builder with the values of this state. */
    public Builder toBuilder() {
        Builder builder = new Builder(port);
        builder.greeting = greeting;
        builder.tls = tls;
        builder.authenticated = authenticated;
        builder.authenticationNeeded = authenticationNeeded;
        builder.sender = sender;
        builder.recipients = recipients;
        builder.refusedRecipients = refusedRecipients;
        return builder;
    }

    public Port port() {
        return port;
    }

    public Greeting greeting() {
        return greeting;
    }

    /** Whether EHLO or HELO is in effect. */
    public boolean isGreeted() {
        return greeting == Greeting.EHLO || greeting == Greeting.HELO;
    }

    public boolean isTlsActive() {
        return tls;
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    /** Whether the client needs AUTH to continue: the server said so (530), or an AUTH failed. */
    public boolean isAuthenticationNeeded() {
        return authenticationNeeded;
    }

    /** Whether AUTH is offered in the current state of the transport. */
    public boolean isAuthOffered() {
        return port.auth() == Port.AuthOffer.ALWAYS || (port.auth() == Port.AuthOffer.UNDER_TLS && tls);
    }

    /** The sender of the open transaction; the null sender is the empty string. */
    public Optional<String> sender() {
        return sender;
    }

    public boolean isInTransaction() {
        return sender.isPresent();
    }

    /** The number of accepted recipients of the open transaction. */
    public int recipients() {
        return recipients;
    }

    /** The refused recipients of the open transaction. */
    public RefusedRecipients refusedRecipients() {
        return refusedRecipients;
    }

    public Phase phase() {
        if (!isGreeted()) {
            return Phase.CONNECTED;
        }
        if (!isInTransaction()) {
            return Phase.GREETED;
        }
        return recipients == 0 ? Phase.SENDER_GIVEN : Phase.RECIPIENTS_GIVEN;
    }

    /**
     * The state without addresses and exact counts, as a number below {@link #SITUATIONS}: greeting, TLS, authentication, none/one/many
     * recipients, some/no refused recipients, and the offers of the port.
     */
    int situation() {
        int transaction = !isInTransaction() ? 0 : recipients == 0 ? 1 : recipients == 1 ? 2 : 3;
        return greeting.ordinal()
            | (tls ? 1 << 2 : 0)
            | (authenticated ? 1 << 3 : 0)
            | transaction << 4
            | (refusedRecipients.isEmpty() ? 0 : 1 << 6)
            | (port.offersStartTls() ? 1 << 7 : 0)
            | port.auth().ordinal() << 8
            | (authenticationNeeded ? 1 << 10 : 0);
    }

    /** A state in this situation; empty if no session can be in it. */
    static Optional<SessionState> of(int situation) {
        int transaction = situation >> 4 & 3;
        int auth = situation >> 8 & 3;
        boolean refused = (situation & 1 << 6) != 0;
        if (auth >= Port.AuthOffer.values().length || (refused && transaction == 0)) {
            return Optional.empty();
        }
        Builder builder = on(Port.plain()
            .withStartTls((situation & 1 << 7) != 0)
            .withAuth(Port.AuthOffer.values()[auth], "AUTH"))
            .greeting(Greeting.values()[situation & 3])
            .tls((situation & 1 << 2) != 0)
            .authenticated((situation & 1 << 3) != 0)
            .authenticationNeeded((situation & 1 << 10) != 0)
            .recipients(Math.max(0, transaction - 1));
        if (transaction > 0) {
            builder.sender("");
        }
        if (refused) {
            builder.refusedRecipients(List.of(RefusedRecipient.of("", "")));
        }
        return Optional.of(builder.build());
    }

    @Override
    public boolean equals(Object o) {
        if (!(o instanceof SessionState)) {
            return false;
        }
        SessionState that = (SessionState) o;
        return situation() == that.situation() && recipients == that.recipients && sender.equals(that.sender)
            && refusedRecipients.toString().equals(that.refusedRecipients.toString());
    }

    @Override
    public int hashCode() {
        return Objects.hash(situation(), recipients, sender);
    }

    @Override
    public String toString() {
        return phase() + "{" + greeting + (tls ? ", TLS" : "") + (authenticated ? ", authenticated" : "")
            + (authenticationNeeded ? ", AUTH needed" : "") + ", sender " + sender + ", " + recipients + " recipients, "
            + refusedRecipients.size() + " refused, STARTTLS " + port.offersStartTls() + ", AUTH " + port.auth() + "}";
    }

    /** Builds a state. The defaults are those of a new session. */
    public static final class Builder {
        private final Port port;
        private Greeting greeting = Greeting.NONE;
        private boolean tls;
        private boolean authenticated;
        private boolean authenticationNeeded;
        private Optional<String> sender = Optional.empty();
        private int recipients;
        private RefusedRecipients refusedRecipients = RefusedRecipients.none();

        private Builder(Port port) {
            this.port = Objects.requireNonNull(port, "port");
        }

        public Builder greeting(Greeting value) {
            greeting = value;
            return this;
        }

        public Builder tls(boolean active) {
            tls = active;
            return this;
        }

        public Builder authenticated(boolean yes) {
            authenticated = yes;
            return this;
        }

        public Builder authenticationNeeded(boolean yes) {
            authenticationNeeded = yes;
            return this;
        }

        public Builder sender(String address) {
            sender = Optional.of(address);
            return this;
        }

        public Builder recipients(int accepted) {
            recipients = accepted;
            return this;
        }

        public Builder refusedRecipients(List<RefusedRecipient> refused) {
            return refusedRecipients(RefusedRecipients.of(refused));
        }

        public Builder refusedRecipients(RefusedRecipients refused) {
            refusedRecipients = refused;
            return this;
        }

        /** Removes the transaction: sender, recipients and refused recipients. */
        public Builder noTransaction() {
            sender = Optional.empty();
            recipients = 0;
            refusedRecipients = RefusedRecipients.none();
            return this;
        }

        public SessionState build() {
            return new SessionState(this);
        }
    }
}
