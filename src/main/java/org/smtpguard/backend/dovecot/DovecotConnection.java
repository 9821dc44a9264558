package org.smtpguard.backend.dovecot;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;

/**
 * One connection to Dovecot: exchanges greetings, sends requests and assigns each reply to its request by number, in any order.
 * When the connection ends, all open requests fail immediately; none is sent a second time.
 *
 * <p>A connection dropped by a firewall gives no error. So if nothing is received within the time limit after a request, the
 * connection accepts no more requests; open ones may still be answered, and the connection is closed after the last of them.
 * This applies to cancelled requests as well: they may have been cancelled because of the silence.
 *
 * <p>Threads: confined to the thread of the {@link DovecotLoop}.
 */
final class DovecotConnection extends SimpleChannelInboundHandler<String> {
    /** Octets. The maximum length of a line in both directions. */
    static final int MAX_LINE = 16384;

    private static final String MAJOR = "1";
    private static final String MINOR = "2";

    private final DovecotLoop loop;
    private final String address;
    private final CompletableFuture<DovecotConnection> ready = new CompletableFuture<>();
    private final CompletableFuture<DovecotException> closed = new CompletableFuture<>();
    private final Map<Integer, CompletableFuture<DovecotReply>> open = new HashMap<>();
    private final Set<String> mechanisms = new TreeSet<>();
    private Optional<ChannelHandlerContext> context = Optional.empty();
    private boolean isDovecot;
    private int lastId;
    /** Fires if nothing is received within the time limit after a request. */
    private Optional<Future<?>> silenceTimer = Optional.empty();

    /** @param address for the operator */
    DovecotConnection(DovecotLoop loop, String address) {
        this.loop = loop;
        this.address = address;
    }

    /** Completes when requests can be sent, or fails with the {@link DovecotException} that ended the connection. */
    CompletableFuture<DovecotConnection> ready() {
        return ready;
    }

    /** Completes when no more requests are accepted, with the reason. */
    CompletableFuture<DovecotException> closed() {
        return closed;
    }

    /** The mechanisms that Dovecot offers, in upper case. */
    Set<String> mechanisms() {
        return Set.copyOf(mechanisms);
    }

    /** The message if a mechanism is not offered. */
    static String notOffered(String mechanism) {
        return "it does not offer " + mechanism + "; add " + mechanism.toLowerCase(Locale.ROOT) + " to its auth_mechanisms";
    }

    /**
     * Starts an exchange.
     *
     * @param parameters those after the mechanism
     * @param answer completed with the reply or a {@link DovecotException}; if it is cancelled, Dovecot is sent CANCEL
     */
    void start(String mechanism, List<String> parameters, CompletableFuture<DovecotReply> answer) {
        if (!mechanisms.contains(mechanism)) {
            // Dovecot would close the connection of all users.
            answer.completeExceptionally(DovecotException.ofService(notOffered(mechanism)));
            return;
        }
        lastId = lastId == Integer.MAX_VALUE ? 1 : lastId + 1;
        List<String> fields = new ArrayList<>(List.of("AUTH", String.valueOf(lastId), mechanism));
        fields.addAll(parameters);
        request(lastId, fields, answer);
    }

    private CompletableFuture<DovecotReply> continueExchange(int id, byte[] response) {
        String base64 = Base64.getEncoder().encodeToString(response);
        return loop.submit(answer -> request(id, List.of("CONT", String.valueOf(id), base64), answer));
    }

