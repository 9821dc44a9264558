package org.smtpguard.sequence;

import java.util.function.Predicate;

import org.smtpguard.protocol.CommandLine;

/** The condition under which a rule refuses a command. */
enum Condition {
    NEVER_GREETED((state, command) -> state.greeting() == Greeting.NONE),
    GREETING_VOIDED((state, command) -> state.greeting() == Greeting.VOIDED_BY_TLS),
    GREETED_BY_HELO((state, command) -> state.greeting() == Greeting.HELO),
    TLS_ACTIVE((state, command) -> state.isTlsActive()),
    AUTHENTICATED((state, command) -> state.isAuthenticated()),
    AUTH_NEEDS_TLS((state, command) -> state.port().auth() == Port.AuthOffer.UNDER_TLS && !state.isTlsActive()),
    IN_TRANSACTION((state, command) -> state.isInTransaction()),
    NO_TRANSACTION((state, command) -> !state.isInTransaction()),
    NO_RECIPIENT((state, command) -> state.recipients() == 0 && state.refusedRecipients().isEmpty()),
    ONLY_REFUSED_RECIPIENTS((state, command) -> state.recipients() == 0 && !state.refusedRecipients().isEmpty()),
    HAS_ARGUMENT((state, command) -> command.argument().filter(Predicate.not(String::isBlank)).isPresent()),
    NO_ARGUMENT((state, command) -> command.argument().filter(Predicate.not(String::isBlank)).isEmpty());

    private final Test test;

    Condition(Test test) {
        this.test = test;
    }

    boolean holds(SessionState state, CommandLine command) {
        return test.holds(state, command);
    }

    private interface Test {
        boolean holds(SessionState state, CommandLine command);
    }
}
