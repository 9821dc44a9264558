package org.smtpguard.bruteforce;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import org.smtpguard.bruteforce.Block.Subject;

/**
 * How many log-ins have failed, by network and by user, and what is blocked because of it. Changed by log-ins of this server and of others
 * alike. Times are seconds of {@link #EPOCH}. Not safe for concurrent use.
 */
final class LoginCounts {
    static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
    /** Blocks whose reason and failures are known; the others are known to exist. */
    private static final int DESCRIBED_LIMIT = 10_000;
    /** Remembered with each of the blocks that are described, for names as long as a client likes: some 80 MB at worst. */
    private static final int FAILURES_OF_A_BLOCK = 20;
    private static final int FAILURES_SHOWN = 50;
    private static final String DEFAULT_REASON = "too many failed log-ins";

    private final BruteForceSettings settings;
    private final int describedLimit;
    private final Slots networkSlots;
    private final Slots userSlots;
    private final CounterTable networks;
    private final CounterTable users;
    /** Of users at networks that are known of them: apart, so that no other network shares a counter with one when there are too many. */
    private final CounterTable pairs;
    private final KnownNetworks known;
    private final RecentFailures recent = new RecentFailures();
    private final Map<Long, Described> described = new LinkedHashMap<>();
    private final BlocksByHand byHand = new BlocksByHand();
    private int now;

    LoginCounts(BruteForceSettings settings) {
        this(settings, DESCRIBED_LIMIT);
    }

    /** @param describedLimit of the number of blocks whose reason and failures are known */
    LoginCounts(BruteForceSettings settings, int describedLimit) {
        this.settings = settings;
        this.describedLimit = describedLimit;
        this.networkSlots = new Slots(settings.perNetwork().within());
        this.userSlots = new Slots(settings.perUser().within());
        this.networks = new CounterTable(settings.entries() / 2, counter -> isKept(counter, counter.isBlocked(now)));
        this.pairs = new CounterTable(settings.entries() / 8, counter -> isKept(counter, counter.isBlocked(now)));
        this.users = new CounterTable(settings.entries() / 8, counter -> isKept(counter, isRestricted(counter)));
        this.known = new KnownNetworks(settings.entries() / 4, (int) settings.keepKnown().toSeconds());
    }

    /** Sets the time of what follows. */
    void at(int time) {
        now = time;
    }

    boolean isKnown(Login login) {
        return known.has(login.userKey, login.networkKey, now);
    }

    /** Why the log-in is refused now. */
    Optional<Block> refusal(Login login) {
        Optional<Block> hand = byHand.find(login.userKey, login.network, now);
        if (hand.isPresent()) {
            return hand;
        }
        if (isKnown(login)) {
            return counted(Subject.USER_AT_NETWORK, login.pairKey, login);
        }
        Optional<Block> ofNetwork = counted(Subject.NETWORK, login.networkKey, login);
        return ofNetwork.isPresent() ? ofNetwork : counted(Subject.USER, login.userKey, login);
    }

    /** Why all log-ins from the network are refused now, but for users who have logged in from it. */
    Optional<Block> networkRefusal(Login login) {
        Optional<Block> hand = byHand.find(login.network, now);
        return hand.isPresent() ? hand : counted(Subject.NETWORK, login.networkKey, login);
    }

    private Optional<Block> counted(Subject subject, long key, Login login) {
        Counter counter = table(subject).find(key);
        if (counter == null || !isBlocked(subject, counter)) {
            return Optional.empty();
        }
        Instant until = instant(end(subject, counter));
        Described known = described.get(key);
        return Optional.of(known != null ? known.block.lasting(until) : block(subject, login, DEFAULT_REASON, until, List.of()));
    }

    private boolean isBlocked(Subject subject, Counter counter) {
        return subject == Subject.USER ? isRestricted(counter) : counter.isBlocked(now);
    }

    private int end(Subject subject, Counter counter) {
        return subject == Subject.USER
            ? userSlots.begin(userSlots.slot(now) + counter.slotsUntilBelow(settings.perUser().failures())) : counter.blockedUntil();
    }

    private boolean isRestricted(Counter user) {
        user.age(userSlots.slot(now));
        return user.count() >= settings.perUser().failures();
    }

    private static boolean isKept(Counter counter, boolean isBlocked) {
        return isBlocked || counter.pending() > 0;
    }

    private Block block(Subject subject, Login login, String reason, Instant until, List<FailedAttempt> failures) {
        return block(subject, Optional.of(login.network), login.user, reason, until, failures);
    }

