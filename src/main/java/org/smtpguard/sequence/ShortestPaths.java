package org.smtpguard.sequence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The number of legal commands from each situation to a delivered message, and the commands to propose in it. Computed once, when the
 * table is made. Immutable.
 */
final class ShortestPaths {
    private static final int UNREACHABLE = Integer.MAX_VALUE - 1;
    private static final int DELIVERED = 0;

    private final SequenceTable table;
    private final int[] distances = new int[SessionState.SITUATIONS];
    private final List<List<Move>> next;

    ShortestPaths(SequenceTable table) {
        this.table = table;
        Arrays.fill(distances, UNREACHABLE);
        boolean shortened = true;
        while (shortened) {
            shortened = false;
            for (int situation = 0; situation < distances.length; situation++) {
                Optional<SessionState> state = SessionState.of(situation);
                if (state.isPresent()) {
                    int distance = moves(state.get()).mapToInt(move -> 1 + distanceAfter(move, state.get())).min().orElse(UNREACHABLE);
                    if (distance < distances[situation]) {
                        distances[situation] = distance;
                        shortened = true;
                    }
                }
            }
        }
        this.next = IntStream.range(0, distances.length)
            .mapToObj(situation -> SessionState.of(situation).map(this::bestFirst).orElse(List.of()))
            .collect(Collectors.toUnmodifiableList());
    }

    /** The legal moves to propose: the best first, QUIT last. */
    List<Move> next(SessionState state) {
        return next.get(state.situation());
    }

    private List<Move> bestFirst(SessionState state) {
        Optional<Move> best = moves(state).min(Comparator
            .comparingInt((Move move) -> distanceAfter(move, state))
            .thenComparing(move -> !move.isUseful(state)));
        return Stream.concat(best.stream(), moves(state).filter(move -> move.isUseful(state) && best.filter(move::equals).isEmpty()))
            .collect(Collectors.toUnmodifiableList());
    }

    private Stream<Move> moves(SessionState state) {
        return Stream.of(Move.values()).filter(move -> move.isOffered(state) && table.judge(state, move.command()).isLegal());
    }

    private int distanceAfter(Move move, SessionState state) {
        if (move == Move.QUIT) {
            return UNREACHABLE;
        }
        boolean needsAuth = state.isAuthenticationNeeded() && !state.isAuthenticated() && canAuthenticate(state);
        return move == Move.DATA && !needsAuth ? DELIVERED : distances[move.accepted(state).situation()];
    }

    private static boolean canAuthenticate(SessionState state) {
        return state.isAuthOffered() || (state.port().auth() == Port.AuthOffer.UNDER_TLS && state.port().offersStartTls());
    }
}
