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
 * What the guard would say to a client, command by command, where the server accepts all that is in order: recipients,
 * credentials, handshakes, messages. Nothing is executed. Every rule is enforced.
 */
public final class Rehearsal {
    private final SequenceTable table;
    private final Diagnostician diagnostician;

    public Rehearsal(SequenceTable table) {
        this.table = table;
        this.diagnostician = new Diagnostician(table);
    }

    /** One step for each command, up to QUIT. */
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

    /** What a port does not offer the server answers as what it does not know. */
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
        return command.verb() == Verb.MAIL ? after.but().sender(address(command)).build() : after;
    }

    /** What stands in the angle brackets, if they are there. */
    private static String address(CommandLine command) {
        String argument = command.argument().orElse("");
        int open = argument.indexOf('<');
        int close = argument.lastIndexOf('>');
        return open >= 0 && close > open ? argument.substring(open + 1, close) : "";
    }

    /** A command and what came of it. Immutable. */
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

        /** Empty if the guard lets it pass. */
        public Optional<Diagnosis> refusal() {
            return refusal;
        }

        /** Where the session stands behind it. */
        public SessionState after() {
            return after;
        }

        /** The same in words. */
        public String state() {
            return state;
        }

        /** What is legal behind it. */
        public List<String> next() {
            return next;
        }
    }
}