    private void request(int id, List<String> fields, CompletableFuture<DovecotReply> answer) {
        if (isClosed()) {
            answer.completeExceptionally(closed.getNow(new DovecotException("it is not connected")));
            return;
        }
        open.put(id, answer);
        answer.whenComplete((reply, fault) -> {
            if (fault != null) {
                loop.thread().execute(() -> forget(id));
            }
        });
        send(fields.toArray(new String[0]));
        if (silenceTimer.isEmpty()) {
            silenceTimer = Optional.of(loop.thread().schedule(this::onSilence, loop.limit().toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    private void onSilence() {
        closed.complete(new DovecotException("it has sent nothing for " + loop.limit().toMillis() + " ms"));
        endIfUnused();
    }

    private boolean isClosed() {
        return context.filter(channel -> channel.channel().isActive()).isEmpty();
    }

    private void send(String... fields) {
        context.ifPresent(channel -> channel.writeAndFlush(DovecotLine.of(List.of(fields)).text())
            .addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
    }

    /** The request has timed out or was cancelled. */
    private void forget(int id) {
        if (open.remove(id) != null) {
            send("CANCEL", String.valueOf(id));
            endIfUnused();
        }
    }

    private void endIfUnused() {
        if (closed.isDone() && open.isEmpty()) {
            context.ifPresent(ChannelHandlerContext::close);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext channel) {
        context = Optional.of(channel);
        send("VERSION", MAJOR, MINOR);
        send("CPID", String.valueOf(ProcessHandle.current().pid()));
        loop.onTimeout(loop.limit(), ready, () -> end("it has not finished its greeting within " + loop.limit().toMillis() + " ms"));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext channel, String text) {
        silenceTimer.ifPresent(timer -> timer.cancel(false));
        silenceTimer = Optional.empty();
        DovecotLine line = DovecotLine.parse(text);
        if (!isDovecot && !line.command().equals("VERSION")) {
            end("the server there does not speak Dovecot's authentication protocol");
            return;
        }
        switch (line.command()) {
            case "VERSION":
                version(line);
                break;
            case "MECH":
                line.parameter(1).ifPresent(mechanism -> mechanisms.add(mechanism.toUpperCase(Locale.ROOT)));
                break;
            case "DONE":
                ready.complete(this);
                break;
            case "OK":
            case "FAIL":
                onReply(line, Optional.of(DovecotReply.verdict(line.command().equals("OK"), line.named(2))));
                break;
            case "CONT":
                onReply(line, challenge(line));
                break;
            default:
                // SPID, CUID, COOKIE, and additions of later minor versions.
        }
    }

    private void version(DovecotLine line) {
        isDovecot = true;
        if (!line.parameter(1).equals(Optional.of(MAJOR))) {
            end("it does not speak version " + MAJOR + "." + MINOR + " of its authentication protocol");
        }
    }

    private Optional<DovecotReply> challenge(DovecotLine line) {
        try {
            byte[] challenge = Base64.getDecoder().decode(line.parameter(2).orElse(""));
            return id(line).map(id -> DovecotReply.challenge(challenge, response -> continueExchange(id, response)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> id(DovecotLine line) {
        return line.parameter(1).filter(text -> text.matches("[0-9]{1,10}")).map(Long::valueOf)
            .filter(id -> id <= Integer.MAX_VALUE).map(Long::intValue);
    }

    /** @param reply empty if it cannot be read */
    private void onReply(DovecotLine line, Optional<DovecotReply> reply) {
        Optional<Integer> id = id(line);
        if (id.isEmpty() || reply.isEmpty()) {
            end("it has sent an invalid reply");
            return;
        }
        // Absent if the request was cancelled in the meantime.
        Optional.ofNullable(open.remove(id.get())).ifPresent(answer -> answer.complete(reply.get()));
        endIfUnused();
    }

    /** @param fault the reason why connecting failed */
    void onUnreachable(Throwable fault) {
        end("it cannot be reached (" + fault.getClass().getSimpleName() + ", connecting to " + address + ")");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable fault) {
        end(fault instanceof TooLongFrameException ? "it has sent a line of more than " + MAX_LINE + " octets"
            : "the connection has failed (" + fault.getClass().getSimpleName() + ", at " + address + ")");
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) {
        end("it has closed the connection");
    }

    private void end(String reason) {
        silenceTimer.ifPresent(timer -> timer.cancel(false));
        // Nothing has been requested before the greeting is complete.
        closed.complete(ready.isDone() ? new DovecotException(reason) : DovecotException.ofService(reason));
        DovecotException fault = closed.join();
        context.ifPresent(ChannelHandlerContext::close);
        ready.completeExceptionally(fault);
        List<CompletableFuture<DovecotReply>> unanswered = List.copyOf(open.values());
        open.clear();
        unanswered.forEach(answer -> answer.completeExceptionally(fault));
    }
}
