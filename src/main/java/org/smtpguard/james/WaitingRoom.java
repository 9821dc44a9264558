package org.smtpguard.james;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.util.MDCBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;

/**
 * Where a session waits for something, a verdict, a moment, the rest of what it has read, while its thread serves others.
 *
 * <p>Which thread does what:
 * <ul>
 * <li>the session's own {@link SessionThread}: all but the two below. It enters, holds lines back, leaves with the reply, and
 * abandons when James tells that the client has gone;
 * <li>a thread of the backend (or the timer of a backend that is silent) completes the verdict, and does nothing but put the
 * answer into the queue of the session's thread, with the verdict in it;
 * <li>James' thread that cuts lines counts what is no line yet, and puts that number into the same queue.
 * </ul>
 * So a session, its attachments, its line handlers and its {@code Stay} are touched by one thread alone, and what another has to
 * tell comes through a queue, which publishes it: plain fields are enough, and no lock is needed. A verdict and a hang-up
 * that come together are two tasks in that queue; the first ends the stay, the second finds it over.
 *
 * <p>What the client sends meanwhile is held back, in its order, and taken up or refused behind the answer. Reading goes
 * on, so that a client that hangs up is noticed at once and its late verdict dropped; only one that sends more than
 * {@value #HELD_OCTETS} octets is not read any further until it has its answer.
 */
final class WaitingRoom {
    private static final Logger LOGGER = LoggerFactory.getLogger(WaitingRoom.class);
    private static final int HELD_OCTETS = 16 * 1024;
    private static final AttachmentKey<Stay> STAY = AttachmentKey.of("smtpguard.stay", Stay.class);
    private static final AttachmentKey<Integer> PUT_BACK = AttachmentKey.of("smtpguard.putBack", Integer.class);
    private static final AttachmentKey<Exchange> EXCHANGE = AttachmentKey.of("smtpguard.exchange", Exchange.class);
    /** Stands for a line that was too long to be read. No other line is this very array. */
    private static final byte[] LONG_LINE = {'\r', '\n'};

    private final BiFunction<SMTPSession, byte[], Optional<Response>> early;
    private final Predicate<CommandLine> isAlwaysInOrder;
    private final Function<SMTPSession, Response> tooLong;
    private final LongLines longLines = new LongLines(this::longLine);
    private final BiConsumer<SMTPSession, Response> written;

    /**
     * @param early the refusal of a line that came before the answer; empty if the line is to be taken up after it
     * @param isAlwaysInOrder whether a command that came before the answer is carried out all the same, in its turn
     * @param tooLong the reply to a line that was too long to be read, outside of an exchange
     * @param written told of each reply that is written here
     */
    WaitingRoom(BiFunction<SMTPSession, byte[], Optional<Response>> early, Predicate<CommandLine> isAlwaysInOrder,
                Function<SMTPSession, Response> tooLong, BiConsumer<SMTPSession, Response> written) {
        this.early = early;
        this.isAlwaysInOrder = isAlwaysInOrder;
        this.tooLong = tooLong;
        this.written = written;
    }

    /**
     * Lets the session wait for a verdict; the answer is written when it is there. Returns at once.
     *
     * @param verdict cancelled if the client hangs up
     * @param answer makes the reply of the verdict, on the session's thread; an empty verdict is one that failed
     * @return what the handler that lets the session wait gives James meanwhile
     */
    <T> Response await(SMTPSession session, CompletableFuture<T> verdict, Function<Optional<T>, Response> answer) {
        SessionThread thread = SessionThread.of(session);
        Stay stay = enter(session, () -> verdict.cancel(false));
        verdict.whenComplete((value, failure) -> thread.execute(() ->
            leave(session, thread, stay, () -> answer.apply(Optional.ofNullable(value)))));
        return new Later();
    }

