package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

/** Attacks and everyday life, by a clock of their own: how many guesses are checked, and that no right password is refused. */
class GuessingSimulationTest {
    private static final String USER = "alice@example.org";
    private static final String OFFICE = "192.0.2.7";

    private final MovedClock clock = new MovedClock();
    private final GuessLimiter limiter = new GuessLimiter(BruteForceSettings.defaults(), InstallationSecret.of(new byte[32]), clock,
        new NoListener(), EventLog.NONE);
    private int checked;

    @Test
    void oneAddressThatGuessesAsFastAsItCanGetsAtMost25GuessesAnHour() {
        List<CompletableFuture<Admission>> connections = new ArrayList<>();
        int guess = 0;
        for (int second = 0; second < 3600; second++) {
            for (int i = 0; i < 300; i++) {
                connections.add(limiter.admit(USER, from("198.51.100.9")));
            }
            for (CompletableFuture<Admission> connection : connections) {
                guess++;
                guess(connection, "guess" + guess);
            }
            connections.clear();
            clock.forward(Duration.ofSeconds(1));
        }

        assertThat(checked).isBetween(20, 25);
    }

    @Test
    void tenThousandAddressesGetAtMost50GuessesADayForOneUserWhoLogsInEveryTime() {
        logIn(USER, OFFICE);
        for (int address = 0; address < 10_000; address++) {
            for (int i = 0; i < 3; i++) {
                guess(limiter.admit(USER, from("10." + address / 256 / 256 + "." + address / 256 % 256 + "." + address % 256)),
                    "guess" + address + i);
            }
            if (address % 100 == 0) {
                logIn(USER, OFFICE);
            }
            clock.forward(Duration.ofMillis(8600));
        }

        assertThat(checked).isEqualTo(50);
    }

    @Test
    void oneAddressThatTriesManyUsersGetsAtMost25Guesses() {
        for (int user = 0; user < 10_000; user++) {
            guess(limiter.admit("user" + user + "@example.org", from("198.51.100.9")), "Winter2026");
            clock.forward(Duration.ofMillis(300));
        }

        assertThat(checked).isLessThanOrEqualTo(25);
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOne() {
        for (int host = 1; host <= 1_000; host++) {
            guess(limiter.admit(USER, from("2001:db8:0:1::" + Integer.toHexString(host))), "guess" + host);
        }

        assertThat(checked).isEqualTo(20);
    }

    @Test
    void inAWeekOf200PeopleAtOneAddressNoRightPasswordIsRefused() {
        Random random = new Random(15);
        for (int minute = 0; minute < 7 * 24 * 60; minute++) {
            for (int phone = 0; phone < 3; phone++) {
                fail(limiter.admit("user" + phone + "@example.org", from(OFFICE)), "old password " + phone);
            }
            boolean isDay = minute / 60 % 24 >= 8 && minute / 60 % 24 < 18;
            for (int user = 0; isDay && user < 200; user++) {
                if (random.nextInt(30) == 0) {
                    String name = "user" + user + "@example.org";
                    while (random.nextInt(20) == 0) {
                        fail(limiter.admit(name, from(OFFICE)), "mistyped " + random.nextInt());
                    }
                    logIn(name, OFFICE);
                }
            }
            clock.forward(Duration.ofMinutes(1));
        }
    }

    @Test
    void aUserWhoTravelsAndMistypesTwiceIsAdmitted() {
        logIn(USER, OFFICE);

        fail(limiter.admit(USER, from("203.0.113.5")), "one");
        fail(limiter.admit(USER, from("203.0.113.5")), "two");

        logIn(USER, "203.0.113.5");
    }

    @Test
    void anAttackerWhoSpreadsGuessesOverAddressesAndHoursHas50ADayLeftForEachUser() {
        for (int hour = 0; hour < 24; hour++) {
            for (int address = 0; address < 100; address++) {
                guess(limiter.admit(USER, from("10.1.0." + address)), "guess" + hour + " " + address);
            }
            clock.forward(Duration.ofHours(1));
        }

        assertThat(checked).isEqualTo(50);
    }

    private void logIn(String user, String address) {
        CompletableFuture<Admission> admission = limiter.admit(user, from(address));
        assertThat(admission).isCompleted();
        assertThat(admission.join().kind()).as("%s from %s at %s", user, address, clock.instant()).isEqualTo(Admission.Kind.ALLOWED);
        admission.join().succeeded();
    }

    /** A guess that may be refused. */
    private void guess(CompletableFuture<Admission> admission, String password) {
        if (admission.isDone() && admission.join().kind() == Admission.Kind.ALLOWED) {
            checked++;
            admission.join().failed(Optional.of(password.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** A wrong password of somebody who is no attacker. */
    private static void fail(CompletableFuture<Admission> admission, String password) {
        if (admission.join().kind() == Admission.Kind.ALLOWED) {
            admission.join().failed(Optional.of(password.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static Origin from(String address) {
        return Origin.of("PLAIN", Optional.of(address), Optional.of("session"), true);
    }
}
