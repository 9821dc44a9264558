package org.smtpguard.sequence;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a session stands, at one command: derived from the server's own session each time, immutable, never kept.
 * Everything a rule may look at is here, and nothing else.
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

    /** A session that has just been connected to that port. */
    public static Builder on(Port port) {
        return new Builder(port);
    }

    /** A state that differs in what the builder is then told. */
    public Builder but() {
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

    /** Whether a greeting counts, be it EHLO or HELO. */
    public boolean isGreeted() {
        return greeting == Greeting.EHLO || greeting == Greeting.HELO;
    }

    public boolean isTlsActive() {
        return tls;
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    /** Whether this client needs AUTH to get on: it was told so (530), or tried and failed. */
    public boolean isAuthenticationNeeded() {
        return authenticationNeeded;
    }

    /** Whether AUTH is offered in this very state of the transport. */
    public boolean isAuthOffered() {
        return port.auth() == Port.AuthOffer.ALWAYS || port.auth() == Port.AuthOffer.UNDER_TLS && tls;
    }

    /** The sender of the open transaction; the null sender is the empty text. */
    public Optional<String> sender() {
        return sender;
    }

    public boolean isInTransaction() {
        return sender.isPresent();
    }

    /** How many recipients of the open transaction were accepted. */
    public int recipients() {
        return recipients;
    }

    /** The recipients of the open transaction that were refused, in the order of the client's commands. */
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
     * The state without names and numbers: a number below {@link #SITUATIONS} in which none/one/many recipients,
     * some/no refused recipients, greeting, TLS, authentication and the port's offers are all that is left.
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

    /** A state of that situation; empty if no session can be in it. */
    static Optional<SessionState> of(int situation) {
        int transaction = situation >> 4 & 3;
        int auth = situation >> 8 & 3;
        boolean refused = (situation & 1 << 6) != 0;
        if (auth >= Port.AuthOffer.values().length || refused && transaction == 0) {
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

    /** Builds a state; what is not said is as in a fresh session. */
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

        /** Without a transaction: no sender, no recipient, none refused. */
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
