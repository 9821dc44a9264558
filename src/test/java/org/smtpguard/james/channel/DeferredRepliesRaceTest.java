package org.smtpguard.james.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import org.apache.james.protocols.api.ProtocolSession;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.netty.HandlerConstants;
import org.apache.james.protocols.netty.NettyProtocolTransport;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.smtpguard.protocol.CommandLine;

/**
 * A verdict on a thread of the backend against a client that hangs up on the session's own: whichever comes first, each wait
 * ends in one way, and on the session's thread. In batches, since two threads that had to meet for each round would seldom run
 * at the same time.
 */
class DeferredRepliesRaceTest {
    private static final String ANSWERED = "answered";
    private static final String DROPPED = "dropped";
    private static final int BATCHES = 200;
    private static final int ROUNDS_OF_A_BATCH = 500;
    private static final int LONGEST_SPIN = 200;

    private final DefaultEventLoopGroup loops = new DefaultEventLoopGroup(1);
    private final ExecutorService racers = Executors.newFixedThreadPool(2);
    private final LocalChannel channel = new LocalChannel();
    private final DeferredReplies replies = new DeferredReplies(new NothingIsEarly(), (session, reply) -> { });

    @BeforeEach
    void connect() {
        loops.register(channel).syncUninterruptibly();
        channel.pipeline().addLast(HandlerConstants.CORE_HANDLER, new ChannelInboundHandlerAdapter());
    }

    @AfterEach
    void stop() {
        racers.shutdownNow();
        channel.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void aVerdictAndAHangUpLeaveOneOutcome() throws Exception {
        assertThat(race(Round::enter, Round::decide, onItsThread(Round::hangUp))).containsOnlyKeys(ANSWERED, DROPPED);
    }

    @Test
    void aVerdictThatFailsAndAHangUpLeaveOneOutcome() throws Exception {
        assertThat(race(Round::enter, Round::fail, onItsThread(Round::hangUp))).containsOnlyKeys(ANSWERED, DROPPED);
    }

    @Test
    void aVerdictThatComesWhileTheSessionEntersIsAnswered() throws Exception {
        assertThat(race(round -> { }, Round::decide, onItsThread(Round::enter))).containsOnlyKeys(ANSWERED);
    }

    @Test
    void oneOfTwoVerdictsIsAnswered() throws Exception {
        assertThat(race(Round::enter, Round::decide, Round::fail)).containsOnlyKeys(ANSWERED);
    }

    /** Prepares the rounds of a batch on the session's thread; then two threads run through them side by side. */
    private Map<String, Long> race(Consumer<Round> preparation, Consumer<Round> one, Consumer<Round> other) throws Exception {
        Map<String, Long> outcomes = new TreeMap<>();
        for (int seed = 0; seed < BATCHES; seed++) {
            Round[] rounds = Stream.generate(Round::new).limit(ROUNDS_OF_A_BATCH).toArray(Round[]::new);
            onItsThread(() -> Stream.of(rounds).forEach(preparation));
            CyclicBarrier start = new CyclicBarrier(2);
            Future<?> first = racers.submit(racer(rounds, one, start, seed));
            Future<?> second = racers.submit(racer(rounds, other, start, -seed));
            first.get();
            second.get();
            // Behind whatever the two have put into the queue, and behind what that has put there.
            onItsThread(() -> { });
            onItsThread(() -> Stream.of(rounds).map(Round::outcome).forEach(outcome -> outcomes.merge(outcome, 1L, Long::sum)));
        }
        return outcomes;
    }

    private static Runnable racer(Round[] rounds, Consumer<Round> part, CyclicBarrier start, int seed) {
        Random random = new Random(seed);
        return () -> {
            try {
                start.await();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            for (Round round : rounds) {
                for (int spins = random.nextInt(LONGEST_SPIN); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                part.accept(round);
            }
        };
    }

    private void onItsThread(Runnable task) {
        channel.eventLoop().submit(task).syncUninterruptibly();
    }

    private Consumer<Round> onItsThread(Consumer<Round> part) {
        return round -> channel.eventLoop().execute(() -> part.accept(round));
    }

    /** One wait of one session. */
    private final class Round {
        private final SMTPSession session = new SMTPSessionImpl(new CountingTransport(this), new SMTPConfigurationImpl());
        private final CompletableFuture<String> verdict = new CountingVerdict(this);
        private final AtomicInteger drops = new AtomicInteger();
        private final AtomicInteger answers = new AtomicInteger();
        private final AtomicInteger writes = new AtomicInteger();
        private final AtomicInteger pushes = new AtomicInteger();
        private final AtomicInteger pops = new AtomicInteger();
        private final AtomicInteger strays = new AtomicInteger();

        private void enter() {
            replies.await(session, verdict, value -> {
                count(answers);
                return new SMTPResponse("235", "2.7.0 done");
            });
        }

        private void decide() {
            verdict.complete("yes");
        }

        private void fail() {
            verdict.completeExceptionally(new IllegalStateException("a backend that breaks"));
        }

        /** Two handlers of ours are told of it, so it is told to the room twice. */
        private void hangUp() {
            replies.abandon(session);
            replies.abandon(session);
        }

        private void count(AtomicInteger event) {
            event.incrementAndGet();
            if (!channel.eventLoop().inEventLoop()) {
                strays.incrementAndGet();
            }
        }

        private String outcome() {
            String all = String.format(Locale.ROOT, "%d answers, %d written, %d pushed, %d popped, dropped %s, %d on another thread",
                answers.get(), writes.get(), pushes.get(), pops.get(), drops.get() > 0, strays.get());
            switch (all) {
                case "1 answers, 1 written, 1 pushed, 1 popped, dropped false, 0 on another thread":
                    return ANSWERED;
                case "0 answers, 0 written, 1 pushed, 0 popped, dropped true, 0 on another thread":
                    return DROPPED;
                default:
                    return all;
            }
        }
    }

    /** The stage that a backend gave: told when nobody waits for it any more. */
    private static final class CountingVerdict extends CompletableFuture<String> {
        private final Round round;

        private CountingVerdict(Round round) {
            this.round = round;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            round.count(round.drops);
            return super.cancel(mayInterruptIfRunning);
        }
    }

    private final class CountingTransport extends NettyProtocolTransport {
        private final Round round;

        private CountingTransport(Round round) {
            super(channel, null, false);
            this.round = round;
        }

        @Override
        public void pushLineHandler(LineHandler<? extends ProtocolSession> handler, ProtocolSession session) {
            round.count(round.pushes);
        }

        @Override
        public void popLineHandler() {
            round.count(round.pops);
        }

        @Override
        protected void writeToClient(byte[] bytes, ProtocolSession session, boolean startTls) {
            round.count(round.writes);
        }

        @Override
        public void setReadable(boolean readable) {
            // One channel serves all rounds.
        }
    }

    private static final class NothingIsEarly implements LinePolicy {
        @Override
        public Optional<Response> early(SMTPSession session, ReceivedLine line) {
            return Optional.empty();
        }

        @Override
        public boolean isAlwaysInOrder(CommandLine command) {
            return false;
        }

        @Override
        public Response tooLong(SMTPSession session) {
            return Response.DISCONNECT;
        }
    }
}
