package org.smtpguard.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.LongFunction;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a client says in a session: an opening, so many units of what is counted and timed, and a closing. Immutable. The scripts
 * know two kinds of commands only, those that are to be accepted and those that are to be refused; another reply than that
 * is an error and ends the session.
 */
public final class Script {
    private static final int FOR_EVER = Integer.MAX_VALUE;
    private static final Step GREETING = Step.silent(220);
    private static final Step EHLO = Step.of("EHLO client.example", 250);
    private static final Step QUIT = Step.of("QUIT", 221);
    private static final String LINE = "A line of an ordinary message, as long as lines of ordinary messages are.\r\n";

    private final List<Step> opening;
    private final List<List<Step>> units;
    private final int unitsPerSession;
    private final List<Step> closing;

    private Script(List<Step> opening, List<List<Step>> units, int unitsPerSession, List<Step> closing) {
        this.opening = opening;
        this.units = units;
        this.unitsPerSession = unitsPerSession;
        this.closing = closing;
    }

    /** The script of that name ({@code script}); its other fields are what the script takes. */
    static Script of(JsonNode crowd) {
        String name = crowd.path("script").asText();
        int repeat = crowd.path("unitsPerSession").asInt(10);
        int recipients = crowd.path("recipients").asInt(1);
        switch (name) {
            case "auth":
                return session(1, List.of(login(crowd, number -> "", 235)));
            case "wrong-password":
                return session(1, List.of(login(crowd, number -> "-" + number, 535)));
            case "delivery":
                return session(repeat, delivery(recipients, message(crowd)));
            case "pipelined-delivery":
                return session(repeat, pipelinedDelivery(recipients, message(crowd)));
            case "refusals":
                return new Script(List.of(GREETING, EHLO), List.of(
                    List.of(Step.of("RCPT TO:<bob@localhost>", 503)),
                    List.of(Step.of("DATA", 503)),
                    List.of(Step.of("FLY", 500))), repeat, List.of(QUIT));
            case "noop":
                return new Script(List.of(GREETING, EHLO), List.of(List.of(Step.of("NOOP", 250))), FOR_EVER, List.of(QUIT));
            case "idle":
                return new Script(List.of(GREETING, EHLO), List.of(List.of()), FOR_EVER, List.of(QUIT));
            default:
                throw new IllegalArgumentException("there is no script " + name);
        }
    }

    private static Script session(int repeat, List<Step> unit) {
        return new Script(List.of(GREETING, EHLO), List.of(unit), repeat, List.of(QUIT));
    }

    private static Step login(JsonNode crowd, LongFunction<String> behindThePassword, int code) {
        String user = crowd.path("user").asText();
        String password = crowd.path("password").asText();
        return Step.numbered(number -> "AUTH PLAIN " + Base64.getEncoder().encodeToString(
            ('\0' + user + '\0' + password + behindThePassword.apply(number)).getBytes(StandardCharsets.UTF_8)), code);
    }

    private static List<Step> delivery(int recipients, String message) {
        List<Step> unit = new ArrayList<>();
        unit.add(Step.of("MAIL FROM:<alice@localhost>", 250));
        for (int i = 1; i <= recipients; i++) {
            unit.add(Step.of("RCPT TO:<user" + i + "@localhost>", 250));
        }
        unit.add(Step.of("DATA", 354));
        unit.add(Step.of(message, 250));
        return List.copyOf(unit);
    }

    /** RFC 2920 §3.1: MAIL, every RCPT and DATA in one group, the message in the next. */
    private static List<Step> pipelinedDelivery(int recipients, String message) {
        StringBuilder group = new StringBuilder("MAIL FROM:<alice@localhost>\r\n");
        int[] codes = new int[recipients + 2];
        Arrays.fill(codes, 250);
        for (int i = 1; i <= recipients; i++) {
            group.append("RCPT TO:<user").append(i).append("@localhost>\r\n");
        }
        codes[recipients + 1] = 354;
        return List.of(Step.of(group.append("DATA").toString(), codes), Step.of(message, 250));
    }

    private static String message(JsonNode crowd) {
        int octets = crowd.path("octets").asInt(4096);
        StringBuilder message = new StringBuilder("From: <alice@localhost>\r\nTo: <user1@localhost>\r\nSubject: load\r\n\r\n");
        while (message.length() + LINE.length() < octets) {
            message.append(LINE);
        }
        return message.append(".").toString();
    }

    List<Step> opening() {
        return opening;
    }

    /** @param number from 0, of the units of this client */
    List<Step> unit(long number) {
        return units.get((int) (number % units.size()));
    }

    int unitsPerSession() {
        return unitsPerSession;
    }

    /** Whether there is nothing to say between opening and closing. */
    boolean isIdle() {
        return units.get(0).isEmpty();
    }

    List<Step> closing() {
        return closing;
    }
}