    private Block block(Subject subject, Optional<Network> network, Optional<String> user, String reason, Instant until,
                        List<FailedAttempt> failures) {
        return new Block(subject, subject == Subject.USER ? Optional.empty() : network,
            subject == Subject.NETWORK ? Optional.empty() : user, false, reason, instant(now), until, failures);
    }

    private CounterTable table(Subject subject) {
        switch (subject) {
            case NETWORK:
                return networks;
            case USER:
                return users;
            default:
                return pairs;
        }
    }

    /** The counter that has no place for another attempt of the log-in now. */
    Optional<Counter> busy(Login login) {
        boolean isKnown = isKnown(login);
        Counter atNetwork = isKnown ? pairs.find(login.pairKey) : networks.find(login.networkKey);
        if (atNetwork != null) {
            atNetwork.age(networkSlots.slot(now));
            if (atNetwork.pending() >= Math.max(1, settings.perNetwork().failures() - atNetwork.count())) {
                return Optional.of(atNetwork);
            }
        }
        Counter ofUser = isKnown ? null : users.find(login.userKey);
        return Optional.ofNullable(ofUser).filter(counter -> counter.pending() >= settings.perUser().failures() - counter.count());
    }

    /** Where the log-in is counted; to be {@link #end ended} if it is an attempt of this server. */
    Place place(Login login) {
        boolean isKnown = isKnown(login);
        Counter atNetwork = isKnown ? pairs.use(login.pairKey) : networks.use(login.networkKey);
        atNetwork.age(networkSlots.slot(now));
        if (isKnown) {
            return new Place(atNetwork, Optional.empty());
        }
        Counter ofUser = users.use(login.userKey);
        ofUser.age(userSlots.slot(now));
        return new Place(atNetwork, Optional.of(ofUser));
    }

    void begin(Place place) {
        place.counters().forEach(Counter::began);
    }

    /** @return whether it was counted, and not the same as one before; with the blocks that it caused */
    Failure fail(Place place, Login login, int fingerprint, Optional<String> session) {
        place.atNetwork.age(networkSlots.slot(now));
        if (!place.atNetwork.add(fingerprint, settings.perNetwork().failures())) {
            return Failure.SAME_AGAIN;
        }
        recent.add(login, new FailedAttempt(instant(now), login.network, login.user, session));
        List<Block> blocks = new ArrayList<>();
        blockIfPassed(place, login).ifPresent(blocks::add);
        place.ofUser.flatMap(counter -> restrictIfPassed(counter, login)).ifPresent(blocks::add);
        return new Failure(true, blocks);
    }

    private Optional<Block> blockIfPassed(Place place, Login login) {
        BruteForceSettings.NetworkLimit limit = settings.perNetwork();
        Counter counter = place.atNetwork;
        if (counter.count() < limit.failures() || counter.isBlocked(now)) {
            return Optional.empty();
        }
        int doublings = Math.min(counter.blocks(now, (int) limit.maxBlock().toSeconds()), Integer.SIZE - 2);
        long length = Math.min(limit.block().toSeconds() << doublings, limit.maxBlock().toSeconds());
        int until = (int) (now + (length > 0 ? length : limit.maxBlock().toSeconds()));
        counter.block(until);
        boolean isPair = place.ofUser.isEmpty();
        Block block = block(isPair ? Subject.USER_AT_NETWORK : Subject.NETWORK, login,
            limit.toString(), instant(until),
            recent.of(Optional.of(login.userKey).filter(key -> isPair), Optional.of(login.networkKey), FAILURES_OF_A_BLOCK));
        describe(isPair ? login.pairKey : login.networkKey, new Described(block, login.userKey));
        return Optional.of(block);
    }

    private Optional<Block> restrictIfPassed(Counter ofUser, Login login) {
        int limit = settings.perUser().failures();
        ofUser.age(userSlots.slot(now));
        boolean wasBelow = ofUser.count() < limit;
        ofUser.add(limit);
        if (!wasBelow || ofUser.count() < limit) {
            return Optional.empty();
        }
        Block block = block(Subject.USER, login, settings.perUser().toString(),
            instant(end(Subject.USER, ofUser)), recent.of(Optional.of(login.userKey), Optional.empty(), FAILURES_OF_A_BLOCK));
        describe(login.userKey, new Described(block, login.userKey));
        return Optional.of(block);
    }

    private void describe(long key, Described block) {
        described.remove(key);
        if (described.size() >= describedLimit) {
            described.remove(described.keySet().iterator().next());
        }
        described.put(key, block);
    }

