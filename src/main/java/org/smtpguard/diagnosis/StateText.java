package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.List;

import org.smtpguard.protocol.Printable;
import org.smtpguard.sequence.SessionState;

/** A session's state in words. */
final class StateText {
    /** The longest address that is shown whole, in characters. */
    static final int ADDRESS_LIMIT = 120;

    private StateText() {
    }

    static String of(SessionState state) {
        List<String> facts = new ArrayList<>();
        if (state.isTlsActive()) {
            facts.add("TLS active");
        }
        facts.add(greeting(state));
        if (state.isAuthenticated()) {
            facts.add("authenticated");
        }
        state.sender().ifPresent(sender -> {
            facts.add("sender <" + Printable.cut(sender, ADDRESS_LIMIT) + ">");
            facts.add(state.recipients() + (state.recipients() == 1 ? " recipient" : " recipients") + " accepted");
            if (!state.refusedRecipients().isEmpty()) {
                facts.add(state.refusedRecipients().size() + " refused");
            }
        });
        if (state.isGreeted() && !state.isInTransaction()) {
            facts.add("no mail transaction open");
        }
        return String.join(", ", facts);
    }

    private static String greeting(SessionState state) {
        switch (state.greeting()) {
            case EHLO:
                return "EHLO done";
            case HELO:
                return "HELO done";
            case VOIDED_BY_TLS:
                return "no EHLO since STARTTLS";
            default:
                return "no EHLO yet";
        }
    }
}
