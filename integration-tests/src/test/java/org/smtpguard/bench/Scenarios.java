package org.smtpguard.bench;

import static org.smtpguard.bench.Measure.HEAP;
import static org.smtpguard.bench.Measure.NOOP_P99;
import static org.smtpguard.bench.Measure.P50;
import static org.smtpguard.bench.Measure.P99;
import static org.smtpguard.bench.Measure.PER_SECOND;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.smtpguard.it.server.JamesHome;
import org.smtpguard.it.server.JamesServer;

/** All scenarios, by their letters. A scenario is made anew for each call: its servers have not been started. */
final class Scenarios {
    private static final String STOCK = "James " + JamesHome.current().version();
    private static final String GUARDED = "with James SMTP Guard";
    private static final String BLOCKING = "with James SMTP Guard, blocking backend";
    private static final String BARE = "bare Netty";
    private static final String POSTFIX = "Postfix with Dovecot";

    private static final String USER = "alice@localhost";
    /** Of James' own users ({@code ProvisionUsers}). Of other backends it may be any, and is the same. */
    private static final String PASSWORD = "james-password-of-alice";
    private static final int SLOW_MILLIS = 300;
    private static final int MOST_CLIENTS = 1000;
    private static final String AS_CONFIGURED =
        "<backend class=\"FileBackend\" name=\"apps\"><file>file://conf/smtp-users</file></backend>";
    private static final int IDLE_SESSIONS = 10_000;
    /** What a process has open beside connections. */
    private static final int OTHER_FILES = 1_000;
    private static final Object[] BYSTANDERS = {"script", "noop", "connections", 4, "perSecond", 200};

    /** Rules that the guard has off, by their ids, with commas: to see what they cost. */
    private static final String WITHOUT = System.getProperty("smtpguard.bench.without", "");

    /** Another build of the jar, to be compared with; or none. */
    private static final String BEFORE = System.getProperty("smtpguard.bench.before", "");

    private Scenarios() {
    }

    static List<Supplier<Scenario>> all() {
        return List.of(Scenarios::slowBackend, Scenarios::fastBackend, Scenarios::deliveries, Scenarios::pipelinedDeliveries,
            Scenarios::refusals, Scenarios::idleSessions, Scenarios::wrongPasswords, Scenarios::guessLimits);
    }

    private static Scenario slowBackend() {
        double most100 = 100 * 1000.0 / SLOW_MILLIS;
        double most1000 = 1000 * 1000.0 / SLOW_MILLIS;
        return new Scenario("a", "A backend that takes 300 ms", "Clients say `EHLO`, `AUTH PLAIN` and `QUIT` and begin again; the answer to"
            + " AUTH takes 300 ms, as a directory's on a bad day does: for stock James in an `AuthHook`, for ours in a backend that keeps"
            + " no thread meanwhile, or one that does (`blocking`, as LDAP), each asked by 1,000 at once (`<concurrency>`)."
            + " Four bystanders, who never log in, send a `NOOP` every 20 ms.")
            .among(stock("<handler class=\"org.smtpguard.fixture.SlowAuthHook\"/>"))
            .among(guarded(GUARDED, slow("AsynchronousBackend"), BLOCKING, slow("SlowBackend")))
            .among(new Contender(BARE, new BareUnderLoad(SLOW_MILLIS)))
            .warmedBy(auth("warm-up", "", 1000))
            .under(Load.of("idle", "no other clients", BYSTANDERS),
                auth("100", "100 clients", 100).with(BYSTANDERS),
                auth("1000", "1,000 clients", 1000).with(BYSTANDERS))
            .mustShow(
                Target.atLeast("AUTH/s of 100 clients", 0.97 * most100, outcome -> outcome.median("100", GUARDED, PER_SECOND)),
                Target.atLeast("the same, times stock", 24, outcome -> outcome.ratio("100", GUARDED, STOCK, PER_SECOND)),
                Target.atLeast("AUTH/s of 1,000 clients (or what the machine can do: bare Netty's)",
                    outcome -> outcome.median("1000", GUARDED, PER_SECOND),
                    outcome -> Math.min(0.9 * most1000, outcome.median("1000", BARE, PER_SECOND))),
                bystanders("100", "100 clients"), bystanders("1000", "1,000 clients"));
    }

