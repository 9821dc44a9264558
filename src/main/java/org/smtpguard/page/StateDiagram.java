package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.page.StateGraph.Edge;
import org.smtpguard.page.StateGraph.Lane;
import org.smtpguard.page.StateGraph.Node;
import org.smtpguard.sequence.Move;
import org.smtpguard.sequence.Phase;

/** The graph of states as a picture (SVG): a lane a column, a phase a row, and what leads on an arrow. */
final class StateDiagram {
    private static final int NODE_WIDTH = 132;
    private static final int NODE_HEIGHT = 44;
    private static final int LANE_STEP = 178;
    private static final int ROW_STEP = 88;
    private static final int LEFT = 40;
    private static final int TOP = 40;
    private static final int RIGHT = 16;
    private static final int PHASES = Phase.values().length;
    private static final String ARROW = "arrow";

    private final StateGraph graph;
    private final List<Lane> lanes;

    StateDiagram(StateGraph graph) {
        this.graph = graph;
        this.lanes = graph.lanes();
    }

    /**
     * @param here the state of the session
     * @param refused the command that was refused in it
     */
    Element draw(Optional<Node> here, Optional<String> refused) {
        int width = LEFT + (lanes.size() - 1) * LANE_STEP + NODE_WIDTH + RIGHT;
        int height = TOP + PHASES * ROW_STEP + NODE_HEIGHT + 12;
        Element svg = el("svg",
            el("title", "The order of commands" + here.map(node -> "; the session is at: " + node).orElse("")).at("id", "states-title"),
            el("desc", graph.edges().stream().map(Edge::toString).collect(Collectors.joining(". "))).at("id", "states-desc"),
            el("defs", el("marker", el("path").at("d", "M0 0 8 4 0 8z")).at("id", ARROW).at("viewBox", "0 0 8 8").at("refX", 7)
                .at("refY", 4).at("markerWidth", 7).at("markerHeight", 7).at("orient", "auto-start-reverse")))
            .at("viewBox", "0 0 " + width + " " + height).at("role", "img").at("aria-labelledby", "states-title states-desc")
            .css("states lanes" + lanes.size());
        for (Lane lane : lanes) {
            svg.add(el("text", lane.title()).at("x", centre(lane)).at("y", 20).css("lane"));
        }
        arrows().forEach(svg::add);
        graph.nodes().forEach(node -> svg.add(box(node, here.filter(node::equals).isPresent(), refused)));
        svg.add(el("g",
            el("rect").at("x", LEFT).at("y", y(PHASES)).at("width", width - LEFT - RIGHT).at("height", NODE_HEIGHT).at("rx", 22),
            el("text", "Delivered").at("x", LEFT + (width - LEFT - RIGHT) / 2).at("y", y(PHASES) + 20).css("name"),
            el("text", "then as before MAIL").at("x", LEFT + (width - LEFT - RIGHT) / 2).at("y", y(PHASES) + 36).css("small"))
            .css("goal"));
        return svg;
    }

    private Element box(Node node, boolean isHere, Optional<String> refused) {
        int x = x(node.lane());
        int y = y(node.phase().ordinal());
        Optional<String> below = isHere ? refused.map(command -> "\u2715 " + command) : again(node);
        Element group = el("g",
            el("rect").at("x", x).at("y", y).at("width", NODE_WIDTH).at("height", NODE_HEIGHT).at("rx", 8),
            el("text", node.title()).at("x", x + NODE_WIDTH / 2).at("y", y + (below.isPresent() ? 19 : 27)).css("name"));
        below.ifPresent(text -> group.add(el("text", text).at("x", x + NODE_WIDTH / 2).at("y", y + 36).css("small")));
        return group.css(isHere ? "node here" : "node");
    }

    /** The moves that lead back to the same node. */
    private Optional<String> again(Node node) {
        String moves = graph.edges().stream().filter(edge -> edge.from().equals(node) && edge.to().equals(node))
            .map(edge -> edge.move() + " again").collect(Collectors.joining(", "));
        return Optional.of(moves).filter(text -> !text.isEmpty());
    }

