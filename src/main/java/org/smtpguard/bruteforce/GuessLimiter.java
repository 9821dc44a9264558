package org.smtpguard.bruteforce;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.smtpguard.bruteforce.Block.Subject;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.Origin;

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
 * <p>What happens is appended to an {@link EventLog}, and what other servers append is counted here as if it had happened here. No log-in
 * waits for the log.
 *
 * <p>Threads: any. The lock is held for some hundred nanoseconds, never while anything is waited for; attempts that wait are admitted on
 * the thread that ends another, or on the JDK's timer.
 */
public final class GuessLimiter implements EventLog.Follower, AutoCloseable {
    /** How late it may be told that a block is over. */
    private static final int SWEEP_SECONDS = 10;

    private final BruteForceSettings settings;
    private final Clock clock;
    private final BlockListener listener;
    private final LoginKeys keys;
    private final EventLog log;
    private final Executor later;
    // Guarded by this.
    private final LoginCounts counts;
    private final WaitingLogins waiting = new WaitingLogins();
    private boolean isSecretReported;
    private boolean isSweepDue;

    public GuessLimiter(BruteForceSettings settings, InstallationSecret secret, Clock clock, BlockListener listener, EventLog log) {
        this(settings, secret, clock, listener, log, CompletableFuture.delayedExecutor(SWEEP_SECONDS, TimeUnit.SECONDS));
    }

    /** @param later executes some seconds later */
    GuessLimiter(BruteForceSettings settings, InstallationSecret secret, Clock clock, BlockListener listener, EventLog log,
                 Executor later) {
        this.settings = settings;
        this.clock = clock;
        this.listener = listener;
        this.keys = new LoginKeys(secret);
        this.counts = new LoginCounts(settings);
        this.log = log;
        this.later = later;
    }

    /** Counts what the log has kept, and follows it from now on. Waits for the log: for startup. */
    public void start() {
        log.open(this);
        synchronized (this) {
            setTime();
            counts.sweep();
            if (counts.hasBlocks()) {
                sweepLater();
            }
        }
    }

    /** Closes the log. */
    @Override
    public void close() {
        log.close();
    }

    /** Why counts are not kept or shared at the moment, for the operator; empty if all is well. */
    public Optional<String> problem() {
        return log.problem();
    }

    /**
     * Asks to check a password of the user.
     *
     * @param user as the backends are asked for it
     * @param origin log-ins without a client address, which are requests from within, are not counted
     * @return completed with the admission; later, if the attempt has to wait for others
     */
    public CompletableFuture<Admission> admit(String user, Origin origin) {
        Optional<Network> network = countedNetwork(origin);
        if (network.isEmpty()) {
            return CompletableFuture.completedFuture(Admission.free());
        }
        CompletableFuture<Admission> admission = new CompletableFuture<>();
        decide(keys.login(user, network.get()), origin.sessionId(), admission);
        return admission;
    }

    /**
     * Why a log-in would be refused now.
     *
     * @param user empty if it is not known yet: then the network alone decides
     */
    public Optional<Block> refusal(Optional<String> user, Origin origin) {
        Optional<Network> network = settings.mode() == Mode.ENFORCE ? countedNetwork(origin) : Optional.empty();
        if (network.isEmpty()) {
            return Optional.empty();
        }
        Login login = keys.login(user.orElse(""), network.get());
        Optional<Block> refusal;
        synchronized (this) {
            setTime();
            refusal = user.isPresent() ? counts.refusal(login) : counts.networkRefusal(login);
        }
        if (refusal.isPresent()) {
            listener.refused(refusal.get(), user.orElse(""), network.get(), true);
        }
        return refusal;
    }

    /**
     * The network at which a log-in is counted; empty if it is not. The address itself is compared with exempt networks, since the network
     * that it is counted at may be larger.
     */
    private Optional<Network> countedNetwork(Origin origin) {
        Optional<Network> host = settings.mode() == Mode.OFF ? Optional.empty() : Network.of(origin.network());
        if (host.isEmpty() || isExempt(host.get())) {
            return Optional.empty();
        }
        return Optional.of(host.get().within(settings.prefixes()));
    }