    /** Not with an idle server's: that compares the machine's busy moments with its quiet ones, whatever the server is. */
    private static Target bystanders(String load, String clients) {
        return Target.atMost("bystanders' p99 among " + clients + ", times bare Netty's", 1.5,
            outcome -> outcome.ratio(load, GUARDED, BARE, NOOP_P99));
    }

    private static Scenario fastBackend() {
        String cached = "with the guard, same hash, cache";
        String uncached = "with the guard, same hash";
        String plain = "with the guard, no hash";
        Scenario scenario = new Scenario("b", "A fast backend",
            "100 clients say `EHLO`, `AUTH PLAIN` and `QUIT` and begin again. Stock James asks its own users, whose "
            + "passwords are hashed as its sample configuration has it (PBKDF2 with SHA-512, 1,000 rounds). \"Same hash\" is "
            + "a file with the hash that James keeps of the same password (`{JAMES}`); \"no hash\" one with `{PLAIN}` "
            + "passwords, as Dovecot has it. Bare Netty says 235 to whatever comes.")
            .among(stock(""))
            .among(guarded(cached, hashed("cached", "<cache/>"), uncached, hashed("own", ""),
                plain, "<backend class=\"FileBackend\" name=\"plain\"><allowPlain>true</allowPlain>"
                    + "<file>file://conf/plain-users</file></backend>"))
            .among(new Contender(BARE, new BareUnderLoad(0)));
        if (PostfixUnderLoad.canBeStarted()) {
            scenario.among(new Contender(POSTFIX, new PostfixUnderLoad(PASSWORD)));
        }
        Load closed = auth("b", "100 clients", 100);
        return scenario.under(closed, closed.paced())
            .mustShow(
                Target.atLeast("same hash, cache: times stock", 3, outcome -> outcome.ratio("b", cached, STOCK, PER_SECOND)),
                Target.atLeast("same hash, no cache: times stock", 1, outcome -> outcome.ratio("b", uncached, STOCK, PER_SECOND)),
                Target.atLeast("no hash: times stock", 2, outcome -> outcome.ratio("b", plain, STOCK, PER_SECOND)),
                Target.atLeast("no hash: times Postfix with Dovecot", 1.2, outcome -> outcome.ratio("b", plain, POSTFIX, PER_SECOND)),
                Target.atLeast("no hash: times bare Netty", 0.8, outcome -> outcome.ratio("b", plain, BARE, PER_SECOND)),
                Target.atLeast("same hash, cache: times bare Netty", 0.8, outcome -> outcome.ratio("b", cached, BARE, PER_SECOND)));
    }

    private static Scenario deliveries() {
        Object[] oneOfFour = {"script", "delivery", "connections", 32, "recipients", 1, "octets", 4096};
        Object[] twentyOfMany = {"script", "delivery", "connections", 8, "recipients", 20, "octets", 1 << 20, "unitsPerSession", 2};
        Load small = Load.of("1-4k", "1 recipient, 4 KiB", oneOfFour);
        Scenario scenario = new Scenario("c", "Deliveries", "Clients deliver ten messages a session (of 1 MiB, two) and wait for every"
            + " reply. No AUTH. Behind SMTP the messages are thrown away.")
            .among(stock("")).among(guarded(GUARDED, AS_CONFIGURED))
            // What is compiled for small messages is compiled anew for large ones.
            .warmedBy(Load.of("warm-up", "", twentyOfMany).with(oneOfFour))
            .under(small, small.paced(),
                Load.of("20-4k", "20 recipients, 4 KiB", "script", "delivery", "connections", 32, "recipients", 20, "octets", 4096),
                Load.of("1-1m", "1 recipient, 1 MiB", "script", "delivery", "connections", 8, "recipients", 1, "octets", 1 << 20,
                    "unitsPerSession", 2),
                Load.of("20-1m", "20 recipients, 1 MiB", twentyOfMany));
        scenario.loads().stream().filter(load -> load.pacedBy().isEmpty()).forEach(load -> scenario.mustShow(asFastAsStock(load)));
        return scenario;
    }

