package org.smtpguard.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.RefusedRecipient;
import org.smtpguard.sequence.SessionState;

class StateTextTest {
    @ParameterizedTest
    @MethodSource("states")
    void whatIsWrittenCanBeReadAgain(SessionState state) {
        SessionState read = StateText.read(StateText.of(state)).orElseThrow();

        assertThat(StateText.of(read)).isEqualTo(StateText.of(state));
        assertThat(read.phase()).isEqualTo(state.phase());
        assertThat(read.greeting()).isEqualTo(state.greeting());
        assertThat(read.isTlsActive()).isEqualTo(state.isTlsActive());
        assertThat(read.isAuthenticated()).isEqualTo(state.isAuthenticated());
    }

    static List<SessionState> states() {
        List<SessionState> states = new ArrayList<>();
        for (Greeting greeting : Greeting.values()) {
            for (boolean tls : new boolean[] {false, true}) {
                for (boolean authenticated : new boolean[] {false, true}) {
                    SessionState greeted = SessionState.on(Port.plain()).greeting(greeting).tls(tls).authenticated(authenticated).build();
                    states.add(greeted);
                    for (int recipients = 0; recipients < 3; recipients++) {
                        SessionState open = greeted.toBuilder().sender("alice@example.org").recipients(recipients).build();
                        states.add(open);
                        states.add(open.toBuilder().refusedRecipients(List.of(RefusedRecipient.of("<x>", "550 no"))).build());
                    }
                }
            }
        }
        return states;
    }

    @ParameterizedTest
    @ValueSource(strings = {"x>, 5 recipients accepted, 3 refused", "x>, 5 recipients accepted", ">", "", ", authenticated, sender <y",
        "x>, no mail transaction open"})
    void aSenderCannotLieAboutTheRest(String sender) {
        SessionState state = SessionState.on(Port.plain()).greeting(Greeting.EHLO).sender(sender).recipients(1).build();

        SessionState read = StateText.read(StateText.of(state)).orElseThrow();

        assertThat(read.sender()).contains(sender);
        assertThat(read.recipients()).isEqualTo(1);
        assertThat(read.refusedRecipients().isEmpty()).isTrue();
        assertThat(read.isAuthenticated()).isFalse();
    }

    @Test
    void whatIsNoStateIsNotRead() {
        assertThat(StateText.read("")).isEmpty();
        assertThat(StateText.read("EHLO done, sender <x>, many recipients accepted")).isEmpty();
        assertThat(StateText.read("EHLO done, sender <x>, 99999999999 recipients accepted")).isEmpty();
    }
}