    /**
     * Lets the session wait until all that the server has read so far is there to be seen; where it is already, as it is with
     * clients that wait for replies, does not wait.
     *
     * @param answer makes the reply, on the session's thread; told how many octets have come behind the line at hand
     * @return what the handler that lets the session wait gives James: the reply, or a placeholder meanwhile
     */
    Response settle(SMTPSession session, IntFunction<Response> answer) {
        SessionThread thread = SessionThread.of(session);
        if (session.getAttachment(PUT_BACK, State.Connection).isEmpty() && thread.isSettled()) {
            return answer.apply(0);
        }
        Stay stay = enter(session, () -> { });
        thread.settled().thenAccept(unfinished -> leave(session, thread, stay, () -> answer.apply(stay.octets + unfinished)));
        return new Later();
    }

    /**
     * Lets the session wait for that time, and then for what was read in it; which, unless the answer ends the session, is
     * taken up as if it had come behind the answer.
     *
     * @param answer as in {@link #settle}
     * @return what the handler that lets the session wait gives James meanwhile
     */
    Response pause(SMTPSession session, Duration time, IntFunction<Response> answer) {
        SessionThread thread = SessionThread.of(session);
        Stay stay = enter(session, () -> { });
        stay.isPause = true;
        thread.schedule(() -> {
            if (!stay.isOver) {
                thread.settled().thenAccept(unfinished -> leave(session, thread, stay, () -> answer.apply(stay.octets + unfinished)));
            }
        }, time);
        return new Later();
    }

    /** Whether this is no line, but stands for one that was too long to be read. */
    static boolean isLongLine(byte[] line) {
        return line == LONG_LINE;
    }

    /**
     * Lets the session wait for the client's response to a challenge.
     *
     * @param overlong the reply to a response that is too long to be read: it ends the exchange (RFC 4954 §4)
     */
    void challenge(SMTPSession session, LineHandler<SMTPSession> response, Supplier<Response> overlong) {
        answerLongLines(session);
        session.setAttachment(EXCHANGE, new Exchange(overlong), State.Connection);
        session.pushLineHandler(response);
    }

    /** The response is there, or none is awaited any more. */
    void endChallenge(SMTPSession session) {
        session.removeAttachment(EXCHANGE, State.Connection);
        session.popLineHandler();
    }

    /** Has lines that are too long to be read answered in their turn, like all others. */
    void answerLongLines(SMTPSession session) {
        SessionThread.of(session).answer(longLines);
    }

    private void longLine(SMTPSession session) {
        Optional<Stay> stay = session.getAttachment(STAY, State.Connection);
        if (stay.isPresent()) {
            stay.get().onLine(session, LONG_LINE);
            return;
        }
        ProtocolTransport transport = ((ProtocolSessionImpl) session).getProtocolTransport();
        try (Closeable mdc = mdc(session)) {
            Optional<Exchange> exchange = session.getAttachment(EXCHANGE, State.Connection);
            exchange.ifPresent(any -> endChallenge(session));
            Response reply = exchange.map(awaiting -> awaiting.overlong.get()).orElseGet(() -> tooLong.apply(session));
            if (!(reply instanceof Later)) {
                write(session, transport, reply);
            }
        } catch (Exception e) {
            failed(session, transport, e);
        }
    }

    /** The client has hung up: what it waits for is not wanted any more, and would come too late. */
    void abandon(SMTPSession session) {
        session.getAttachment(STAY, State.Connection).ifPresent(stay -> {
            stay.isOver = true;
            stay.drop.run();
        });
    }

    private static Stay enter(SMTPSession session, Runnable drop) {
        Stay stay = new Stay(((ProtocolSessionImpl) session).getProtocolTransport(), drop);
        session.setAttachment(STAY, stay, State.Connection);
        session.pushLineHandler(stay);
        return stay;
    }

    private void leave(SMTPSession session, SessionThread thread, Stay stay, Answer answer) {
        if (stay.isOver) {
            return;
        }
        try (Closeable mdc = mdc(session)) {
            stay.isOver = true;
            session.removeAttachment(STAY, State.Connection);
            session.popLineHandler();
            Response reply = answer.reply();
            if (!(reply instanceof Later)) {
                write(session, stay.transport, reply);
            }
            takeUp(session, thread, stay, reply);
            stay.transport.setReadable(true);
        } catch (Exception e) {
            failed(session, stay.transport, e);
        }
    }

