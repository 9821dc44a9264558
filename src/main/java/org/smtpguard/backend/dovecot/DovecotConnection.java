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
 * One connection to Dovecot: greets it, puts questions to it and gives each its reply, by its number and in whatever order the
 * replies come. A connection that ends fails all that are open, at once; none is asked a second time.
 *
 * <p>A firewall that has forgotten a connection tells nobody. So one on which a question has been followed by nothing, for as long as
 * an answer may take, takes no more of them; those that are open may yet be answered, and with the last of them it ends. Whether
 * anybody still waits makes no difference: if it was given up, that may have been for its silence.
 *
 * <p>Threads: that of the {@link DovecotLoop}, and no other.
 */
final class DovecotConnection extends SimpleChannelInboundHandler<String> {
    /** What Dovecot takes, and sends, in a line. */
    static final int LONGEST_LINE = 16384;

    private static final String MAJOR = "1";
    private static final String MINOR = "2";

    private final DovecotLoop loop;
    private final CompletableFuture<DovecotConnection> ready = new CompletableFuture<>();
    private final CompletableFuture<DovecotException> over = new CompletableFuture<>();
    private final Map<Integer, CompletableFuture<DovecotReply>> open = new HashMap<>();
    private final Set<String> mechanisms = new TreeSet<>();
    private Optional<ChannelHandlerContext> context = Optional.empty();
    private boolean isDovecot;
    private int lastId;
    /** Goes off when a question has been followed by silence for too long. */
    private Optional<Future<?>> alarm = Optional.empty();

    DovecotConnection(DovecotLoop loop) {
        this.loop = loop;
    }

    /** Completes when questions can be put, or fails with the {@link DovecotException} that ended the connection before. */
    CompletableFuture<DovecotConnection> ready() {
        return ready;
    }

    /** Completes when no more questions are taken, with the reason. */
    CompletableFuture<DovecotException> over() {
        return over;
    }

    /** What Dovecot offers, in upper case. */
    Set<String> mechanisms() {
        return Set.copyOf(mechanisms);
    }

    /** What is wrong where a mechanism is not offered. */
    static String lack(String mechanism) {
        return "it does not offer " + mechanism + "; add " + mechanism.toLowerCase(Locale.ROOT) + " to its auth_mechanisms";
    }

    /**
     * Begins an exchange.
     *
     * @param parameters what stands behind the mechanism
     * @param answer gets the reply, or a {@link DovecotException}; cancelled, it has Dovecot told
     */
    void begin(String mechanism, List<String> parameters, CompletableFuture<DovecotReply> answer) {
        if (!mechanisms.contains(mechanism)) {
            // Asked for it nevertheless, Dovecot would hang up on everybody.
            answer.completeExceptionally(DovecotException.ofService(lack(mechanism)));
            return;
        }
        lastId = lastId == Integer.MAX_VALUE ? 1 : lastId + 1;
        List<String> fields = new ArrayList<>(List.of("AUTH", String.valueOf(lastId), mechanism));
        fields.addAll(parameters);
        ask(lastId, fields, answer);
    }

    private CompletableFuture<DovecotReply> goOn(int id, byte[] response) {
        String base64 = Base64.getEncoder().encodeToString(response);
        return loop.ask(answer -> ask(id, List.of("CONT", String.valueOf(id), base64), answer));
    }

    private void ask(int id, List<String> fields, CompletableFuture<DovecotReply> answer) {
        if (isClosed()) {
            answer.completeExceptionally(over.getNow(new DovecotException("it is not connected")));
            return;
        }
        open.put(id, answer);
        answer.whenComplete((reply, fault) -> {
            if (fault != null) {
                loop.thread().execute(() -> forget(id));
            }
        });
        send(fields.toArray(new String[0]));
        if (alarm.isEmpty()) {
            alarm = Optional.of(loop.thread().schedule(this::onSilence, loop.limit().toNanos(), TimeUnit.NANOSECONDS));
        }
    }

