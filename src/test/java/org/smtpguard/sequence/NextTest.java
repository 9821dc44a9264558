package org.smtpguard.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

/** Explores every state that a session can get into by legal commands, on every kind of port. */
class NextTest {
    /** The longest way: RSET, STARTTLS, EHLO, AUTH, MAIL, RCPT, DATA. */
    private static final int LONGEST = 7;

    private final SequenceTable table = new SequenceTable();
    private final Map<Integer, SessionState> reachable = explore();

    @Test
    void fromEveryStateADeliveredMessageCanBeReachedAndTheFirstAlternativeBringsItOneStepNearer() {
        for (SessionState start : reachable.values()) {
            int steps = stepsToDelivery(start);
            assertThat(steps).as("%s", start).isBetween(1, LONGEST);
            Move first = table.next(start).get(0);
            if (!isDelivery(first, start)) {
                assertThat(stepsToDelivery(first.accepted(start))).as("%s after %s", start, first).isEqualTo(steps - 1);
            }
        }
    }

    @Test
    void theFirstAlternativeIsOnAShortestPath() {
        for (SessionState start : reachable.values()) {
            assertThat(stepsToDelivery(start)).as("%s", start).isEqualTo(shortest(start));
        }
    }

    @Test
    void everyAlternativeIsLegalAndQuitIsTheLast() {
        for (SessionState state : reachable.values()) {
            List<Move> next = table.next(state);
            assertThat(next).as("%s", state).doesNotHaveDuplicates().allSatisfy(move ->
                assertThat(table.judge(state, move.command()).isLegal()).as("%s at %s", move, state).isTrue());
            assertThat(next.get(next.size() - 1)).isEqualTo(Move.QUIT);
        }
    }

    @Test
    void dataIsNeverLegalWithoutARecipient() {
        assertThat(reachable.values()).allSatisfy(state -> {
            if (table.judge(state, Move.DATA.command()).isLegal()) {
                assertThat(state.recipients()).isPositive();
            }
        });
    }

    @Test
    void onlyAuthAuthenticatesAndOnlyStarttlsBeginsTls() {
        for (SessionState state : reachable.values()) {
            for (Move move : Move.values()) {
                if (table.judge(state, move.command()).isLegal()) {
                    SessionState after = move.accepted(state);
                    assertThat(after.isAuthenticated()).isEqualTo(state.isAuthenticated() || move == Move.AUTH);
                    assertThat(after.isTlsActive()).isEqualTo(state.isTlsActive() || move == Move.STARTTLS);
                }
            }
        }
    }

    @Test
    void proposesWhatThePortTakes() {
        Port port = Port.plain().withStartTls(true).withAuth(Port.AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>");
        SessionState clear = SessionState.on(port).greeting(Greeting.EHLO).build();

        assertThat(forms(clear)).containsExactly("MAIL FROM:<address>", "STARTTLS", "QUIT");
        assertThat(forms(clear.toBuilder().authenticationNeeded(true).build())).startsWith("STARTTLS");
        assertThat(forms(clear.toBuilder().tls(true).build())).containsExactly("MAIL FROM:<address>", "AUTH PLAIN <base64>", "QUIT");
        assertThat(forms(clear.toBuilder().tls(true).authenticationNeeded(true).build())).startsWith("AUTH PLAIN <base64>");
        assertThat(forms(clear.toBuilder().sender("a@example.org").build())).containsExactly("RCPT TO:<address>", "RSET", "QUIT");
        assertThat(forms(clear.toBuilder().sender("a@example.org").authenticationNeeded(true).build())).startsWith("RSET");
        assertThat(forms(SessionState.on(port).build())).containsExactly("EHLO <your-domain>", "HELO <your-domain>", "QUIT");
    }

    private List<String> forms(SessionState state) {
        return table.next(state).stream().map(move -> move.form(state.port())).collect(Collectors.toList());
    }

    private static boolean isDelivery(Move move, SessionState state) {
        boolean cannotAuthenticate = !state.isAuthOffered()
            && !(state.port().auth() == Port.AuthOffer.UNDER_TLS && state.port().offersStartTls());
        return move == Move.DATA && (!state.isAuthenticationNeeded() || state.isAuthenticated() || cannotAuthenticate);
    }

    /** How many commands a client needs that always sends the first alternative. */
    private int stepsToDelivery(SessionState start) {
        SessionState state = start;
        for (int steps = 1; steps <= 2 * LONGEST; steps++) {
            Move move = table.next(state).get(0);
            if (isDelivery(move, state)) {
                return steps;
            }
            state = move.accepted(state);
        }
        return Integer.MAX_VALUE;
    }

    /** The length of a shortest path, found by a search that knows nothing of the one under test. */
    private int shortest(SessionState start) {
        Set<Integer> seen = new HashSet<>(Set.of(start.situation()));
        List<SessionState> frontier = List.of(start);
        for (int steps = 1; !frontier.isEmpty(); steps++) {
            List<SessionState> next = new ArrayList<>();
            for (SessionState state : frontier) {
                for (Move move : Move.values()) {
                    if (move != Move.QUIT && move.isOffered(state) && table.judge(state, move.command()).isLegal()) {
                        if (isDelivery(move, state)) {
                            return steps;
                        }
                        SessionState after = move.accepted(state);
                        if (seen.add(after.situation())) {
                            next.add(after);
                        }
                    }
                }
            }
            frontier = next;
        }
        return Integer.MAX_VALUE;
    }

    private Map<Integer, SessionState> explore() {
        Map<Integer, SessionState> found = new LinkedHashMap<>();
        Deque<SessionState> queue = new ArrayDeque<>();
        for (boolean startTls : List.of(true, false)) {
            for (Port.AuthOffer auth : Port.AuthOffer.values()) {
                for (boolean needed : List.of(true, false)) {
                    for (boolean tls : List.of(true, false)) {
                        queue.add(SessionState.on(Port.plain().withStartTls(startTls).withAuth(auth, "AUTH PLAIN <base64>"))
                            .authenticationNeeded(needed).tls(tls).build());
                    }
                }
            }
        }
        while (!queue.isEmpty()) {
            SessionState state = queue.remove();
            if (found.putIfAbsent(state.situation(), state) == null) {
                for (Move move : Move.values()) {
                    if (move.isOffered(state) && table.judge(state, move.command()).isLegal()) {
                        queue.add(move.accepted(state));
                    }
                }
                if (state.isInTransaction()) {
                    queue.add(state.toBuilder().refusedRecipients(List.of(RefusedRecipient.of("<x@example.org>", "550 no"))).build());
                }
            }
        }
        return found;
    }
}