    private boolean isExempt(Network host) {
        List<Network> exempt = settings.exempt();
        for (int i = 0; i < exempt.size(); i++) {
            if (exempt.get(i).contains(host)) {
                return true;
            }
        }
        return false;
    }

    private void decide(Login login, Optional<String> session, CompletableFuture<Admission> admission) {
        boolean isEnforced = settings.mode() == Mode.ENFORCE;
        Optional<Block> refusal;
        Optional<LoginCounts.Place> place = Optional.empty();
        synchronized (this) {
            setTime();
            refusal = counts.refusal(login);
            if (refusal.isEmpty() || !isEnforced) {
                Optional<Counter> busy = isEnforced ? counts.busy(login) : Optional.empty();
                if (busy.isEmpty()) {
                    place = Optional.of(counts.place(login));
                    counts.begin(place.get());
                } else if (waiting.add(busy.get().key, new WaitingLogins.Waiter(login, session, admission))) {
                    return;
                }
            }
        }
        refusal.ifPresent(block -> listener.refused(block, login.user.orElse(""), login.network, isEnforced));
        Admission made = place.map(counted -> Admission.allowed(new Attempt(login, session, counted)))
            .orElseGet(() -> refusal.map(Admission::blocked).orElseGet(Admission::overloaded));
        if (!admission.complete(made)) {
            // It has waited too long, and has been told so.
            made.withdrawn();
        }
    }

    /** How long the reply to a failed log-in is delayed at most; zero if it is not. */
    public Duration failureDelay(Origin origin) {
        return settings.mode() == Mode.ENFORCE && countedNetwork(origin).isPresent() ? settings.failureDelay() : Duration.ZERO;
    }

    public Mode mode() {
        return settings.mode();
    }

    /** The blocks that hold now, newest first; of very many only the newest. */
    public List<Block> blocks() {
        List<Block> blocks;
        synchronized (this) {
            setTime();
            blocks = counts.blocks();
        }
        return newestFirst(blocks);
    }

    private static List<Block> newestFirst(List<Block> blocks) {
        return blocks.stream().sorted(Comparator.comparing(Block::since).reversed()).collect(Collectors.toUnmodifiableList());
    }

    /**
     * Refuses all log-ins from a network.
     *
     * @param network a part of a network that is counted as one is that whole network; exempt parts are admitted nevertheless
     * @param reason for the other operators
     * @return empty if there are too many blocks by hand
     */
    public Optional<Block> block(Network network, String reason, Duration length) {
        return block(Subject.NETWORK, Optional.of(network.within(settings.prefixes())), Optional.empty(), reason,
            length);
    }

    /** Refuses all log-ins of a user. @return as above */
    public Optional<Block> block(String user, String reason, Duration length) {
        return block(Subject.USER, Optional.empty(), Optional.of(user), reason, length);
    }

    private Optional<Block> block(Subject subject, Optional<Network> network, Optional<String> user, String reason, Duration length) {
        Instant now = clock.instant();
        Instant until = now.plus(length);
        Block block = new Block(subject, network, user, true, reason, now, until, List.of());
        Optional<Long> userKey = user.map(keys::userKey);
        synchronized (this) {
            setTime();
            if (!counts.blockByHand(network, userKey, block)) {
                return Optional.empty();
            }
        }
        append(LoginEvent.Kind.BLOCKED, network, userKey, user, until.toEpochMilli(), Optional.of(reason));
        tell(List.of(block));
        return Optional.of(block);
    }

    /**
     * Lifts the blocks of all networks within it, with those of users at one of them.
     *
     * @param range a part of a network that is counted as one is that whole network
     * @return those that were lifted
     */
    public List<Block> lift(Network range) {
        return lift(Optional.of(range.within(settings.prefixes())), Optional.empty());
    }