    private void onSilence() {
        over.complete(new DovecotException("it has said nothing for " + loop.limit().toMillis() + " ms"));
        endIfUnused();
    }

    private boolean isClosed() {
        return context.filter(channel -> channel.channel().isActive()).isEmpty();
    }

    private void send(String... fields) {
        context.ifPresent(channel -> channel.writeAndFlush(DovecotLine.of(List.of(fields)).text())
            .addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
    }

    /** Nobody waits for that answer any more: it is late, or was given up. */
    private void forget(int id) {
        if (open.remove(id) != null) {
            send("CANCEL", String.valueOf(id));
            endIfUnused();
        }
    }

    private void endIfUnused() {
        if (over.isDone() && open.isEmpty()) {
            context.ifPresent(ChannelHandlerContext::close);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext channel) {
        context = Optional.of(channel);
        send("VERSION", MAJOR, MINOR);
        send("CPID", String.valueOf(ProcessHandle.current().pid()));
        loop.after(loop.limit(), ready, () -> end("it has not finished its greeting within " + loop.limit().toMillis() + " ms"));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext channel, String text) {
        alarm.ifPresent(silence -> silence.cancel(false));
        alarm = Optional.empty();
        DovecotLine line = DovecotLine.parse(text);
        if (!isDovecot && !line.command().equals("VERSION")) {
            end("what answers there does not speak Dovecot's authentication protocol");
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
                replied(line, Optional.of(DovecotReply.verdict(line.command().equals("OK"), line.named(2))));
                break;
            case "CONT":
                replied(line, challenge(line));
                break;
            default:
                // SPID, CUID, COOKIE, and what later minor versions may have to tell.
        }
    }

    private void version(DovecotLine line) {
        isDovecot = true;
        if (!line.parameter(1).equals(Optional.of(MAJOR))) {
            end("it speaks another version of its authentication protocol than " + MAJOR + "." + MINOR);
        }
    }

    private Optional<DovecotReply> challenge(DovecotLine line) {
        try {
            byte[] challenge = Base64.getDecoder().decode(line.parameter(2).orElse(""));
            return id(line).map(id -> DovecotReply.challenge(challenge, response -> goOn(id, response)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Integer> id(DovecotLine line) {
        return line.parameter(1).filter(text -> text.matches("[0-9]{1,10}")).map(Long::valueOf)
            .filter(id -> id <= Integer.MAX_VALUE).map(Long::intValue);
    }

    /** @param reply empty if it cannot be read */
    private void replied(DovecotLine line, Optional<DovecotReply> reply) {
        Optional<Integer> id = id(line);
        if (id.isEmpty() || reply.isEmpty()) {
            end("it has sent a reply that cannot be read");
            return;
        }
        // There is none if it was given up in the meantime.
        Optional.ofNullable(open.remove(id.get())).ifPresent(answer -> answer.complete(reply.get()));
        endIfUnused();
    }

    /** @param fault of the attempt to connect */
    void unreachable(String address, Throwable fault) {
        end("it cannot be reached (" + fault.getClass().getSimpleName() + ", connecting to " + address + ")");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable fault) {
        end(fault instanceof TooLongFrameException ? "it has sent a line of more than " + LONGEST_LINE + " octets"
            : "the connection has broken (" + fault.getClass().getSimpleName() + ")");
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) {
        end("it has hung up");
    }

    private void end(String reason) {
        alarm.ifPresent(silence -> silence.cancel(false));
        // Before its greeting is over, nothing has been asked.
        over.complete(ready.isDone() ? new DovecotException(reason) : DovecotException.ofService(reason));
        DovecotException fault = over.join();
        context.ifPresent(ChannelHandlerContext::close);
        ready.completeExceptionally(fault);
        List<CompletableFuture<DovecotReply>> unanswered = List.copyOf(open.values());
        open.clear();
        unanswered.forEach(answer -> answer.completeExceptionally(fault));
    }
}
