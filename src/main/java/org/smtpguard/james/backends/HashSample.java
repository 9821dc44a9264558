package org.smtpguard.james.backends;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;
import org.apache.james.user.api.UsersRepositoryException;
import org.apache.james.user.api.model.User;
import org.apache.james.user.lib.model.Algorithm;
import org.apache.james.user.lib.model.DefaultUser;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.Draw;

/**
 * Samples how James has hashed its users' passwords, so that an unknown user costs as much as a known one. Log-ins do not
 * influence the sample.
 *
 * <p>Threads: thread-safe; may block. The first caller of each hour takes the sample; while the first sample is taken, other
 * callers wait for it.
 */
final class HashSample {
    private static final Logger LOGGER = LoggerFactory.getLogger(HashSample.class);
    /** James' default. */
    private static final Algorithm DEFAULT_ALGORITHM = Algorithm.of("PBKDF2");
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final int MAX_USERS = 100;

    private final UsersRepository users;
    private final byte[] key;
    private final LongSupplier nanoTime;
    private final ReentrantLock sampling = new ReentrantLock();
    private volatile Optional<Taken> taken = Optional.empty();

    HashSample(UsersRepository users, byte[] key, LongSupplier nanoTime) {
        this.users = users;
        this.key = key.clone();
        this.nanoTime = nanoTime;
    }

    /** Takes a sample if there is none, or if the last one is old. Never throws. */
    void refresh() {
        if (!isOld() || (taken.isPresent() && sampling.isLocked())) {
            return;
        }
        sampling.lock();
        try {
            if (isOld()) {
                taken = Optional.of(new Taken(sample(), nanoTime.getAsLong()));
            }
        } finally {
            sampling.unlock();
        }
    }

    private boolean isOld() {
        return taken.map(last -> nanoTime.getAsLong() - last.at >= MAX_AGE.toNanos()).orElse(true);
    }

    /** The algorithm to hash an unknown user's password with. */
    Algorithm algorithmFor(Username name) {
        return taken.map(last -> last.algorithms.of(name.asString())).orElse(DEFAULT_ALGORITHM);
    }

    /** Some user of the sample, from which a nonexistent directory entry is derived. */
    Optional<User> anyUser() {
        return taken.flatMap(last -> last.anyUser);
    }

    private List<User> sample() {
        List<User> sample = new ArrayList<>();
        try {
            int enough = DirectoryUser.isUsedBy(users) ? 1 : MAX_USERS;
            for (Iterator<Username> names = users.list(); names.hasNext() && sample.size() < enough;) {
                Optional.ofNullable(users.getUserByName(names.next())).ifPresent(sample::add);
            }
        } catch (UsersRepositoryException | RuntimeException e) {
            LOGGER.warn("James' users could not be listed ({}): the time of a log-in may reveal whether a user exists; next attempt"
                + " in {} min", e.getClass().getName(), MAX_AGE.toMinutes());
        }
        return sample;
    }

    private final class Taken {
        private final Draw<Algorithm> algorithms;
        private final Optional<User> anyUser;
        private final long at;

        Taken(List<User> sample, long at) {
            List<Algorithm> found = new ArrayList<>();
            sample.stream().filter(DefaultUser.class::isInstance).map(DefaultUser.class::cast)
                .forEach(user -> found.add(user.getHashAlgorithm()));
            this.algorithms = new Draw<>(found.isEmpty() ? List.of(DEFAULT_ALGORITHM) : found,
                algorithm -> algorithm.asString() + " " + algorithm.getHashingMode(), key);
            this.anyUser = sample.stream().findFirst();
            this.at = at;
        }
    }
}
