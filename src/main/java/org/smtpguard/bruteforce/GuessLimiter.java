package org.smtpguard.bruteforce;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.smtpguard.credential.InstallationSecret;

/**
 * Limits guessing: counts failed log-ins by network and by user, and refuses further ones for a time.
 *
 * <ul>
 * <li>A network with too many failures is blocked, each time for twice as long. Users who have logged in from it before are not
 * concerned: their failures there are counted by themselves.
 * <li>A user with too many failures, from all networks together, is admitted from networks alone from which they have logged in before.
 * Names without a user are treated alike.
 * <li>A failure counts once for the same password of the same user from the same network, and is forgotten when the user logs in from
 * there: people who mistype a password, and devices with an old one, are not guessing.
 * <li>At most as many attempts are checked at a time as failures are left until the limit; others wait for a place, without a thread.
 * </ul>
 *
 * <p>Threads: any. The lock is held for some hundred nanoseconds, never while anything is waited for; attempts that wait are admitted on
 * the thread that ends another, or on the JDK's timer.
 */
public final class GuessLimiter {
    /** Of attempts that wait for the others of their network or user. */
    private static final int WAITING_LIMIT = 10_000;
    private static final int WAITING_OF_ONE = 500;
    private static final Duration WAIT = Duration.ofSeconds(10);
    /** Blocks of which more is known than that they exist. */
    private static final int DESCRIBED_LIMIT = 10_000;
    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
    private static final int USER_SHIFT = 16;

    private final BruteForceSettings settings;
    private final Clock clock;
    private final BlockListener listener;
    private final KeyedHash hash;
    private final byte[] fingerprintKey;
    private final Scale networkScale;
    private final Scale userScale;
    // Guarded by this.
    private final CounterTable networks;
    private final CounterTable users;
    /** Of users at networks that are known of them: apart, so that no other network shares a counter with one when there are too many. */
    private final CounterTable pairs;
    private final KnownNetworks known;
    private final Map<Long, Deque<Waiter>> waiting = new HashMap<>();
    private final Map<Long, Block> described = new LinkedHashMap<>();
    private int waiters;

    public GuessLimiter(BruteForceSettings settings, InstallationSecret secret, Clock clock, BlockListener listener) {
        this.settings = settings;
        this.clock = clock;
        this.listener = listener;
        byte[] key = secret.keyFor("guess-limiter names");
        this.hash = new KeyedHash(longAt(key, 0), longAt(key, Long.BYTES));
        this.fingerprintKey = secret.keyFor("guess-limiter passwords");
        this.networkScale = new Scale(settings.perNetwork().within());
        this.userScale = new Scale(settings.perUser().within());
        this.known = new KnownNetworks(settings.entries(), (int) settings.keepKnown().toSeconds());
        this.networks = new CounterTable(settings.entries() / 2, counter -> isKept(counter, counter.isBlocked(now())));
        this.pairs = new CounterTable(settings.entries() / 4, counter -> isKept(counter, counter.isBlocked(now())));
        this.users = new CounterTable(settings.entries() / 4, counter -> isKept(counter, isRestricted(counter)));
    }

    /**
     * Asks to check a password of the user.
     *
     * @param user as the backends are asked for it
     * @param address of the client, as text; empty if there is none, as with requests from within, which are not counted
     * @return completed with the admission; later, if the attempt has to wait for others
     */
    public CompletableFuture<Admission> admit(String user, Optional<String> address) {
        Optional<Network> network = address.flatMap(text -> Network.of(text, settings.prefixes()));
        if (settings.mode() == BruteForceSettings.Mode.OFF || network.isEmpty() || isExempt(address.get())) {
            return CompletableFuture.completedFuture(Admission.free());
        }
        Login login = login(user, network.get());
        CompletableFuture<Admission> admission = new CompletableFuture<>();
        login.decide(admission);
        return admission;
    }

    /**
     * Why a log-in would be refused now.
     *
     * @param user empty if it is not known yet: then the network alone decides
     */
    public Optional<Block> refusal(Optional<String> user, Optional<String> address) {
        Optional<Network> network = address.flatMap(text -> Network.of(text, settings.prefixes()));
        if (settings.mode() != BruteForceSettings.Mode.ENFORCE || network.isEmpty() || isExempt(address.get())) {
            return Optional.empty();
        }
        Login login = login(user.orElse(""), network.get());
        Optional<Block> refusal;
        synchronized (this) {
            refusal = user.isPresent() ? login.refusal(now()) : login.blockOf(login.networkKey, Block.Subject.NETWORK, now());
        }
        refusal.ifPresent(block -> listener.refused(block, user.orElse(""), network.get(), false));
        return refusal;
    }

