package org.smtpguard.sequence;

import java.util.Optional;
import java.util.stream.Stream;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;

/**
 * A command that changes the state of a session: the form in which a refusal proposes it, and the state after the server accepts it.
 * Declared in the order in which equally good moves are proposed.
 */
public enum Move {
    EHLO(Verb.EHLO, "<your-domain>"),
    HELO(Verb.HELO, "<your-domain>"),
    MAIL(Verb.MAIL, "FROM:<address>"),
    RCPT(Verb.RCPT, "TO:<address>"),
    DATA(Verb.DATA),
    AUTH(Verb.AUTH, "<mechanism>"),
    STARTTLS(Verb.STARTTLS),
    RSET(Verb.RSET),
    QUIT(Verb.QUIT);

    private final CommandLine command;
    private final String form;

    Move(Verb verb) {
        this.command = CommandLine.of(verb, Optional.empty());
        this.form = verb.name();
    }

    Move(Verb verb, String argument) {
        this.command = CommandLine.of(verb, Optional.of(argument));
        this.form = verb.name() + " " + argument;
    }

    /** The move of this verb; empty for a verb that changes no state, such as NOOP. */
    public static Optional<Move> of(Verb verb) {
        return Stream.of(values()).filter(move -> move.command.verb() == verb).findFirst();
    }

    /** The command that the table judges. */
    CommandLine command() {
        return command;
    }

    /** The command as a refusal on this port proposes it. */
    public String form(Port port) {
        return this == AUTH ? port.authCommand().orElse(form) : form;
    }

    /** Whether the port offers the command in this state. */
    boolean isOffered(SessionState state) {
        switch (this) {
            case AUTH:
                return state.isAuthOffered();
            case STARTTLS:
                return state.port().offersStartTls() && !state.isTlsActive();
            default:
                return true;
        }
    }

    /** Whether to propose it as an alternative to the best move: a second greeting, for example, is not useful. */
    boolean isUseful(SessionState state) {
        switch (this) {
            case EHLO:
                return state.greeting() != Greeting.EHLO;
            case HELO:
                return !state.isGreeted();
            case STARTTLS:
                return !state.isInTransaction() && !state.isAuthenticated();
            case RSET:
                return state.isInTransaction();
            default:
                return true;
        }
    }

    /** The state of the session after the server has accepted the command. */
    public SessionState accepted(SessionState state) {
        switch (this) {
            case EHLO:
                return state.toBuilder().greeting(Greeting.EHLO).noTransaction().build();
            case HELO:
                return state.toBuilder().greeting(Greeting.HELO).noTransaction().build();
            case MAIL:
                return state.toBuilder().sender("").build();
            case RCPT:
                return state.toBuilder().recipients(state.recipients() + 1).build();
            case AUTH:
                return state.toBuilder().authenticated(true).build();
            case STARTTLS:
                return state.toBuilder().tls(true).greeting(state.greeting() == Greeting.NONE ? Greeting.NONE : Greeting.VOIDED_BY_TLS)
                    .noTransaction().build();
            case DATA:
            case RSET:
                return state.toBuilder().noTransaction().build();
            default:
                return state;
        }
    }
}
