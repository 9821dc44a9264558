package org.smtpguard.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Move;
import org.smtpguard.sequence.Phase;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.Port.AuthOffer;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

/**
 * The states that a session on a port can reach, and the commands that lead to them, computed from the rule table. Without HELO, which is
 * like EHLO, and QUIT, which is always legal.
 */
final class StateGraph {
    private static final Set<Move> NOT_DRAWN = EnumSet.of(Move.HELO, Move.QUIT);
    private static final String AUTH = "AUTH";
    /** The initial states on ports with more and more extensions. */
    private static final List<SessionState> INITIAL_STATES = List.of(
        SessionState.on(Port.plain()).build(),
        SessionState.on(Port.plain().withAuth(AuthOffer.ALWAYS, AUTH)).build(),
        SessionState.on(Port.plain().withAuth(AuthOffer.ALWAYS, AUTH)).tls(true).build(),
        SessionState.on(Port.plain().withStartTls(true)).build(),
        SessionState.on(submission()).build(),
        SessionState.on(Port.plain().withStartTls(true).withAuth(AuthOffer.ALWAYS, AUTH)).build());

    private final Map<Node, SessionState> nodes = new LinkedHashMap<>();
    private final List<Edge> edges = new ArrayList<>();

    private StateGraph(SequenceTable table, SessionState begin) {
        Deque<SessionState> unseen = new ArrayDeque<>(List.of(begin));
        nodes.put(Node.of(begin), begin);
        while (!unseen.isEmpty()) {
            SessionState state = unseen.remove();
            for (Move move : table.next(state)) {
                if (!NOT_DRAWN.contains(move)) {
                    SessionState after = move.accepted(state);
                    if (nodes.putIfAbsent(Node.of(after), after) == null) {
                        unseen.add(after);
                    }
                    edges.add(new Edge(Node.of(state), Node.of(after), move));
                }
            }
        }
    }

    /** The graph of a port with STARTTLS, and AUTH under TLS. */
    static StateGraph ofSubmission(SequenceTable table) {
        return new StateGraph(table, SessionState.on(submission()).build());
    }

    /** The graph of a session with this initial state. */
    static StateGraph from(SequenceTable table, SessionState begin) {
        return new StateGraph(table, begin);
    }

    /** The graph of the port with the fewest extensions on which a session can have been in these states, with these moves proposed. */
    static StateGraph of(SequenceTable table, Collection<SessionState> states, Collection<Move> proposed) {
        Set<Node> wanted = states.stream().map(Node::of).collect(Collectors.toSet());
        return INITIAL_STATES.stream().map(begin -> new StateGraph(table, begin))
            .filter(graph -> graph.nodes.keySet().containsAll(wanted) && proposed.stream().allMatch(graph::offers))
            .findFirst().orElseGet(() -> new StateGraph(table, INITIAL_STATES.get(INITIAL_STATES.size() - 1)));
    }

    private static Port submission() {
        return Port.plain().withStartTls(true).withAuth(AuthOffer.UNDER_TLS, AUTH);
    }

    private boolean offers(Move move) {
        return NOT_DRAWN.contains(move) || edges.stream().anyMatch(edge -> edge.move == move);
    }

    Set<Node> nodes() {
        return nodes.keySet();
    }

    List<Edge> edges() {
        return edges;
    }

    /** The lanes that are used, from left to right. */
    List<Lane> lanes() {
        return Stream.of(Lane.values()).filter(lane -> nodes.keySet().stream().anyMatch(node -> node.lane == lane))
            .collect(Collectors.toList());
    }

    /** TLS and authentication of a session, which are kept until its end. */
    enum Lane {
        CLEAR("in clear text", false, false),
        CLEAR_AUTHENTICATED("authenticated", false, true),
        TLS("under TLS", true, false),
        TLS_AUTHENTICATED("TLS and AUTH", true, true);

        private final String title;
        private final boolean tls;
        private final boolean authenticated;

        Lane(String title, boolean tls, boolean authenticated) {
            this.title = title;
            this.tls = tls;
            this.authenticated = authenticated;
        }

        static Lane of(SessionState state) {
            return Stream.of(values()).filter(lane -> lane.tls == state.isTlsActive() && lane.authenticated == state.isAuthenticated())
                .findFirst().orElseThrow();
        }

        String title() {
            return title;
        }
    }

    /** States that are drawn as one. */
    static final class Node {
        private final Lane lane;
        private final Phase phase;
        private final boolean isVoid;

        private Node(Lane lane, Phase phase, boolean isVoid) {
            this.lane = lane;
            this.phase = phase;
            this.isVoid = isVoid;
        }

        static Node of(SessionState state) {
            return new Node(Lane.of(state), state.phase(), state.greeting() == Greeting.VOIDED_BY_TLS);
        }

        Lane lane() {
            return lane;
        }

        Phase phase() {
            return phase;
        }

        String title() {
            switch (phase) {
                case CONNECTED:
                    return isVoid ? "Greet again" : "Connected";
                case GREETED:
                    return "Greeted";
                case SENDER_GIVEN:
                    return "Sender given";
                default:
                    return "Recipients given";
            }
        }

        /** A voided greeting and none are at the same place in the diagram. */
        @Override
        public boolean equals(Object o) {
            return o instanceof Node && lane == ((Node) o).lane && phase == ((Node) o).phase;
        }

        @Override
        public int hashCode() {
            return Objects.hash(lane, phase);
        }

        @Override
        public String toString() {
            return title() + " " + lane.title;
        }
    }

    /** A command that leads from one node to another. */
    static final class Edge {
        private final Node from;
        private final Node to;
        private final Move move;

        private Edge(Node from, Node to, Move move) {
            this.from = from;
            this.to = to;
            this.move = move;
        }

        Node from() {
            return from;
        }

        Node to() {
            return to;
        }

        Move move() {
            return move;
        }

        @Override
        public String toString() {
            return from + ": " + move + " leads to " + to;
        }
    }

    /** The move of a proposed command. */
    static Optional<Move> move(String proposal) {
        String word = proposal.split(" ", 2)[0];
        return Stream.of(Move.values()).filter(move -> move.name().equals(word)).findFirst();
    }
}