    private static Scenario pipelinedDeliveries() {
        Scenario scenario = new Scenario("d", "Pipelined deliveries", "The same, but `MAIL`, every `RCPT` and `DATA` go out at once"
            + " (RFC 2920).")
            .among(stock("")).among(guarded(GUARDED, AS_CONFIGURED))
            .under(Load.of("1-4k", "1 recipient, 4 KiB", "script", "pipelined-delivery", "connections", 32, "recipients", 1,
                    "octets", 4096),
                Load.of("20-4k", "20 recipients, 4 KiB", "script", "pipelined-delivery", "connections", 32, "recipients", 20,
                    "octets", 4096));
        scenario.loads().forEach(load -> scenario.mustShow(asFastAsStock(load)));
        return scenario;
    }

    private static Target asFastAsStock(Load load) {
        return Target.atLeast(load.title() + ": times stock", 1, outcome -> outcome.ratio(load.id(), GUARDED, STOCK, PER_SECOND));
    }

    private static Scenario refusals() {
        Load closed = Load.of("e", "50 clients", "script", "refusals", "connections", 50, "unitsPerSession", 15);
        return new Scenario("e", "Floods of refused commands", "Sessions of 15 commands that are refused, one after the other: `RCPT`"
            + " and `DATA` out of order, and one that is none. Ours come with their cause, the state and what is next;"
            + " stock James' are one line. \"Logged\" is with the guard's line for each refusal in the log, which James' sample of a"
            + " logback.xml has off (it writes INFO of James' own loggers alone). Bare Netty refuses in one line.")
            .among(stock("")).among(guarded(GUARDED, AS_CONFIGURED))
            .among(new Contender(GUARDED + ", logged", new JamesUnderLoad(JamesServer::measured, chain(AS_CONFIGURED)).loggingRefusals()))
            .among(new Contender(BARE, BareUnderLoad.refusing()))
            .under(closed, closed.paced())
            .mustShow(Target.atLeast("refusals/s, times stock", 1.5, outcome -> outcome.ratio("e", GUARDED, STOCK, PER_SECOND)));
    }

    private static Scenario idleSessions() {
        int sessions = (int) Math.min(IDLE_SESSIONS, Machine.openFiles() - OTHER_FILES);
        String shortage = sessions == IDLE_SESSIONS ? "" : " So few, since no process may have more files open here.";
        return new Scenario("f", "Idle sessions",
            String.format(Locale.ROOT, "%,d sessions that have said `EHLO` and nothing since.", sessions) + shortage
                + " The heap after a collection, with them and without them, for each.")
            .among(stock("")).among(guarded(GUARDED, AS_CONFIGURED))
            .under(Load.of("f", "idle sessions", "script", "idle", "connections", sessions, "opening", 100).held())
            .warmedBy(Load.of("warm-up", "", "script", "refusals", "connections", 20, "unitsPerSession", 3))
            .mustShow(Target.atMost("heap for each idle session above stock, octets", 512,
                outcome -> outcome.median("f", GUARDED, HEAP) - outcome.median("f", STOCK, HEAP)));
    }

    private static Scenario wrongPasswords() {
        Object[] good = {"script", "auth", "connections", 20, "perSecond", 20, "user", USER, "password", PASSWORD};
        Object[] flood = {"script", "wrong-password", "connections", 100, "user", USER, "password", PASSWORD};
        return new Scenario("g", "Floods of wrong passwords", "100 clients guess, each time another password, as fast as they are told no;"
            + " 20 others log in with the right one once a second. What is timed is theirs. Hashes as in (b).")
            .among(stock("")).among(guarded(GUARDED, hashed("cached", "<cache/>")))
            .warmedBy(Load.of("warm-up", "", flood).with(good))
            .under(Load.of("calm", "without the flood", good), Load.of("flood", "in the flood", good).with(flood))
            .mustShow(Target.atMost("good clients' p99 in the flood, times that without", 3,
                outcome -> outcome.median("flood", GUARDED, P99) / outcome.median("calm", GUARDED, P99)));
    }

