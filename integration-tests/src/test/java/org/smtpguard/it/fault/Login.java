package org.smtpguard.it.fault;

import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.wire;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;

import org.smtpguard.it.wire.WireScript;

/** One AUTH on a connection of its own, and what came of it. Immutable. */
public final class Login {
    /** An answer that never came. */
    private static final int NONE = 0;
    private static final int ACCEPTED = 235;
    private static final int REFUSED = 535;
    private static final int UNAVAILABLE = 454;

    private final Claim claim;
    private final int code;
    private final Duration time;
    private final String told;

    private Login(Claim claim, int code, Duration time, String told) {
        this.claim = claim;
        this.code = code;
        this.time = time;
        this.told = told;
    }

    /** Who one says to be. */
    public enum Claim {
        ALICE(Peer.ALICE, Peer.PASSWORD, true),
        CAROL(Peer.CAROL, Peer.PASSWORD, true),
        WRONG_PASSWORD(Peer.ALICE, Peer.WRONG_PASSWORD, false),
        STRANGER(Peer.STRANGER, Peer.PASSWORD, false);

        private final String user;
        private final String password;
        private final boolean right;

        Claim(String user, String password, boolean right) {
            this.user = user;
            this.password = password;
            this.right = right;
        }

        public static Claim any(Random random) {
            return values()[random.nextInt(values().length)];
        }

        public String user() {
            return user;
        }

        public String password() {
            return password;
        }

        /** Whether it is to be believed. */
        public boolean isRight() {
            return right;
        }
    }

    /** Connects, greets, claims and waits for what is said to that, a while longer than anybody should. */
    public static Login attempt(InetSocketAddress port, Claim claim) {
        long start = System.nanoTime();
        try (WireScript wire = wire(port)) {
            wire.expect("220").send("EHLO client.example").expect("250");
            start = System.nanoTime();
            int code = wire.send("AUTH PLAIN " + plain(claim.user, claim.password)).read().code();
            return new Login(claim, code, Duration.ofNanos(System.nanoTime() - start), wire.reply().lines().get(0));
        } catch (AssertionError | UncheckedIOException e) {
            return new Login(claim, NONE, Duration.ofNanos(System.nanoTime() - start), e.getMessage());
        }
    }

    public boolean isUnavailable() {
        return code == UNAVAILABLE;
    }

    /** Whether the verdict is the one that belongs to the claim. */
    public boolean isTrue() {
        return code == (claim.right ? ACCEPTED : REFUSED);
    }

    /** How long the answer took. */
    public Duration time() {
        return time;
    }

    @Override
    public String toString() {
        return claim + " after " + time.toMillis() + " ms: " + (code == NONE ? "no answer, " : "") + told;
    }
}
