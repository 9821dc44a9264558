package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Move;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

/**
 * Simulates a session: how the guard would answer each command, if the server accepted every legal command, all recipients, credentials
 * and messages. Nothing is executed. Every rule is enforced.
 */
public final class Rehearsal {
    private final SequenceTable table;
    private final Diagnostician diagnostician;

    public Rehearsal(SequenceTable table) {
        this.table = table;
        this.diagnostician = new Diagnostician(table);
    }

    /** The result of each command, up to QUIT. */
    public List<RehearsedCommand> of(List<CommandLine> commands, SessionState begin) {
        List<RehearsedCommand> steps = new ArrayList<>();
        SessionState state = begin;
        for (CommandLine command : commands) {
            Optional<Diagnosis> refusal = refusal(command, state);
            state = refusal.isPresent() ? Diagnostician.afterwards(refusal.get().id(), state) : after(command, state);
            steps.add(new RehearsedCommand(command, refusal, state, diagnostician.stateOf(state), diagnostician.next(state)));
            if (command.verb() == Verb.QUIT && refusal.isEmpty()) {
                break;
            }
        }
        return steps;
    }

    private Optional<Diagnosis> refusal(CommandLine command, SessionState state) {
        if (command.endsInBareLf()) {
            return Optional.of(diagnostician.of(Fault.BARE_LF, command, state));
        }
        if (command.controlCharacter().isPresent()) {
            return Optional.of(diagnostician.of(Fault.CONTROL_CHARACTER, command.controlCharacter().get(), command, state));
        }
        Optional<SequenceRule> rule = table.judge(state, command).refusedBy();
        if (rule.isPresent()) {
            DiagnosisId id = rule.get().id();
            return Optional.of(diagnostician.of(rule.get(), command, Diagnostician.afterwards(id, state)));
        }
        return isKnown(command.verb(), state.port()) ? Optional.empty()
            : Optional.of(diagnostician.of(Fault.UNKNOWN_COMMAND, command, state));
    }

    /** James answers an extension that the port does not offer like an unknown command. */
    private static boolean isKnown(Verb verb, Port port) {
        switch (verb) {
            case OTHER:
                return false;
            case STARTTLS:
                return port.offersStartTls();
            case AUTH:
                return port.authCommand().isPresent();
            default:
                return true;
        }
    }

    private static SessionState after(CommandLine command, SessionState state) {
        SessionState after = Move.of(command.verb()).map(move -> move.accepted(state)).orElse(state);
        return command.verb() == Verb.MAIL ? after.toBuilder().sender(address(command)).build() : after;
    }

    /** The text in angle brackets; empty if there are none. */
    private static String address(CommandLine command) {
        String argument = command.argument().orElse("");
        int open = argument.indexOf('<');
        int close = argument.lastIndexOf('>');
        return open >= 0 && close > open ? argument.substring(open + 1, close) : "";
    }

    /** A command and its outcome. Immutable. */
    public static final class RehearsedCommand {
        private final CommandLine command;
        private final Optional<Diagnosis> refusal;
        private final SessionState after;
        private final String state;
        private final List<String> next;

        private RehearsedCommand(CommandLine command, Optional<Diagnosis> refusal, SessionState after, String state, List<String> next) {
            this.command = command;
            this.refusal = refusal;
            this.after = after;
            this.state = state;
            this.next = next;
        }

        public CommandLine command() {
            return command;
        }

        /** The diagnosis; empty if the command is legal. */
        public Optional<Diagnosis> refusal() {
            return refusal;
        }

        /** The state of the session after the command. */
        public SessionState after() {
            return after;
        }

        /** The same state in words. */
        public String state() {
            return state;
        }

        /** The commands that are legal after it. */
        public List<String> next() {
            return next;
        }
    }
}
