package org.smtpguard.sequence;

import java.util.Optional;
import java.util.stream.Stream;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;

/**
 * A command that brings a session somewhere, in the form in which a refusal proposes it, and the state that it leads
 * to when the server accepts it. In the order in which they are proposed where one is as good as the other.
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

    /** The move that such a command is; empty for one that leads nowhere, such as NOOP. */
    public static Optional<Move> of(Verb verb) {
        return Stream.of(values()).filter(move -> move.command.verb() == verb).findFirst();
    }

    /** The command as the table judges it. */
    CommandLine command() {
        return command;
    }

    /** The command as a refusal on that port proposes it. */
    public String form(Port port) {
        return this == AUTH ? port.authCommand().orElse(form) : form;
    }

    /** Whether the port has such a command to offer in that state at all. */
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

    /** Whether it is worth proposing where it is not the best: a second greeting or an empty reset is not. */
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

    /** The state that the session is in once the server has accepted the command. */
    public SessionState accepted(SessionState state) {
        switch (this) {
            case EHLO:
                return state.but().greeting(Greeting.EHLO).noTransaction().build();
            case HELO:
                return state.but().greeting(Greeting.HELO).noTransaction().build();
            case MAIL:
                return state.but().sender("").build();
            case RCPT:
                return state.but().recipients(state.recipients() + 1).build();
            case AUTH:
                return state.but().authenticated(true).build();
            case STARTTLS:
                return state.but().tls(true).greeting(state.greeting() == Greeting.NONE ? Greeting.NONE : Greeting.VOIDED_BY_TLS)
                    .noTransaction().build();
            case DATA:
            case RSET:
                return state.but().noTransaction().build();
            default:
                return state;
        }
    }
}