    /** @return what other servers have to know */
    News succeed(Place place, Login login) {
        place.atNetwork.age(networkSlots.slot(now));
        int forgiven = place.atNetwork.forgive(login.userPart());
        place.ofUser.ifPresent(counter -> {
            counter.age(userSlots.slot(now));
            counter.drop(forgiven);
        });
        return known.add(login.userKey, login.networkKey, now) ? News.KNOWN_NETWORK : forgiven > 0 ? News.FORGIVEN : News.NONE;
    }

    /** The attempt is over. @return by counter, how many more attempts have a place now; where log-ins are refused: all that wait */
    void end(Place place, Released released) {
        for (Counter counter : place.counters()) {
            counter.ended();
            boolean isNetwork = counter == place.atNetwork;
            boolean isBlocked = isNetwork ? counter.isBlocked(now) : isRestricted(counter);
            int limit = isNetwork ? settings.perNetwork().failures() : settings.perUser().failures();
            released.places(counter.key, isBlocked ? Integer.MAX_VALUE : Math.max(1, limit - counter.count()) - counter.pending());
        }
        tidy(place);
    }

    /** Removes counters that count nothing. */
    void tidy(Place place) {
        removeIfIdle(place.ofUser.isPresent() ? networks : pairs, place.atNetwork);
        place.ofUser.ifPresent(counter -> removeIfIdle(users, counter));
    }

    private void removeIfIdle(CounterTable table, Counter counter) {
        if (counter.pending() == 0 && counter.count() == 0 && !counter.isBlocked(now)
            && counter.blocks(now, (int) settings.perNetwork().maxBlock().toSeconds()) == 0 && table.find(counter.key) == counter) {
            table.remove(counter);
        }
    }

    /** @return false if there are too many blocks by hand */
    boolean blockByHand(Optional<Network> network, Optional<Long> userKey, Block block) {
        return byHand.add(network, userKey, block, now);
    }

    /** Lifts the blocks of all networks within the range. @return those that were lifted */
    List<Block> lift(Network range, long networkKey) {
        List<Block> lifted = new ArrayList<>(byHand.remove(Optional.of(range), Optional.empty()));
        lifted.addAll(lift(known -> known.block.network().filter(range::contains).isPresent()));
        undescribed(Subject.NETWORK, networkKey, Optional.of(range), Optional.empty(), lifted).ifPresent(block ->
            lift(block, networkKey, lifted));
        return lifted;
    }

    /** Lifts the blocks of the user, those at one network included. @return those that were lifted */
    List<Block> lift(long userKey, Optional<String> user) {
        List<Block> lifted = new ArrayList<>(byHand.remove(Optional.empty(), Optional.of(userKey)));
        lifted.addAll(lift(known -> known.isOf(userKey)));
        undescribed(Subject.USER, userKey, Optional.empty(), user, lifted).ifPresent(block -> lift(block, userKey, lifted));
        return lifted;
    }

    private List<Block> lift(Predicate<Described> isMeant) {
        List<Block> lifted = new ArrayList<>();
        for (Map.Entry<Long, Described> entry : new ArrayList<>(described.entrySet())) {
            if (isMeant.test(entry.getValue())) {
                current(entry.getKey(), entry.getValue().block).ifPresent(block -> lift(block, entry.getKey(), lifted));
            }
        }
        return lifted;
    }

    private void lift(Block block, long key, List<Block> lifted) {
        Optional.ofNullable(table(block.subject()).find(key)).ifPresent(Counter::unblock);
        described.remove(key);
        lifted.add(block);
    }

    /** A block whose description was displaced by others. */
    private Optional<Block> undescribed(Subject subject, long key, Optional<Network> network, Optional<String> user, List<Block> found) {
        Counter counter = table(subject).find(key);
        if (counter == null || !isBlocked(subject, counter) || found.stream().anyMatch(block -> !block.isByHand()
            && block.subject() == subject)) {
            return Optional.empty();
        }
        return Optional.of(block(subject, network, user, DEFAULT_REASON, instant(end(subject, counter)), List.of()));
    }

    /** Forgets the blocks whose time is over. @return those */
    List<Block> sweep() {
        List<Block> over = new ArrayList<>(byHand.removeEnded(now));
        for (Iterator<Map.Entry<Long, Described>> entries = described.entrySet().iterator(); entries.hasNext();) {
            Map.Entry<Long, Described> entry = entries.next();
            if (current(entry.getKey(), entry.getValue().block).isEmpty()) {
                entries.remove();
                over.add(entry.getValue().block);
            }
        }
        return over;
    }

    /** Whether there are blocks that hold, or whose end was not noticed yet. */
    boolean hasBlocks() {
        return !described.isEmpty() || !byHand.isEmpty();
    }

