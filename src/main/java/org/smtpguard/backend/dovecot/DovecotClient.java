package org.smtpguard.backend.dovecot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;

/**
 * Asks Dovecot, over one connection that stays. It is made with the first question; when it is lost it is made again, by itself
 * after a pause that grows with each attempt, and at once for whoever asks before.
 *
 * <p>Threads: any may ask; all else is done on that of the {@link DovecotLoop}, where the answers complete, too.
 */
final class DovecotClient implements AutoCloseable {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String address;
    private final Bootstrap bootstrap;
    private final DovecotLoop loop;
    private Optional<DovecotConnection> current = Optional.empty();
    private Duration pause = FIRST_PAUSE;
    private boolean isPausing;

    /**
     * @param name of the thread
     * @param limit how long an answer may take, with the connection if there is none
     */
    DovecotClient(DovecotAddress address, String name, Duration limit) {
        this.address = address.toString();
        this.bootstrap = address.bootstrap(name)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(limit.toMillis(), Integer.MAX_VALUE));
        this.loop = new DovecotLoop(bootstrap.config().group(), limit);
    }

    /**
     * Begins an exchange.
     *
     * @param parameters what stands behind the mechanism
     * @return the reply; fails with a {@link DovecotException}. If it is cancelled, Dovecot is told so
     */
    CompletableFuture<DovecotReply> begin(String mechanism, List<String> parameters) {
        return loop.ask(answer -> connected(answer, connection -> connection.begin(mechanism, parameters, answer)));
    }

    /** What Dovecot offers, in upper case; fails with a {@link DovecotException}. */
    CompletableFuture<Set<String>> mechanisms() {
        return loop.ask(answer -> connected(answer, connection -> answer.complete(connection.mechanisms())));
    }

    private void connected(CompletableFuture<?> answer, Consumer<DovecotConnection> use) {
        current.orElseGet(this::connect).ready().whenComplete((connection, fault) -> {
            if (fault != null) {
                answer.completeExceptionally(fault);
            } else if (!answer.isDone()) {
                use.accept(connection);
            }
        });
    }

    private DovecotConnection connect() {
        DovecotConnection connection = new DovecotConnection(loop);
        current = Optional.of(connection);
        connection.ready().thenRun(() -> pause = FIRST_PAUSE);
        connection.over().thenRun(this::lost);
        ChannelFutureListener outcome = (ChannelFuture done) -> {
            if (!done.isSuccess()) {
                connection.unreachable(address, done.cause());
            }
        };
        bootstrap.clone().handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new LineBasedFrameDecoder(DovecotConnection.LONGEST_LINE, true, true),
                    new StringDecoder(UTF_8), new StringEncoder(UTF_8), connection);
            }
        }).connect().addListener(outcome);
        return connection;
    }

    private void lost() {
        current = Optional.empty();
        if (isPausing || loop.thread().isShuttingDown()) {
            return;
        }
        isPausing = true;
        loop.thread().schedule(() -> {
            isPausing = false;
            if (current.isEmpty()) {
                connect();
            }
        }, pause.toMillis(), TimeUnit.MILLISECONDS);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }

    @Override
    public void close() {
        loop.close();
    }
}