    /** Nobody above us would answer: the client must not wait for ever. */
    private static void failed(SMTPSession session, ProtocolTransport transport, Exception fault) {
        LOGGER.error("The reply to a command could not be made, session {} is closed", session.getSessionID(), fault);
        transport.writeResponse(session.newFatalErrorResponse(), session);
        transport.writeResponse(Response.DISCONNECT, session);
    }

    /**
     * The lines that came before the reply: content stays content, a wait goes on with them, QUIT and RSET are carried out, all else came
     * too early. After an accepted STARTTLS all else is all: what came in clear text is not carried out under TLS (RFC 3207 §4.2).
     */
    private void takeUp(SMTPSession session, SessionThread thread, Stay stay, Response reply) throws Exception {
        boolean belongsToWhatFollows = stay.isPause || reply instanceof Later || SMTPRetCode.DATA_READY.equals(reply.getRetCode())
            || reply.isEndSession();
        boolean challenged = SMTPRetCode.AUTH_READY.equals(reply.getRetCode());
        boolean beginsTls = SMTPRetCode.SERVICE_READY.equals(reply.getRetCode());
        putBack(session, stay.octets);
        for (byte[] line : stay.held) {
            putBack(session, -line.length);
            CommandLine command = CommandLine.parse(line);
            boolean inOrder = !belongsToWhatFollows && !beginsTls && isAlwaysInOrder.test(command);
            Optional<Response> refusal = belongsToWhatFollows || inOrder ? Optional.empty() : early.apply(session, line);
            if (challenged && (inOrder || refusal.isPresent())) {
                // A response that was sent before its challenge ends the exchange: its line handler goes.
                endChallenge(session);
                challenged = false;
            }
            if (refusal.isEmpty()) {
                feed(session, thread, line);
                if (inOrder && command.verb() == Verb.QUIT) {
                    return;
                }
                continue;
            }
            write(session, stay.transport, refusal.get());
            if (refusal.get().isEndSession()) {
                return;
            }
        }
    }

    /** So many octets of lines that were delivered count as read only: they are taken up one by one. */
    private static void putBack(SMTPSession session, int octets) {
        int behind = session.getAttachment(PUT_BACK, State.Connection).orElse(0) + octets;
        if (behind == 0) {
            session.removeAttachment(PUT_BACK, State.Connection);
        } else {
            session.setAttachment(PUT_BACK, behind, State.Connection);
        }
    }

    private void write(SMTPSession session, ProtocolTransport transport, Response reply) {
        written.accept(session, reply);
        transport.writeResponse(reply, session);
    }

    private void feed(SMTPSession session, SessionThread thread, byte[] line) throws Exception {
        if (isLongLine(line)) {
            longLine(session);
        } else {
            thread.feed(line);
        }
    }

    /** James' log context of the session, which its own thread has set aside since the command was read. */
    private static Closeable mdc(SMTPSession session) throws IOException {
        return session.getAttachment(BasicChannelInboundHandler.MDC_ATTRIBUTE_KEY, State.Connection).orElseGet(MDCBuilder::create).build();
    }

    private interface Answer {
        Response reply();
    }

    /** An exchange that waits for a response of the client. */
    private static final class Exchange {
        private final Supplier<Response> overlong;

        private Exchange(Supplier<Response> overlong) {
            this.overlong = overlong;
        }
    }

    /** One session's wait. */
    private static final class Stay implements LineHandler<SMTPSession> {
        private final ProtocolTransport transport;
        private final Deque<byte[]> held = new ArrayDeque<>();
        private final Runnable drop;
        private int octets;
        private boolean isPause;
        private boolean isOver;

        private Stay(ProtocolTransport transport, Runnable drop) {
            this.transport = transport;
            this.drop = drop;
        }

        @Override
        public Response onLine(SMTPSession session, byte[] line) {
            held.add(line);
            octets += line.length;
            if (octets > HELD_OCTETS) {
                transport.setReadable(false);
            }
            return null;
        }
    }
}
