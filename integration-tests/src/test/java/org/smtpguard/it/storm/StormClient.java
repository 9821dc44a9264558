package org.smtpguard.it.storm;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.smtpguard.it.fuzz.ReplyCheck.MalformedReply;

/**
 * One connection on which somebody tries to log in until it succeeds, is enough, or the client hangs up at a moment that
 * has nothing to do with the server's. All it does is drawn from one seed.
 */
public final class StormClient {
    /** How the connection is secured. */
    public enum Security { NONE, STARTTLS, TLS }

    /** How a client leaves. */
    private enum End { CLOSE, RESET, SAY_NO_MORE }

    /** A little more than the longest that the fixture's backend takes. */
    private static final int LONGEST_WAIT_MILLIS = 25;
    private static final int SHORT_WAIT_MILLIS = 4;
    private static final int MOST_AUTHS = 8;
    /** So many AUTHs in a hundred are hung up over, of which every other one or so is over by then: a third goes without a verdict. */
    private static final int LEAVING_PERCENT = 50;
    private static final Pattern SESSION = Pattern.compile("\\(session ([0-9a-f]+)\\)");

    private final long number;
    private final Random random;
    private final boolean nobodyIsRefused;
    private final Tally tally;
    private Optional<String> session = Optional.empty();
    private StormWire wire;

    /**
     * @param number another for each client
     * @param nobodyIsRefused whether a directory that is down stands behind the first, so that a wrong password is never sure
     */
    public StormClient(long number, long seed, boolean nobodyIsRefused, Tally tally) {
        this.number = number;
        this.random = new Random(seed);
        this.nobodyIsRefused = nobodyIsRefused;
        this.tally = tally;
    }

    /** Connects, talks and goes; what it met is in the tally. */
    public void talk(InetSocketAddress server, Security security) {
        try (StormWire opened = new StormWire(server)) {
            wire = opened;
            begin(security);
            int last = 1 + random.nextInt(MOST_AUTHS);
            for (int i = 1; i <= last && tally.begin(); i++) {
                Claim claim = new Claim(number, i, random, nobodyIsRefused);
                if (random.nextInt(100) < LEAVING_PERCENT) {
                    hangUp(claim);
                    return;
                }
                if (ask(claim)) {
                    expect("XWHO", "250 " + claim.user() + "\r\n");
                    break;
                }
            }
            quit();
        } catch (IOException | MalformedReply e) {
            tally.fault(told(e));
        }
    }

    private void begin(Security security) throws IOException, MalformedReply {
        if (security == Security.TLS) {
            wire.handshake();
        }
        hear("220 ");
        greet();
        if (security == Security.STARTTLS) {
            expect("STARTTLS", "220 ");
            wire.handshake();
            greet();
        }
    }

    private void greet() throws IOException, MalformedReply {
        expect("EHLO client.example", "250");
    }

    /** Waits as long as it takes. Returns whether the client is logged in now. */
    private boolean ask(Claim claim) throws IOException {
        try {
            claim.begin(wire);
            claim.end(wire);
            String verdict = wire.hear();
            answered(claim, verdict);
            if (claim.hasMoreBehind()) {
                hear("503-5.5.1 ");
            }
            return verdict.startsWith("235");
        } catch (IOException | MalformedReply e) {
            tally.lose();
            throw new IOException(claim + ": " + e, e);
        }
    }

    /** Before, during or after the verdict, as it happens. */
    private void hangUp(Claim claim) {
        End end = End.values()[random.nextInt(End.values().length)];
        int wait = random.nextInt(random.nextBoolean() ? LONGEST_WAIT_MILLIS : SHORT_WAIT_MILLIS);
        boolean heard = false;
        try {
            claim.begin(wire);
            if (random.nextInt(10) > 0) {
                claim.end(wire);
                if (wait > 0) {
                    Optional<String> verdict = wire.hear(wait);
                    verdict.ifPresent(reply -> answered(claim, reply));
                    heard = verdict.isPresent();
                }
            }
            leave(end);
            if (end == End.SAY_NO_MORE) {
                heard = hearOut(claim, heard);
            }
            if (!heard) {
                tally.hungUp(end.name());
            }
        } catch (IOException | MalformedReply e) {
            tally.fault(told(claim + ": " + e));
            if (!heard) {
                tally.lose();
            }
        }
    }

    private void leave(End end) throws IOException {
        switch (end) {
            case CLOSE:
                wire.close();
                break;
            case RESET:
                wire.reset();
                break;
            default:
                wire.sayNoMore();
                break;
        }
    }

    /** Whoever says no more may still be answered, or not, and is hung up on. Returns whether the verdict came. */
    private boolean hearOut(Claim claim, boolean alreadyHeard) throws IOException, MalformedReply {
        boolean heard = alreadyHeard;
        try {
            while (true) {
                String reply = wire.hear();
                if (!heard) {
                    answered(claim, reply);
                    heard = true;
                } else if (!claim.hasMoreBehind() || !reply.startsWith("503-5.5.1 ")) {
                    tally.fault(told("more than one reply to " + claim + ": " + reply));
                }
            }
        } catch (EOFException e) {
            return heard;
        }
    }

    private void quit() throws IOException, MalformedReply {
        expect("QUIT", "221 ");
        try {
            // A reply too many is found here at the latest.
            tally.fault(told("more after the end: " + wire.hear()));
        } catch (EOFException e) {
            // As it should be.
        }
    }

    private void answered(Claim claim, String reply) {
        tally.answered(reply.substring(0, 3));
        if (!claim.isAnsweredBy(reply)) {
            tally.fault(told("not the answer to " + claim + ": " + reply));
        }
        Matcher named = SESSION.matcher(reply);
        if (named.find()) {
            if (!session.orElse(named.group(1)).equals(named.group(1))) {
                tally.fault(told("the answer of another session to " + claim + ": " + reply));
            }
            session = Optional.of(named.group(1));
        }
    }

    private void expect(String command, String beginning) throws IOException, MalformedReply {
        wire.send(command + "\r\n");
        hear(beginning);
    }

    private void hear(String beginning) throws IOException, MalformedReply {
        String reply = wire.hear();
        if (!reply.startsWith(beginning)) {
            throw new IOException("not " + beginning.strip() + " but " + reply);
        }
    }

    private String told(Object what) {
        return "client " + number + ": " + what;
    }
}
