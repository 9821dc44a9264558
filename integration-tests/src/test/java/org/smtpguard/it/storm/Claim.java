package org.smtpguard.it.storm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;

import org.smtpguard.it.fuzz.ReplyCheck.MalformedReply;

/** One AUTH: who claims to be whom, in which form, and what the server has to say to it. Nobody else makes the same claim. */
final class Claim {
    private enum Form { PLAIN, PLAIN_WHEN_ASKED, PLAIN_WITH_MORE_BEHIND, LOGIN, LOGIN_WITH_NAME }

    /** What the fixture's backend makes of a name that begins so. */
    private static final List<String> MOODS = List.of("prompt", "quick", "quick", "slow", "slow", "deaf", "deaf", "twice", "twice",
        "down", "broken", "throwing");
    private static final List<String> CANNOT_JUDGE = List.of("down", "broken", "throwing");

    private final String mood;
    private final String user;
    private final boolean right;
    private final Form form;
    private final boolean nobodyIsRefused;

    Claim(long client, int number, Random random, boolean nobodyIsRefused) {
        this.mood = MOODS.get(random.nextInt(MOODS.size()));
        this.user = mood + "-" + client + "-" + number + "@localhost";
        this.right = random.nextInt(3) == 0;
        this.form = Form.values()[random.nextInt(Form.values().length)];
        this.nobodyIsRefused = nobodyIsRefused;
    }

    /** Says all of it but the last line, and hears the challenges. */
    void begin(StormWire wire) throws IOException, MalformedReply {
        switch (form) {
            case PLAIN_WHEN_ASKED:
                challenge(wire, "AUTH PLAIN");
                break;
            case LOGIN:
                challenge(wire, "AUTH LOGIN");
                challenge(wire, base64(user));
                break;
            case LOGIN_WITH_NAME:
                challenge(wire, "AUTH LOGIN " + base64(user));
                break;
            default:
                break;
        }
    }

    /** Says the last line, behind which the server has to find a verdict. */
    void end(StormWire wire) throws IOException {
        String plain = base64("\0" + user + "\0" + password());
        switch (form) {
            case PLAIN:
                wire.send("AUTH PLAIN " + plain + "\r\n");
                break;
            case PLAIN_WITH_MORE_BEHIND:
                wire.send("AUTH PLAIN " + plain + "\r\nNOOP\r\n");
                break;
            case PLAIN_WHEN_ASKED:
                wire.send(plain + "\r\n");
                break;
            default:
                wire.send(base64(password()) + "\r\n");
                break;
        }
    }

    /** Whether the server says a second thing, of what was sent behind. */
    boolean hasMoreBehind() {
        return form == Form.PLAIN_WITH_MORE_BEHIND;
    }

    boolean isAnsweredBy(String reply) {
        if (CANNOT_JUDGE.contains(mood) || (!right && nobodyIsRefused)) {
            return reply.startsWith("454-4.7.0 ") && reply.contains("[AUTH-UNAVAILABLE]");
        }
        return right ? reply.equals("235 2.7.0 Authentication successful\r\n")
            : reply.startsWith("535-5.7.8 ") && reply.contains("[AUTH-CREDENTIALS]");
    }

    String user() {
        return user;
    }

    private static void challenge(StormWire wire, String line) throws IOException, MalformedReply {
        wire.send(line + "\r\n");
        String reply = wire.hear();
        if (!reply.startsWith("334 ")) {
            throw new IOException("no challenge but " + reply);
        }
    }

    private String password() {
        return right ? "hush-" + user : "hush-not-" + user;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return form + " of " + user + (right ? ", right" : ", wrong");
    }
}
