package org.smtpguard.bench.load;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * One client, session after session. All of it runs on the one thread of its {@link Crowd}.
 *
 * <p>Without an interval (closed loop) a unit begins when the one before has ended. With one (open loop) it is to begin on the beat,
 * whatever became of the one before: it is timed from there, so that a server that holds up a client pays for all that the client
 * could not begin meanwhile (coordinated omission).
 */
@Sharable
final class Visitor extends ChannelInboundHandlerAdapter {
    private static final int CODE = 3;
    private static final long RETRY_MILLIS = 20;

    private final Crowd crowd;
    private final Script script;
    private final Bootstrap bootstrap;
    private final long intervalNanos;

    private Channel channel;
    private List<Step> steps = List.of();
    private Part part = Part.CLOSING;
    private int step;
    private int replies;
    private int unitsInSession;
    private long unitsEver;
    /** When the unit under way was to begin; 0 while there is none. */
    private long since;
    private long beat;

    private int column;
    private int code;
    private boolean isLastLine;

    /** @param firstBeat when the first unit is to begin, as of {@link System#nanoTime()}; in a closed loop, now */
    Visitor(Crowd crowd, Script script, Bootstrap bootstrap, long intervalNanos, long firstBeat) {
        this.crowd = crowd;
        this.script = script;
        this.bootstrap = bootstrap.clone().handler(this);
        this.intervalNanos = intervalNanos;
        this.beat = firstBeat;
    }

    private enum Part { OPENING, UNIT, CLOSING }

    /** Begins a session when it is time for the unit in it. */
    void begin() {
        unitsInSession = 0;
        // Who stays for ever is connected before the beat: only what is said then is timed.
        if (script.unitsPerSession() == Integer.MAX_VALUE) {
            connect();
        } else {
            onBeat(this::connect);
        }
    }

    private void onBeat(Runnable task) {
        if (crowd.isOver()) {
            leave();
            return;
        }
        if (intervalNanos == 0) {
            since = System.nanoTime();
            task.run();
            return;
        }
        long planned = beat;
        beat += intervalNanos;
        long wait = planned - System.nanoTime();
        Runnable begun = () -> {
            since = planned;
            task.run();
        };
        if (wait <= 0) {
            begun.run();
        } else {
            crowd.loop().schedule(() -> onLateBeat(begun), wait, TimeUnit.NANOSECONDS);
        }
    }

    private void onLateBeat(Runnable begun) {
        if (crowd.isOver()) {
            leave();
        } else {
            begun.run();
        }
    }

    private void connect() {
        ChannelFuture connected = bootstrap.connect();
        channel = connected.channel();
        connected.addListener(future -> {
            if (!future.isSuccess()) {
                crowd.tally().error("connect: " + future.cause().getClass().getSimpleName());
                crowd.loop().schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void retry() {
        if (crowd.isOver()) {
            leave();
        } else {
            connect();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        column = 0;
        code = 0;
        isLastLine = true;
        play(Part.OPENING, script.opening());
    }

    private void play(Part next, List<Step> itsSteps) {
        part = next;
        steps = itsSteps;
        step = 0;
        send();
    }

    private void send() {
        if (step == steps.size()) {
            ended();
            return;
        }
        replies = 0;
        ByteBuf octets = steps.get(step).octets(crowd.number());
        if (octets.isReadable()) {
            channel.writeAndFlush(octets, channel.voidPromise());
        }
    }

    private void ended() {
        switch (part) {
            case OPENING:
                crowd.opened();
                if (script.unitsPerSession() == Integer.MAX_VALUE) {
                    nextUnit();
                } else {
                    play(Part.UNIT, script.unit(unitsEver++));
                }
                break;
            case UNIT:
                crowd.tally().done(since);
                since = 0;
                unitsInSession++;
                if (unitsInSession < script.unitsPerSession() && !crowd.isOver()) {
                    nextUnit();
                } else {
                    play(Part.CLOSING, script.closing());
                }
                break;
            default:
                // The server closes after its 221.
                break;
        }
    }

    private void nextUnit() {
        List<Step> unit = script.unit(unitsEver);
        if (!unit.isEmpty()) {
            unitsEver++;
            onBeat(() -> play(Part.UNIT, unit));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        try {
            while (octets.isReadable()) {
                read(octets.readByte());
            }
        } finally {
            octets.release();
        }
    }

    private void read(byte octet) {
        if (octet == '\n') {
            int said = code;
            boolean isReply = isLastLine;
            column = 0;
            code = 0;
            isLastLine = true;
            if (isReply) {
                reply(said);
            }
            return;
        }
        if (column < CODE) {
            code = code * 10 + octet - '0';
        } else if (column == CODE) {
            isLastLine = octet != '-';
        }
        column++;
    }

    private void reply(int said) {
        if (step >= steps.size() || replies >= steps.get(step).replies()) {
            crowd.tally().error(said + " unasked");
            channel.close();
            return;
        }
        Step current = steps.get(step);
        int expected = current.code(replies++);
        if (said != expected) {
            crowd.tally().error(said + " for " + expected);
            channel.close();
        } else if (replies == current.replies()) {
            step++;
            send();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean isAtTheEnd = part == Part.CLOSING && step >= steps.size();
        if (since != 0) {
            crowd.tally().unanswered(since);
            since = 0;
        }
        if (crowd.isOver()) {
            crowd.left();
        } else {
            if (!isAtTheEnd) {
                crowd.tally().error("closed");
            }
            begin();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        crowd.tally().error(cause.getClass().getSimpleName());
        channel.close();
    }

    /** Has nothing more to say. */
    private void leave() {
        if (channel != null && channel.isActive()) {
            play(Part.CLOSING, script.closing());
        } else {
            crowd.left();
        }
    }

    /** Nobody waits any longer for what has not come so far. */
    void abort() {
        if (channel != null) {
            channel.close();
        }
    }

    /** Who is idle has to be told that it is over; all others see it at their next unit. */
    void sendHome() {
        if (script.isIdle()) {
            leave();
        }
    }
}
