package org.smtpguard.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;

/**
 * Clients of one script, all on one thread, which is theirs alone: crowds of one load do not wait for each other.
 *
 * <p>Its fields: {@code port}, {@code script} and what that takes, {@code connections}, {@code perSecond} (units of all together
 * in an open loop; 0 for a closed one), {@code opening} (how many may be opening their first session at once; 0 for all).
 */
final class Crowd {
    private static final int CONNECT_MILLIS = 30_000;

    private final ObjectNode description;
    private final EventLoopGroup group = Epoll.isAvailable() ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    private final EventLoop loop = group.next();
    private final Tally tally;
    private final List<Visitor> visitors = new ArrayList<>();
    private final CountDownLatch opened;
    private final CountDownLatch left;
    private int begun;
    private long number;
    private volatile boolean isOver;

    /** @param from when it begins to count, and {@code to} when it ends, as of {@link System#nanoTime()} */
    Crowd(JsonNode description, String host, long from, long to) {
        this.description = description.deepCopy();
        this.tally = new Tally(from, to);
        int connections = description.path("connections").asInt(1);
        double perSecond = description.path("perSecond").asDouble(0);
        long interval = perSecond == 0 ? 0 : (long) (connections * TimeUnit.SECONDS.toNanos(1) / perSecond);
        Bootstrap bootstrap = new Bootstrap().group(loop)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .remoteAddress(host, description.path("port").asInt());
        Script script = Script.of(description);
        long now = System.nanoTime();
        for (int i = 0; i < connections; i++) {
            visitors.add(new Visitor(this, script, bootstrap, interval, now + interval * i / connections));
        }
        opened = new CountDownLatch(connections);
        left = new CountDownLatch(connections);
    }

    void begin() {
        int atOnce = description.path("opening").asInt(0);
        loop.execute(() -> {
            for (int i = atOnce == 0 ? visitors.size() : Math.min(atOnce, visitors.size()); i > 0; i--) {
                beginNext();
            }
        });
    }

    private void beginNext() {
        if (begun < visitors.size()) {
            visitors.get(begun++).begin();
        }
    }

    /** Returns when each client has opened a session, or the time is up. */
    boolean awaitOpened(long seconds) throws InterruptedException {
        return opened.await(seconds, TimeUnit.SECONDS);
    }

    /** Nobody begins anything new. */
    void end() {
        isOver = true;
        loop.execute(() -> visitors.forEach(Visitor::sendHome));
    }

    /** Returns what was seen when all have left, or after the time that those get who still wait for a reply. */
    ObjectNode result(long graceSeconds) throws Exception {
        if (!left.await(graceSeconds, TimeUnit.SECONDS)) {
            loop.submit(() -> visitors.forEach(Visitor::abort)).get();
        }
        description.setAll(loop.submit(tally::toJson).get());
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        return description;
    }

    EventLoop loop() {
        return loop;
    }

    Tally tally() {
        return tally;
    }

    boolean isOver() {
        return isOver;
    }

    long number() {
        return number++;
    }

    void opened() {
        opened.countDown();
        if (begun < visitors.size()) {
            beginNext();
        }
    }

    void left() {
        left.countDown();
    }
}
