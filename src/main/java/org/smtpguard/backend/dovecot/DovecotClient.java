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
 * Sends requests to Dovecot over one persistent connection. It is opened by the first request. If it is lost, it is reopened
 * after a delay that grows with each attempt, or immediately by the next request.
 *
 * <p>Threads: thread-safe. All work runs on the thread of the {@link DovecotLoop}, where the results are completed as well.
 */
final class DovecotClient implements AutoCloseable {
    private static final Duration MIN_DELAY = Duration.ofMillis(100);
    private static final Duration MAX_DELAY = Duration.ofSeconds(10);

    private final String address;
    private final Bootstrap bootstrap;
    private final DovecotLoop loop;
    private Optional<DovecotConnection> current = Optional.empty();
    private Duration delay = MIN_DELAY;
    private boolean isReconnecting;

    /**
     * @param name the name of the thread
     * @param limit maximum time for a reply, including the time to connect
     */
    DovecotClient(DovecotAddress address, String name, Duration limit) {
        this.address = address.toString();
        this.bootstrap = address.bootstrap(name)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(limit.toMillis(), Integer.MAX_VALUE));
        this.loop = new DovecotLoop(bootstrap.config().group(), limit);
    }

    /**
     * Starts an exchange.
     *
     * @param parameters those after the mechanism
     * @return the reply; fails with a {@link DovecotException}. If it is cancelled, Dovecot is sent CANCEL
     */
    CompletableFuture<DovecotReply> start(String mechanism, List<String> parameters) {
        return loop.submit(answer -> whenConnected(answer, connection -> connection.start(mechanism, parameters, answer)));
    }

    /** The mechanisms that Dovecot offers, in upper case; fails with a {@link DovecotException}. */
    CompletableFuture<Set<String>> mechanisms() {
        return loop.submit(answer -> whenConnected(answer, connection -> answer.complete(connection.mechanisms())));
    }

    private void whenConnected(CompletableFuture<?> answer, Consumer<DovecotConnection> use) {
        current.orElseGet(this::connect).ready().whenComplete((connection, fault) -> {
            if (fault != null) {
                answer.completeExceptionally(fault);
            } else if (!answer.isDone()) {
                use.accept(connection);
            }
        });
    }

    private DovecotConnection connect() {
        DovecotConnection connection = new DovecotConnection(loop, address);
        current = Optional.of(connection);
        connection.ready().thenRun(() -> delay = MIN_DELAY);
        connection.closed().thenRun(this::onLost);
        ChannelFutureListener outcome = (ChannelFuture done) -> {
            if (!done.isSuccess()) {
                connection.onUnreachable(done.cause());
            }
        };
        bootstrap.clone().handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new LineBasedFrameDecoder(DovecotConnection.MAX_LINE, true, true),
                    new StringDecoder(UTF_8), new StringEncoder(UTF_8), connection);
            }
        }).connect().addListener(outcome);
        return connection;
    }

    private void onLost() {
        current = Optional.empty();
        if (isReconnecting || loop.thread().isShuttingDown()) {
            return;
        }
        isReconnecting = true;
        loop.thread().schedule(() -> {
            isReconnecting = false;
            if (current.isEmpty()) {
                connect();
            }
        }, delay.toMillis(), TimeUnit.MILLISECONDS);
        Duration longer = delay.multipliedBy(2);
        delay = longer.compareTo(MAX_DELAY) < 0 ? longer : MAX_DELAY;
    }

    @Override
    public void close() {
        loop.close();
    }
}