    private Login login(String user, Network network) {
        return new Login(user, network, hash.of(user), hash.of(network.high(), network.low()));
    }

    /** The address itself decides: its network may be larger than what is exempt. */
    private boolean isExempt(String address) {
        Optional<Network> host = Network.parse(address);
        for (Network exempt : settings.exempt()) {
            if (host.filter(exempt::contains).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** The blocks that hold now, the newest first; of very many the newest. */
    public synchronized List<Block> blocks() {
        Instant now = clock.instant();
        List<Block> blocks = described.values().stream().filter(block -> block.until().isAfter(now)).collect(Collectors.toList());
        Collections.reverse(blocks);
        return List.copyOf(blocks);
    }

    /** Lifts the blocks of a network or a user. @return those that were lifted */
    public List<Block> lift(String subject) {
        List<Block> lifted = new ArrayList<>();
        synchronized (this) {
            Optional<Network> range = Network.parse(subject);
            Instant now = clock.instant();
            for (Map.Entry<Long, Block> entry : new ArrayList<>(described.entrySet())) {
                Block block = entry.getValue();
                boolean isMeant = block.until().isAfter(now) && (range.isPresent()
                    ? block.network().filter(network -> range.get().contains(network)).isPresent()
                    : block.user().filter(subject::equals).isPresent());
                if (isMeant) {
                    CounterTable table = table(block.subject());
                    Optional.ofNullable(table.find(entry.getKey())).ifPresent(Counter::unblock);
                    described.remove(entry.getKey());
                    lifted.add(block);
                }
            }
        }
        lifted.forEach(listener::lifted);
        return lifted;
    }

    /** How many networks, users and users with known networks there are: for metrics. */
    public synchronized int[] sizes() {
        return new int[] {networks.size() + pairs.size(), users.size(), known.users()};
    }

    private CounterTable table(Block.Subject subject) {
        switch (subject) {
            case NETWORK:
                return networks;
            case USER:
                return users;
            default:
                return pairs;
        }
    }

    private int now() {
        return (int) (clock.instant().getEpochSecond() - EPOCH.getEpochSecond());
    }

    private static Instant instant(int time) {
        return EPOCH.plusSeconds(time);
    }

    private static boolean isKept(Counter counter, boolean isBlocked) {
        return isBlocked || counter.pending() > 0;
    }

    private boolean isRestricted(Counter user) {
        user.age(userScale.slot(now()));
        return user.count() >= settings.perUser().failures();
    }

    /** The password is part of it as a keyed hash, cut to 16 bits: it can be recognised, and not be found again. */
    private int fingerprint(Login login, byte[] password) {
        byte[] digest = InstallationSecret.hmac(fingerprintKey, login.userKey + " " + login.networkKey + " " + hex(password));
        return (login.userPart() << USER_SHIFT) | ((digest[0] & 0xFF) << Byte.SIZE) | (digest[1] & 0xFF);
    }

    private static String hex(byte[] octets) {
        StringBuilder hex = new StringBuilder(2 * octets.length);
        for (byte octet : octets) {
            hex.append(Character.forDigit(octet >> 4 & 0xF, 16)).append(Character.forDigit(octet & 0xF, 16));
        }
        return hex.toString();
    }

    private static long longAt(byte[] octets, int index) {
        long value = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            value = (value << Byte.SIZE) | (octets[index + i] & 0xFF);
        }
        return value;
    }

    private void describe(long key, Block block) {
        described.remove(key);
        if (described.size() >= DESCRIBED_LIMIT) {
            described.remove(described.keySet().iterator().next());
        }
        described.put(key, block);
    }

    /** The log-in of a user from a network. */
    private final class Login implements Admission.Attempt {
        private final String user;
        private final Network network;
        private final long userKey;
        private final long networkKey;
        private final long pairKey;
        /** What the attempt is counted at, while it is made. */
        private List<Counter> counters = List.of();
        private boolean isKnown;

        private Login(String user, Network network, long userKey, long networkKey) {
            this.user = user;
            this.network = network;
            this.userKey = userKey;
            this.networkKey = networkKey;
            this.pairKey = hash.of(userKey, networkKey);
        }

        /** Tells the users at a network apart, nearly always. */
        private int userPart() {
            return (int) (userKey >>> (Long.SIZE - USER_SHIFT));
        }

        private void decide(CompletableFuture<Admission> admission) {
            Optional<Block> refusal;
            boolean isFull = false;
            synchronized (GuessLimiter.this) {
                int now = now();
                refusal = refusal(now);
                if (refusal.isEmpty() || settings.mode() == BruteForceSettings.Mode.OBSERVE) {
                    Optional<Counter> busy = settings.mode() == BruteForceSettings.Mode.OBSERVE ? Optional.empty() : busy(now);
                    if (busy.isEmpty()) {
                        begin(now);
                    } else if (!await(busy.get(), admission)) {
                        isFull = true;
                    } else {
                        return;
                    }
                }
            }
            refusal.ifPresent(block -> listener.refused(block, user, network, settings.mode() == BruteForceSettings.Mode.OBSERVE));
            if (refusal.isPresent() && settings.mode() == BruteForceSettings.Mode.ENFORCE) {
                admission.complete(Admission.blocked(refusal.get()));
            } else {
                Admission made = isFull ? Admission.overloaded() : Admission.allowed(this);
                if (!admission.complete(made)) {
                    // It has waited too long, and has been told so.
                    made.withdrawn();
                }
            }
        }

        private Optional<Block> refusal(int now) {
            isKnown = known.has(userKey, networkKey, now);
            return isKnown ? blockOf(pairKey, Block.Subject.USER_AT_NETWORK, now)
                : blockOf(networkKey, Block.Subject.NETWORK, now).or(() -> restriction(now));
        }

        private Optional<Block> blockOf(long key, Block.Subject subject, int now) {
            Counter counter = table(subject).find(key);
            if (counter == null || !counter.isBlocked(now)) {
                return Optional.empty();
            }
            return Optional.of(described.containsKey(key) ? described.get(key)
                : block(subject, "too many failed log-ins", now, counter.blockedUntil()));
        }

        private Optional<Block> restriction(int now) {
            Counter counter = users.find(userKey);
            if (counter == null || !isRestricted(counter)) {
                return Optional.empty();
            }
            int until = userScale.end(userScale.slot(now) + counter.slotsUntilBelow(settings.perUser().failures()));
            return Optional.of(block(Block.Subject.USER, described.containsKey(userKey) ? described.get(userKey).reason()
                : "too many failed log-ins", now, until));
        }

        private Block block(Block.Subject subject, String reason, int since, int until) {
            return new Block(subject, subject == Block.Subject.USER ? Optional.empty() : Optional.of(network),
                subject == Block.Subject.NETWORK ? Optional.empty() : Optional.of(user), reason, instant(since), instant(until));
        }

        /** The counter that has no place for another attempt now. */
        private Optional<Counter> busy(int now) {
            Counter atNetwork = isKnown ? pairs.find(pairKey) : networks.find(networkKey);
            if (atNetwork != null) {
                atNetwork.age(networkScale.slot(now));
                if (atNetwork.pending() >= Math.max(1, settings.perNetwork().failures() - atNetwork.count())) {
                    return Optional.of(atNetwork);
                }
            }
            Counter ofUser = isKnown ? null : users.find(userKey);
            return Optional.ofNullable(ofUser)
                .filter(counter -> counter.pending() >= settings.perUser().failures() - counter.count());
        }

        private void begin(int now) {
            Counter atNetwork = isKnown ? pairs.use(pairKey) : networks.use(networkKey);
            atNetwork.age(networkScale.slot(now));
            atNetwork.began();
            if (isKnown) {
                counters = List.of(atNetwork);
                return;
            }
            Counter ofUser = users.use(userKey);
            ofUser.age(userScale.slot(now));
            ofUser.began();
            counters = List.of(atNetwork, ofUser);
        }

        private boolean await(Counter busy, CompletableFuture<Admission> admission) {
            Deque<Waiter> line = waiting.computeIfAbsent(busy.key, any -> new ArrayDeque<>());
            line.removeIf(waiter -> waiter.admission.isDone() && --waiters >= 0);
            if (waiters >= WAITING_LIMIT || line.size() >= WAITING_OF_ONE) {
                return false;
            }
            waiters++;
            line.add(new Waiter(this, admission));
            admission.completeOnTimeout(Admission.overloaded(), WAIT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        }

        @Override
        public void failed(Optional<byte[]> password) {
            Optional<Block> networkBlock = Optional.empty();
            Optional<Block> userBlock = Optional.empty();
            boolean isSame;
            int fingerprint = password.map(octets -> fingerprint(this, octets)).orElseGet(() -> (userPart() << USER_SHIFT)
                | ThreadLocalRandom.current().nextInt(1 << USER_SHIFT));
            synchronized (GuessLimiter.this) {
                int now = now();
                Counter atNetwork = counters.get(0);
                atNetwork.age(networkScale.slot(now));
                isSame = !atNetwork.add(fingerprint, settings.perNetwork().failures());
                if (!isSame) {
                    networkBlock = blockIfPassed(atNetwork, now);
                    userBlock = isKnown ? Optional.empty() : restrictIfPassed(counters.get(1), now);
                }
            }
            if (isSame) {
                listener.sameAgain();
            }
            networkBlock.ifPresent(listener::blocked);
            userBlock.ifPresent(listener::blocked);
            end();
        }

        private Optional<Block> blockIfPassed(Counter atNetwork, int now) {
            BruteForceSettings.NetworkLimit limit = settings.perNetwork();
            if (atNetwork.count() < limit.failures() || atNetwork.isBlocked(now)) {
                return Optional.empty();
            }
            int doublings = Math.min(atNetwork.blocks(now, (int) limit.maxBlock().toSeconds()), Integer.SIZE - 2);
            long length = Math.min(limit.block().toSeconds() << doublings, limit.maxBlock().toSeconds());
            int until = (int) (now + (length > 0 ? length : limit.maxBlock().toSeconds()));
            atNetwork.block(until);
            Block block = block(isKnown ? Block.Subject.USER_AT_NETWORK : Block.Subject.NETWORK,
                limit.failures() + " failed log-ins within " + limit.within(), now, until);
            describe(atNetwork.key, block);
            return Optional.of(block);
        }

        private Optional<Block> restrictIfPassed(Counter ofUser, int now) {
            int limit = settings.perUser().failures();
            ofUser.age(userScale.slot(now));
            boolean wasBelow = ofUser.count() < limit;
            ofUser.add(limit);
            if (!wasBelow || ofUser.count() < limit) {
                return Optional.empty();
            }
            int until = userScale.end(userScale.slot(now) + ofUser.slotsUntilBelow(limit));
            Block block = block(Block.Subject.USER, limit + " failed log-ins within " + settings.perUser().within(), now, until);
            describe(ofUser.key, block);
            return Optional.of(block);
        }

        @Override
        public void succeeded() {
            synchronized (GuessLimiter.this) {
                int now = now();
                Counter atNetwork = counters.get(0);
                atNetwork.age(networkScale.slot(now));
                int forgiven = atNetwork.forgive(userPart());
                if (!isKnown) {
                    counters.get(1).age(userScale.slot(now));
                    counters.get(1).drop(forgiven);
                }
                known.add(userKey, networkKey, now);
            }
            end();
        }

        @Override
        public void withdrawn() {
            end();
        }

        private void end() {
            List<Waiter> next = new ArrayList<>();
            synchronized (GuessLimiter.this) {
                int now = now();
                for (int i = 0; i < counters.size(); i++) {
                    Counter counter = counters.get(i);
                    counter.ended();
                    if (counter.pending() == 0 && counter.count() == 0
                        && !counter.isBlocked(now) && counter.blocks(now, (int) settings.perNetwork().maxBlock().toSeconds()) == 0) {
                        remove(i == 1 ? users : isKnown ? pairs : networks, counter);
                    }
                    release(counter, places(counter, i == 0, now), next);
                }
                counters = List.of();
            }
            next.forEach(waiter -> waiter.login.decide(waiter.admission));
        }

        private void remove(CounterTable table, Counter counter) {
            if (table.find(counter.key) == counter) {
                table.remove(counter);
            }
        }

        /** How many more attempts may be made there now; where none may any more, all that wait are told. */
        private int places(Counter counter, boolean isNetwork, int now) {
            if (isNetwork ? counter.isBlocked(now) : isRestricted(counter)) {
                return Integer.MAX_VALUE;
            }
            int limit = isNetwork ? settings.perNetwork().failures() : settings.perUser().failures();
            return Math.max(1, limit - counter.count()) - counter.pending();
        }

        private void release(Counter counter, int places, List<Waiter> released) {
            Deque<Waiter> line = waiting.get(counter.key);
            int left = places;
            while (line != null && left > 0 && !line.isEmpty()) {
                Waiter waiter = line.remove();
                waiters--;
                if (!waiter.admission.isDone()) {
                    released.add(waiter);
                    left--;
                }
            }
            if (line != null && line.isEmpty()) {
                waiting.remove(counter.key);
            }
        }
    }

    private static final class Waiter {
        private final Login login;
        private final CompletableFuture<Admission> admission;

        private Waiter(Login login, CompletableFuture<Admission> admission) {
            this.login = login;
            this.admission = admission;
        }
    }

    /** Time as slots of a limit. */
    private static final class Scale {
        private final int seconds;

        Scale(Duration within) {
            this.seconds = (int) Math.max(1, (within.toSeconds() + Counter.SLOTS - 1) / Counter.SLOTS);
        }

        int slot(int time) {
            return time / seconds;
        }

        /** When the slot begins, which ends what was counted {@link Counter#SLOTS} slots before. */
        int end(int slot) {
            return slot * seconds;
        }
    }
}
