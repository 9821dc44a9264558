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
 * A cache of verdicts. All refusals are cached for the same time, so that a faster second refusal does not reveal whether the user exists.
 * UNAVAILABLE is never cached.
 *
 * <p>Neither names nor passwords are stored: the key is an HMAC of both, and of the part of the origin that the verdict may depend on
 * ({@link org.smtpguard.credential.CredentialBackend#relevant}), with a random key per start. Each change at the backend begins a new
 * generation of entries: a verdict that was requested before the change is not used after it.
 *
 * <p>Threads: any.
 */
final class VerdictCache {
    private static final String HMAC = "HmacSHA256";

    private final Lifetimes lifetimes;
    private final Time time;
    private final Runnable onExpired;
    private final SecretKeySpec secret;
    private final Cache<ByteBuffer, Entry> entries;
    private final AtomicLong generation = new AtomicLong();
    private final LongAdder hits = new LongAdder();
    private final LongAdder stale = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /** @param onExpired called when an expired verdict is used */
    VerdictCache(Lifetimes lifetimes, Time time, Runnable onExpired) {
        this.lifetimes = lifetimes;
        this.onExpired = onExpired;
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
     * The entry for these credentials, to be read and updated.
     *
     * @param origin the part of the origin that the verdict may depend on
     */
    Recollection of(Credentials credentials, Origin origin) {
        return new Recollection(key(credentials, origin), generation.get());
    }

    /** Invalidates all entries, and the verdicts of pending requests. */
    void drop() {
        generation.incrementAndGet();
        entries.invalidateAll();
    }

    BackendStatus.CacheStatus status() {
        return new BackendStatus.CacheStatus(hits.sum(), stale.sum(), misses.sum(), entries.estimatedSize());
    }

    /** Each part is preceded by its length, so that "ab" and "c" differ from "a" and "bc". */
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

    /** The entry of one request. */
    final class Recollection implements Reading<CredentialResult> {
        private final ByteBuffer key;
        private final long asOf;

        private Recollection(ByteBuffer key, long asOf) {
            this.key = key;
            this.asOf = asOf;
        }

        /** The verdict, unless it has expired. */
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
        public Optional<CredentialResult> decision(CredentialResult answer) {
            return Optional.of(answer);
        }

        @Override
        public CredentialResult unavailable(CredentialResult why) {
            return why;
        }

        /** The expired verdict, if it may still be used; others have been removed from the cache. */
        @Override
        public CredentialResult outage(CredentialResult why) {
            Optional<CredentialResult> past = entry().map(entry -> entry.verdict);
            past.ifPresent(verdict -> {
                stale.increment();
                onExpired.run();
            });
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
