package org.smtpguard.resilience;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.resilience.Safeguards.Lifetimes;

/**
 * Verdicts that are remembered for a while. Every "no" is remembered for the same time, so that the haste of a second refusal
 * tells nobody whether the user exists. "Unavailable" is none.
 *
 * <p>Neither names nor passwords are kept: the key is an HMAC of both, and of as much of the request's origin as the verdict may depend
 * on ({@link org.smtpguard.credential.CredentialBackend#relevant}), by a random key that is made at the start and
 * never leaves this object. Entries are of a generation, and each change at the backend begins a new one: a verdict that was asked for
 * before
 * the change does not count after it, whenever it comes.
 *
 * <p>Threads: any, and none of its own.
 */
final class VerdictCache {
    private static final String HMAC = "HmacSHA256";

    private final Lifetimes lifetimes;
    private final Time time;
    private final SecretKeySpec secret;
    private final Cache<ByteBuffer, Entry> entries;
    private final AtomicLong generation = new AtomicLong();
    private final LongAdder hits = new LongAdder();
    private final LongAdder stale = new LongAdder();
    private final LongAdder misses = new LongAdder();

    VerdictCache(Lifetimes lifetimes, Time time) {
        this.lifetimes = lifetimes;
        this.time = time;
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.secret = new SecretKeySpec(random, HMAC);
        this.entries = Caffeine.newBuilder().maximumSize(lifetimes.entries()).ticker(time::nanos).executor(Runnable::run)
            .expireAfter(new Expiry<ByteBuffer, Entry>() {
                @Override
                public long expireAfterCreate(ByteBuffer key, Entry entry, long now) {
                    return entry.life.plus(lifetimes.stale()).toNanos();
                }

                @Override
                public long expireAfterUpdate(ByteBuffer key, Entry entry, long now, long left) {
                    return expireAfterCreate(key, entry, now);
                }

                @Override
                public long expireAfterRead(ByteBuffer key, Entry entry, long now, long left) {
                    return left;
                }
            }).build();
    }

    /**
     * Looks a claim up, and remembers what the backend says of it.
     *
     * @param origin as much of the claim's origin as the verdict may depend on
     */
    Recollection of(Credentials credentials, Origin origin) {
        return new Recollection(key(credentials, origin), generation.get());
    }

    /** Nothing that was asked for until now counts any more. */
    void drop() {
        generation.incrementAndGet();
        entries.invalidateAll();
    }

    BackendStatus.CacheStatus status() {
        return new BackendStatus.CacheStatus(hits.sum(), stale.sum(), misses.sum(), entries.estimatedSize());
    }

    /** Each part with its length before it, or "ab" and "c" would be "a" and "bc". */
    private ByteBuffer key(Credentials credentials, Origin origin) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(secret);
            update(mac, credentials.username().getBytes(StandardCharsets.UTF_8));
            update(mac, origin.mechanism().getBytes(StandardCharsets.UTF_8));
            update(mac, origin.remoteAddress().orElse("").getBytes(StandardCharsets.UTF_8));
            update(mac, origin.sessionId().orElse("").getBytes(StandardCharsets.UTF_8));
            mac.update((byte) (origin.isUnderTls() ? 1 : 0));
            return ByteBuffer.wrap(mac.doFinal(credentials.password().bytes()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }

    private static void update(Mac mac, byte[] part) {
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
        mac.update(part);
    }

    /** One claim, and what is remembered of it. */
    final class Recollection implements Reading<CredentialResult> {
        private final ByteBuffer key;
        private final long asOf;

        private Recollection(ByteBuffer key, long asOf) {
            this.key = key;
            this.asOf = asOf;
        }

        /** A verdict that counts, whether the backend could be asked or not. */
        Optional<CredentialResult> fresh() {
            Optional<CredentialResult> verdict = entry().filter(entry -> time.nanos() - entry.made < entry.life.toNanos())
                .map(entry -> entry.verdict);
            (verdict.isPresent() ? hits : misses).increment();
            return verdict;
        }

        @Override
        public CredentialResult verdict(CredentialResult answer) {
            return answer;
        }

        @Override
        public CredentialResult unavailable(CredentialResult why) {
            return why;
        }

        /** A verdict past its life is better than none where the operator says so: the others have gone from the cache. */
        @Override
        public CredentialResult outage(CredentialResult why) {
            Optional<CredentialResult> past = entry().map(entry -> entry.verdict);
            past.ifPresent(verdict -> stale.increment());
            return past.orElse(why);
        }

        @Override
        public void definite(CredentialResult answer) {
            Duration life = answer.isAccepted() ? lifetimes.accepted() : lifetimes.refused();
            if (!life.isZero()) {
                entries.put(key, new Entry(answer, asOf, time.nanos(), life));
            }
        }

        private Optional<Entry> entry() {
            return Optional.ofNullable(entries.getIfPresent(key)).filter(entry -> entry.generation == generation.get());
        }
    }

    private static final class Entry {
        private final CredentialResult verdict;
        private final long generation;
        private final long made;
        private final Duration life;

        Entry(CredentialResult verdict, long generation, long made, Duration life) {
            this.verdict = verdict;
            this.generation = generation;
            this.made = made;
            this.life = life;
        }
    }
}
