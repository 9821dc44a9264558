package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.smtpguard.protocol.Printable;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SessionState;

/** Writes and reads the state of a session in words. */
public final class StateText {
    /** The maximum length of an address, in characters; longer ones are cut. */
    static final int ADDRESS_LIMIT = 120;

    private static final Map<Greeting, String> GREETINGS = new EnumMap<>(Map.of(
        Greeting.EHLO, "EHLO done",
        Greeting.HELO, "HELO done",
        Greeting.VOIDED_BY_TLS, "no EHLO since STARTTLS",
        Greeting.NONE, "no EHLO yet"));
    /** Greedy, so that numbers are read from the end: a client can put any text into the sender. */
    private static final Pattern FORM = Pattern.compile("(TLS active, )?(" + String.join("|", GREETINGS.values())
        + ")(, authenticated)?(, sender <(.*)>, (\\d{1,9}) recipients? accepted(?:, (\\d{1,9}) refused)?|, no mail transaction open|)",
        Pattern.DOTALL);

    private StateText() {
    }

    /** Reads the state from a text of {@link #of}, on a port that offers nothing, since the text has no port; empty for other texts. */
    public static Optional<SessionState> read(String words) {
        Matcher form = FORM.matcher(words);
        return form.matches() ? Optional.of(state(form)) : Optional.empty();
    }

    private static SessionState state(Matcher form) {
        SessionState.Builder state = SessionState.on(Port.plain())
            .tls(form.group(1) != null)
            .greeting(greeting(form.group(2)))
            .authenticated(form.group(3) != null);
        if (form.group(5) != null) {
            int refused = form.group(7) == null ? 0 : Math.min(Integer.parseInt(form.group(7)), 1);
            state.sender(form.group(5)).recipients(Integer.parseInt(form.group(6)))
                .refusedRecipients(Collections.nCopies(refused, RefusedRecipient.of("", "")));
        }
        return state.build();
    }

    private static Greeting greeting(String words) {
        return GREETINGS.entrySet().stream().filter(entry -> entry.getValue().equals(words)).map(Map.Entry::getKey).findFirst()
            .orElseThrow();
    }

    static String of(SessionState state) {
        List<String> facts = new ArrayList<>();
        if (state.isTlsActive()) {
            facts.add("TLS active");
        }
        facts.add(GREETINGS.get(state.greeting()));
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
}