    private List<Element> arrows() {
        Map<String, List<Edge>> byPlaces = new LinkedHashMap<>();
        graph.edges().stream().filter(edge -> edge.move() == Move.DATA || !edge.from().equals(edge.to()))
            .forEach(edge -> byPlaces.computeIfAbsent(edge.from() + "/" + (edge.move() == Move.DATA ? "" : edge.to()),
                key -> new ArrayList<>()).add(edge));
        return byPlaces.values().stream().map(this::arrow).collect(Collectors.toList());
    }

    private Element arrow(List<Edge> edges) {
        Edge edge = edges.get(0);
        String label = edges.stream().map(same -> same.move().toString()).collect(Collectors.joining(" | "));
        if (edge.move() == Move.DATA) {
            return down(edge.from(), PHASES, label);
        }
        if (edge.from().lane() != edge.to().lane()) {
            return across(edge.from(), edge.to(), label);
        }
        if (edge.to().phase().ordinal() > edge.from().phase().ordinal()) {
            return down(edge.from(), edge.to().phase().ordinal(), label);
        }
        return back(edge.from(), edge.to(), isLabelledAbove(edge) ? "" : label);
    }

    /** Whether it joins an arrow with the same label. */
    private boolean isLabelledAbove(Edge edge) {
        return graph.edges().stream().anyMatch(other -> other.move() == edge.move() && other.to().equals(edge.to())
            && other.from().lane() == edge.from().lane() && other.from().phase().ordinal() < edge.from().phase().ordinal()
            && other.from().phase().ordinal() > edge.to().phase().ordinal());
    }

    private Element down(Node from, int row, String label) {
        int begin = y(from.phase().ordinal()) + NODE_HEIGHT;
        int end = y(row);
        return edge("M" + centre(from.lane()) + " " + begin + "V" + (end - 1))
            .add(el("text", label).at("x", centre(from.lane()) + 7).at("y", (begin + end) / 2 + 4).css("label start"));
    }

    /** An arrow on the left side, upwards. */
    private Element back(Node from, Node to, String label) {
        int x = x(from.lane());
        int begin = middle(from);
        int end = middle(to) + 8;
        int out = x - 14;
        String path = "M" + x + " " + begin + "H" + (out + 6) + "Q" + out + " " + begin + " " + out + " " + (begin - 6)
            + "V" + (end + 6) + "Q" + out + " " + end + " " + (out + 6) + " " + end + "H" + (x - 1);
        return edge(path).add(upright(label, out - 5, y(from.phase().ordinal()) - (ROW_STEP - NODE_HEIGHT) / 2));
    }

    /** An arrow to a lane on the right, in the same row or above. */
    private Element across(Node from, Node to, String label) {
        int begin = x(from.lane()) + NODE_WIDTH;
        int end = x(to.lane()) - 1;
        int low = middle(from) - 8;
        if (from.phase() == to.phase()) {
            return edge("M" + begin + " " + low + "H" + end)
                .add(el("text", label).at("x", (begin + end) / 2).at("y", low - 6).css("label"));
        }
        int high = middle(to);
        int turn = x(to.lane()) - (LANE_STEP - NODE_WIDTH) / 2;
        return edge("M" + begin + " " + low + "H" + (turn - 8) + "Q" + turn + " " + low + " " + turn + " " + (low - 8) + "V" + (high + 8)
            + "Q" + turn + " " + high + " " + (turn + 8) + " " + high + "H" + end).add(upright(label, turn - 5, (low + high) / 2));
    }

    private static Element edge(String path) {
        return el("g", el("path").at("d", path).at("marker-end", "url(#" + ARROW + ")")).css("edge");
    }

    private static Element upright(String label, int x, int y) {
        return el("text", label).at("transform", "translate(" + x + " " + y + ") rotate(-90)").css("label");
    }

    private int x(Lane lane) {
        return LEFT + lanes.indexOf(lane) * LANE_STEP;
    }

    private int centre(Lane lane) {
        return x(lane) + NODE_WIDTH / 2;
    }

    private static int y(int row) {
        return TOP + row * ROW_STEP;
    }

    private static int middle(Node node) {
        return y(node.phase().ordinal()) + NODE_HEIGHT / 2;
    }
}