    private static Scenario guessLimits() {
        String off = "limits on guessing off";
        String on = "limits on guessing on";
        String redis = "limits on guessing on, Redis";
        String plain = "<backend class=\"FileBackend\" name=\"plain\"><allowPlain>true</allowPlain>"
            + "<file>file://conf/plain-users</file></backend>";
        Load closed = auth("h", "100 clients", 100);
        Load light = Load.of("light", "100 log-ins a second", "script", "auth", "connections", 20, "perSecond", 100, "user", USER,
            "password", PASSWORD);
        return new Scenario("h", "The limit on guessing", "100 clients log in with the right password, as fast as they can, from one"
            + " network that is not exempt; the backend is a file without hashes.")
            .among(guarded(off, plain + "<bruteForce mode=\"off\"/>"))
            .among(guarded(on, plain + "<bruteForce><exempt/></bruteForce>"))
            .among(new Contender(redis, new RedisBeside(shared -> new JamesUnderLoad(() -> JamesServer.measured()
                .withConf("plain-users", USER + ":{PLAIN}" + PASSWORD + "\n")
                .withConf("redis.properties", "redisURL=redis://127.0.0.1:" + shared.port() + "\nredis.topology=standalone\n"),
                chain(plain + "<bruteForce><exempt/><store>redis</store></bruteForce>")))))
            .under(closed, light)
            .mustShow(
                Target.atLeast("AUTH/s with the limits on, times off", 0.98, outcome -> outcome.ratio("h", on, off, PER_SECOND)),
                Target.atMost("p50 with Redis less p50 with the local store, ms", 1,
                    outcome -> outcome.median("light", redis, P50) - outcome.median("light", on, P50)));
    }

    private static Load auth(String id, String title, int clients) {
        return Load.of(id, title, "script", "auth", "connections", clients, "user", USER, "password", PASSWORD);
    }

    private static String slow(String backend) {
        return "<backend class=\"org.smtpguard.fixture." + backend + "\" name=\"" + backend + "\"><millis>" + SLOW_MILLIS
            + "</millis><password>" + PASSWORD + "</password><concurrency max=\"" + MOST_CLIENTS + "\"/></backend>";
    }

    /** @param handler one more, in front of the others; or none */
    private static Contender stock(String handler) {
        return new Contender(STOCK, new JamesUnderLoad(JamesServer::stock, "<handlerchain>" + handler
            + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
            + "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/></handlerchain>"));
    }

    /** Backends that take James' own hash of the password. */
    private static String hashed(String name, String safeguards) {
        return "<backend class=\"FileBackend\" name=\"" + name + "\"><file>file://conf/hashed-users</file>" + safeguards + "</backend>";
    }

    /**
     * A server with a port for each backend.
     *
     * @param namesAndBackends the name of a contender and its backend, again and again
     */
    private static Contender[] guarded(String... namesAndBackends) {
        List<Contender> contenders = new ArrayList<>(guarded(JamesServer::measured, "", namesAndBackends));
        if (!BEFORE.isEmpty()) {
            contenders.addAll(guarded(() -> JamesServer.guarded(Path.of(BEFORE)), Contender.ANOTHER_BUILD, namesAndBackends));
        }
        return contenders.toArray(Contender[]::new);
    }

    private static List<Contender> guarded(Supplier<JamesServer.Builder> james, String suffix, String... namesAndBackends) {
        Server server = new JamesUnderLoad(() -> james.get()
            .withConf("plain-users", USER + ":{PLAIN}" + PASSWORD + "\n")
            .withConf("hashed-users", USER + ":" + JamesUnderLoad.hash(USER, PASSWORD) + "\n"),
            IntStream.range(0, namesAndBackends.length / 2).mapToObj(i -> chain(namesAndBackends[2 * i + 1])).toArray(String[]::new));
        return IntStream.range(0, namesAndBackends.length / 2)
            .mapToObj(i -> new Contender(namesAndBackends[2 * i] + suffix, server, i)).collect(Collectors.toList());
    }

    /** As {@code conf/} has it but for the greeting, which is not to wait: that would measure patience. */
    private static String chain(String backend) {
        String rulesOff = Arrays.stream(WITHOUT.split(",")).filter(id -> !id.isEmpty())
            .map(id -> "<rule id=\"" + id + "\" mode=\"off\"/>").collect(Collectors.joining());
        return "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
            + "<handler class=\"org.smtpguard.james.SequenceGuard\"><mode>enforce</mode>" + rulesOff
            + "<replies style=\"full\"/><limits errors=\"20\" authFailures=\"5\"/></handler>"
            + "<handler class=\"org.smtpguard.james.Authentication\"><mechanisms>PLAIN LOGIN</mechanisms>" + backend + "</handler>"
            + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/></handlerchain>";
    }
}