    /** Lifts the blocks of the user, with those at one network. @return those that were lifted */
    public List<Block> lift(String user) {
        return lift(Optional.empty(), Optional.of(user));
    }

    private List<Block> lift(Optional<Network> range, Optional<String> user) {
        Optional<Long> userKey = user.map(keys::userKey);
        List<Block> lifted;
        synchronized (this) {
            setTime();
            lifted = lifted(range, userKey, user);
        }
        append(LoginEvent.Kind.LIFTED, range, userKey, Optional.empty(), 0, Optional.empty());
        lifted.forEach(block -> listener.unblocked(block, true));
        return newestFirst(lifted);
    }

    /** With the lock. */
    private List<Block> lifted(Optional<Network> range, Optional<Long> userKey, Optional<String> user) {
        return range.isPresent() ? counts.lift(range.get(), keys.networkKey(range.get())) : counts.lift(userKey.orElseThrow(), user);
    }

    /** Tells the listener of the blocks whose time is over. */
    private void sweep() {
        List<Block> over;
        synchronized (this) {
            setTime();
            over = counts.sweep();
            isSweepDue = false;
            if (counts.hasBlocks()) {
                sweepLater();
            }
        }
        over.forEach(block -> listener.unblocked(block, false));
    }

    private synchronized void sweepLater() {
        if (!isSweepDue) {
            isSweepDue = true;
            later.execute(this::sweep);
        }
    }

    private void tell(List<Block> blocked) {
        if (!blocked.isEmpty()) {
            blocked.forEach(block -> listener.blocked(block, settings.mode() == Mode.ENFORCE));
            sweepLater();
        }
    }

    /**
     * Why log-ins from the address are refused, or are not.
     *
     * @param address an IP address, or a range of them in CIDR notation
     * @return empty if it is neither
     */
    public Optional<Explanation> explainAddress(String address) {
        return Network.parse(address).map(host -> {
            Network network = host.within(settings.prefixes());
            long networkKey = keys.networkKey(network);
            boolean isRange = network.isWiderThan(settings.prefixes());
            List<Block> blocks;
            List<FailedAttempt> failures;
            OptionalInt count;
            synchronized (this) {
                setTime();
                blocks = counts.blocksOf(network, networkKey);
                failures = counts.failuresWithin(network);
                count = isRange ? OptionalInt.empty() : OptionalInt.of(counts.networkFailures(networkKey));
            }
            return Explanation.ofNetwork(network, isExempt(host), count, settings.perNetwork().toString(), newestFirst(blocks), failures);
        });
    }

    /** Why log-ins of the user are refused, or are not. */
    public Explanation explainUser(String user) {
        long userKey = keys.userKey(user);
        synchronized (this) {
            setTime();
            return Explanation.ofUser(user, counts.knownNetworks(userKey), counts.userFailures(userKey), settings.perUser().toString(),
                newestFirst(counts.blocksOf(userKey, user)), counts.failuresOf(userKey));
        }
    }

    /** Networks and pairs of user and network that have failures. */
    synchronized int networks() {
        return counts.networks();
    }

    /** Users who have failures. */
    synchronized int users() {
        return counts.users();
    }

    /** Users with known networks. */
    synchronized int knownUsers() {
        return counts.knownUsers();
    }

    @Override
    public void appended(String line, boolean isReplay) {
        LoginEvent.decode(line).ifPresent(event -> {
            if (event.secretId.equals(keys.id())) {
                apply(event, isReplay);
            } else {
                reportOtherSecret();
            }
        });
    }

    private void reportOtherSecret() {
        synchronized (this) {
            if (isSecretReported) {
                return;
            }
            isSecretReported = true;
        }
        listener.secretsDiffer();
    }