    /** The blocks that hold now, in any order; of very many only the newest. */
    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>(byHand.all(now));
        described.forEach((key, known) -> current(key, known.block).ifPresent(blocks::add));
        return blocks;
    }

    private Optional<Block> current(long key, Block block) {
        Counter counter = table(block.subject()).find(key);
        return counter == null || !isBlocked(block.subject(), counter) ? Optional.empty()
            : Optional.of(block.lasting(instant(end(block.subject(), counter))));
    }

    /** The blocks of the user, everywhere or at one network. */
    List<Block> blocksOf(long userKey, String user) {
        List<Block> blocks = new ArrayList<>(byHand.of(Optional.of(userKey), Optional.empty(), now));
        blocks.addAll(described(known -> known.isOf(userKey)));
        undescribed(Subject.USER, userKey, Optional.empty(), Optional.of(user), blocks).ifPresent(blocks::add);
        return blocks;
    }

    /** The blocks of the network, of networks within it, and of networks that it is in. */
    List<Block> blocksOf(Network network, long networkKey) {
        List<Block> blocks = new ArrayList<>(byHand.of(Optional.empty(), Optional.of(network), now));
        blocks.addAll(described(known -> known.block.network().filter(other -> other.contains(network) || network.contains(other))
            .isPresent()));
        undescribed(Subject.NETWORK, networkKey, Optional.of(network), Optional.empty(), blocks).ifPresent(blocks::add);
        return blocks;
    }

    private List<Block> described(Predicate<Described> isMeant) {
        List<Block> blocks = new ArrayList<>();
        described.forEach((key, known) -> {
            if (isMeant.test(known)) {
                current(key, known.block).ifPresent(blocks::add);
            }
        });
        return blocks;
    }

    List<FailedAttempt> failuresOf(long userKey) {
        return recent.of(Optional.of(userKey), Optional.empty(), FAILURES_SHOWN);
    }

    List<FailedAttempt> failuresWithin(Network range) {
        return recent.within(range, FAILURES_SHOWN);
    }

    /** From how many networks the user has logged in. */
    int knownNetworks(long userKey) {
        return known.count(userKey, now);
    }

    /** How many failures of the user count now. */
    int userFailures(long userKey) {
        Counter counter = users.find(userKey);
        if (counter == null) {
            return 0;
        }
        counter.age(userSlots.slot(now));
        return counter.count();
    }

    /** How many failures at the network count now. */
    int networkFailures(long networkKey) {
        Counter counter = networks.find(networkKey);
        if (counter == null) {
            return 0;
        }
        counter.age(networkSlots.slot(now));
        return counter.count();
    }

    int networks() {
        return networks.size() + pairs.size();
    }

    int users() {
        return users.size();
    }

    int knownUsers() {
        return known.users();
    }

    static Instant instant(int time) {
        return EPOCH.plusSeconds(time);
    }

    static int time(Instant instant) {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, instant.getEpochSecond() - EPOCH.getEpochSecond()));
    }

    /** The counters of a log-in. */
    static final class Place {
        private final Counter atNetwork;
        /** Empty if the network is known of the user, whose failures from elsewhere do not matter then. */
        private final Optional<Counter> ofUser;

        private Place(Counter atNetwork, Optional<Counter> ofUser) {
            this.atNetwork = atNetwork;
            this.ofUser = ofUser;
        }

        private List<Counter> counters() {
            return ofUser.isPresent() ? List.of(atNetwork, ofUser.get()) : List.of(atNetwork);
        }
    }

    /** A block that is remembered with what led to it. */
    private static final class Described {
        private final Block block;
        /** Of the user, or of the user who failed last at the network. */
        private final long userKey;

        private Described(Block block, long userKey) {
            this.block = block;
            this.userKey = userKey;
        }

        boolean isOf(long user) {
            return block.subject() != Subject.NETWORK && userKey == user;
        }
    }

    /** What became of a failure. */
    static final class Failure {
        private static final Failure SAME_AGAIN = new Failure(false, List.of());

        final boolean isCounted;
        final List<Block> blocks;

        private Failure(boolean isCounted, List<Block> blocks) {
            this.isCounted = isCounted;
            this.blocks = blocks;
        }
    }

    /** What a log-in has changed. */
    enum News {
        NONE,
        /** Failures were forgiven, which matters as long as failures count. */
        FORGIVEN,
        /** The network is known of the user from now on, or for longer. */
        KNOWN_NETWORK
    }

    /** Told how many attempts may be made at a counter. */
    interface Released {
        void places(long key, int places);
    }
}
