package org.smtpguard.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What is done to each contender of a scenario: crowds of clients, of which the first is counted. Immutable. */
final class Load {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String id;
    private final String title;
    private final List<Map<String, Object>> crowds;
    private final Optional<String> pacedBy;
    private final boolean isHeld;

    private Load(String id, String title, List<Map<String, Object>> crowds, Optional<String> pacedBy, boolean isHeld) {
        this.id = id;
        this.title = title;
        this.crowds = crowds;
        this.pacedBy = pacedBy;
        this.isHeld = isHeld;
    }

    /** @param crowd keys and values, as the crowds of the clients and their scripts know them */
    static Load of(String id, String title, Object... crowd) {
        return new Load(id, title, List.of(fields(crowd)), Optional.empty(), false);
    }

    /** The same, with these beside them. */
    Load with(Object... crowd) {
        List<Map<String, Object>> all = new ArrayList<>(crowds);
        all.add(fields(crowd));
        return new Load(id, title, List.copyOf(all), pacedBy, isHeld);
    }

    /** The same clients in an open loop, at half of what the slowest contender did. */
    Load paced() {
        return new Load(id + "-paced", title + ", at an even pace", crowds, Optional.of(id), isHeld);
    }

    /** The same, until it is told to end. */
    Load held() {
        return new Load(id, title, crowds, pacedBy, true);
    }

    private static Map<String, Object> fields(Object... crowd) {
        Map<String, Object> fields = new TreeMap<>();
        for (int i = 0; i < crowd.length; i += 2) {
            fields.put((String) crowd[i], crowd[i + 1]);
        }
        return fields;
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    /** The load that tells how fast this one is to be. */
    Optional<String> pacedBy() {
        return pacedBy;
    }

    /** Whether the pace is given, and what differs is how long a unit takes. */
    boolean isPaced() {
        return pacedBy.isPresent() || crowds.get(0).containsKey("perSecond");
    }

    boolean isHeld() {
        return isHeld;
    }

    /** @param perSecond how many units; 0 for as many as the server lets them */
    ObjectNode job(int port, double perSecond) {
        ObjectNode job = JSON.createObjectNode().put("host", "127.0.0.1").put("hold", isHeld);
        crowds.forEach(fields -> job.withArray("crowds").add(JSON.<ObjectNode>valueToTree(fields).put("port", port)));
        if (perSecond > 0) {
            ((ObjectNode) job.path("crowds").get(0)).put("perSecond", perSecond);
        }
        return job;
    }
}