    private void apply(LoginEvent event, boolean isReplay) {
        Optional<String> user = event.sealedUser.flatMap(keys::open);
        List<Block> blocked = List.of();
        List<Block> unblocked = List.of();
        synchronized (this) {
            counts.at(LoginCounts.time(Instant.ofEpochMilli(Math.min(event.time, clock.millis()))));
            switch (event.kind) {
                case FAILED:
                    Login failed = keys.login(user, event.userKey.orElseThrow(), event.network.orElseThrow());
                    blocked = counts.fail(counts.place(failed), failed, (int) event.value, Optional.empty()).blocks;
                    break;
                case SUCCEEDED:
                    Login succeeded = keys.login(user, event.userKey.orElseThrow(), event.network.orElseThrow());
                    LoginCounts.Place place = counts.place(succeeded);
                    counts.succeed(place, succeeded);
                    counts.tidy(place);
                    break;
                case BLOCKED:
                    Block block = new Block(event.network.isPresent() ? Subject.NETWORK : Subject.USER, event.network, user, true,
                        event.text.orElse(""), Instant.ofEpochMilli(event.time), Instant.ofEpochMilli(event.value), List.of());
                    counts.blockByHand(event.network, event.userKey, block);
                    blocked = List.of(block);
                    break;
                default:
                    unblocked = lifted(event.network, event.userKey, user);
            }
        }
        if (!isReplay) {
            tell(blocked);
            unblocked.forEach(block -> listener.unblocked(block, true));
        }
    }

    private void append(LoginEvent.Kind kind, Optional<Network> network, Optional<Long> userKey, Optional<String> user, long value,
                        Optional<String> text) {
        append(new LoginEvent(kind, clock.millis(), keys.id(), network, userKey, user.map(keys::seal), value, text),
            kind != LoginEvent.Kind.FAILED);
    }

    private void append(LoginEvent event, boolean isLasting) {
        log.append(event.encode(), isLasting);
    }

    private void setTime() {
        counts.at((int) (clock.millis() / 1000 - LoginCounts.EPOCH.getEpochSecond()));
    }

    /** An attempt that is made. */
    private final class Attempt implements Admission.Attempt {
        private final Login login;
        private final Optional<String> session;
        private final LoginCounts.Place place;

        private Attempt(Login login, Optional<String> session, LoginCounts.Place place) {
            this.login = login;
            this.session = session;
            this.place = place;
        }

        @Override
        public void failed(Optional<byte[]> password) {
            int fingerprint = keys.fingerprint(login, password);
            LoginCounts.Failure failure;
            synchronized (GuessLimiter.this) {
                setTime();
                failure = counts.fail(place, login, fingerprint, session);
            }
            if (failure.isCounted) {
                append(LoginEvent.Kind.FAILED, Optional.of(login.network), Optional.of(login.userKey), login.user, fingerprint,
                    Optional.empty());
            } else {
                listener.sameAgain();
            }
            tell(failure.blocks);
            end();
        }

        @Override
        public void succeeded() {
            LoginCounts.News news;
            synchronized (GuessLimiter.this) {
                setTime();
                news = counts.succeed(place, login);
            }
            if (news != LoginCounts.News.NONE) {
                // Not lasting if it only forgives: a user who mistypes and logs in again and again would displace what lasts.
                append(new LoginEvent(LoginEvent.Kind.SUCCEEDED, clock.millis(), keys.id(), Optional.of(login.network),
                    Optional.of(login.userKey), Optional.empty(), 0, Optional.empty()), news == LoginCounts.News.KNOWN_NETWORK);
            }
            end();
        }

        @Override
        public void withdrawn() {
            end();
        }

        private void end() {
            List<WaitingLogins.Waiter> next = new ArrayList<>();
            synchronized (GuessLimiter.this) {
                setTime();
                counts.end(place, (key, places) -> waiting.release(key, places, next));
            }
            next.forEach(waiter -> decide(waiter.login, waiter.session, waiter.admission));
        }
    }
}
