package org.smtpguard.james.channel;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;

import org.apache.james.protocols.api.ProtocolSessionImpl;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.smtp.SMTPRetCode;
import org.apache.james.protocols.smtp.SMTPSession;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Verb;

/**
 * Defers replies: a session waits for a verdict, for a time, or for input already read, while its thread serves others. Lines
 * received meanwhile are held ({@link HeldLines}) and handled after the reply. Reading continues, so a disconnect is noticed
 * immediately and the late verdict dropped.
 *
 * <p>Threads:
 * <ul>
 * <li>the session's own {@link SessionThread} does everything except for the following two;
 * <li>a thread of the backend, or the timer of a backend that does not answer, completes the verdict, and only puts a task with it into
 * the queue of the session's thread;
 * <li>James' thread that cuts lines counts the octets that are no line yet, and puts that number into the same queue.
 * </ul>
 * A session, its attachments, its line handlers and its {@link PendingReply} are therefore touched by one thread, and what others have to
 * tell comes through a queue, which publishes it: plain fields suffice, and no lock is needed. A verdict and a disconnect that come
 * together are two tasks in that queue: the first ends the wait, the second finds it over.
 */
public final class DeferredReplies {
    private final LinePolicy policy;
    private final ReplyWriter writer;
    private final LongLineReplies longLines;

    /** @param written called with each reply before it is written */
    public DeferredReplies(LinePolicy policy, BiConsumer<SMTPSession, Response> written) {
        this.policy = policy;
        this.writer = new ReplyWriter(written);
        this.longLines = new LongLineReplies(policy, writer);
    }

    /**
     * Makes the session wait for a verdict. Returns immediately.
     *
     * @param verdict cancelled if the client disconnects
     * @param reply creates the reply from the verdict, on the session's thread; an empty verdict has failed
     * @return a placeholder for James
     */
    public <T> Response await(SMTPSession session, CompletableFuture<T> verdict, Function<Optional<T>, Response> reply) {
        return await(session, begin(session, false, () -> verdict.cancel(false)), verdict, reply);
    }

    /**
     * Makes the session wait for a verdict on a command that need not be the last of its pipelined group (RFC 2920 §3.1). What the
     * client sends meanwhile is handled afterwards, as if there had been no wait.
     *
     * @param verdict as in {@link #await}
     * @param reply as in {@link #await}
     * @return a placeholder for James
     */
    public <T> Response consult(SMTPSession session, CompletableFuture<T> verdict, Function<Optional<T>, Response> reply) {
        return await(session, begin(session, true, () -> verdict.cancel(false)).keepingBatchOpen(), verdict, reply);
    }

    private <T> Response await(SMTPSession session, PendingReply pending, CompletableFuture<T> verdict,
                               Function<Optional<T>, Response> reply) {
        SessionThread thread = SessionThread.of(session);
        verdict.whenComplete((value, failure) -> thread.execute(() ->
            end(session, thread, pending, () -> reply.apply(Optional.ofNullable(value)))));
        return new DeferredResponse();
    }

    /**
     * Makes the session wait until all input read so far has been delivered as lines. Does not wait if that is already the
     * case, as with clients that wait for replies.
     *
     * @param reply creates the reply, on the session's thread; receives the number of octets sent after the current line
     * @return the reply, or a placeholder for James
     */
    public Response settle(SMTPSession session, IntFunction<Response> reply) {
        SessionThread thread = SessionThread.of(session);
        if (!HeldLines.areBeingHandled(session) && thread.isSettled()) {
            return reply.apply(0);
        }
        settle(session, thread, begin(session, false, () -> { }).keepingBatchOpen(), reply);
        return new DeferredResponse();
    }

    /**
     * Makes the session wait for the given time, then for the input read meanwhile. Unless the reply ends the session, that
     * input is handled as if it had been sent after the reply.
     *
     * @param reply as in {@link #settle}
     * @return a placeholder for James
     */
    public Response pause(SMTPSession session, Duration time, IntFunction<Response> reply) {
        SessionThread thread = SessionThread.of(session);
        PendingReply pending = begin(session, true, () -> { });
        thread.schedule(() -> {
            if (!pending.isOver()) {
                settle(session, thread, pending, reply);
            }
        }, time);
        return new DeferredResponse();
    }

    /**
     * Makes the session wait for the client's response to a challenge.
     *
     * @param tooLong creates the reply to a response too long to be read, which ends the exchange (RFC 4954 §4)
     */
    public void challenge(SMTPSession session, LineHandler<SMTPSession> response, Supplier<Response> tooLong) {
        longLines.enableFor(session);
        Challenge.open(session, response, tooLong);
    }

    /** From now on, the session's overlong lines are answered in order. */
    public void answerLongLines(SMTPSession session) {
        longLines.enableFor(session);
    }

    /** The client has disconnected. */
    public void abandon(SMTPSession session) {
        PendingReply.of(session).ifPresent(PendingReply::cancel);
    }

    private static PendingReply begin(SMTPSession session, boolean isPause, Runnable cancel) {
        return PendingReply.begin(session, ((ProtocolSessionImpl) session).getProtocolTransport(), isPause, cancel);
    }

    private void settle(SMTPSession session, SessionThread thread, PendingReply pending, IntFunction<Response> reply) {
        thread.settled().thenAccept(unfinished ->
            end(session, thread, pending, () -> reply.apply(pending.held().octets() + unfinished)));
    }

    private void end(SMTPSession session, SessionThread thread, PendingReply pending, Supplier<Response> made) {
        if (pending.isOver()) {
            return;
        }
        writer.run(session, pending.transport(), () -> {
            pending.end(session);
            Response reply = made.get();
            writer.write(session, pending.transport(), reply);
            handleHeld(session, thread, pending, reply);
            if (pending.batchHasEnded()) {
                thread.endBatch(session);
            }
            pending.transport().setReadable(true);
        });
    }

    /**
     * Handles the lines sent before the reply. Message content remains content, and lines received during a wait remain held;
     * QUIT and RSET are executed; all else was sent too early. After an accepted STARTTLS, everything was: commands sent in
     * clear text are not executed under TLS (RFC 3207 §4.2).
     */
    private void handleHeld(SMTPSession session, SessionThread thread, PendingReply pending, Response reply) throws Exception {
        boolean belongsToWhatFollows = pending.isPause() || reply instanceof DeferredResponse
            || SMTPRetCode.DATA_READY.equals(reply.getRetCode()) || reply.isEndSession();
        boolean challenged = SMTPRetCode.AUTH_READY.equals(reply.getRetCode());
        boolean beginsTls = SMTPRetCode.SERVICE_READY.equals(reply.getRetCode());
        HeldLines held = pending.held();
        held.beginHandling(session);
        while (held.hasNext()) {
            ReceivedLine line = held.next(session);
            CommandLine command = line.command();
            boolean inOrder = !belongsToWhatFollows && !beginsTls && policy.isAlwaysInOrder(command);
            Optional<Response> refusal = belongsToWhatFollows || inOrder ? Optional.empty() : policy.early(session, line);
            if (challenged && (inOrder || refusal.isPresent())) {
                // A response sent before its challenge ends the exchange, so its line handler is removed.
                Challenge.close(session);
                challenged = false;
            }
            if (refusal.isEmpty()) {
                deliver(session, thread, line);
                if (inOrder && command.verb() == Verb.QUIT) {
                    return;
                }
                continue;
            }
            writer.write(session, pending.transport(), refusal.get());
            if (refusal.get().isEndSession()) {
                return;
            }
        }
    }

    private void deliver(SMTPSession session, SessionThread thread, ReceivedLine line) throws Exception {
        if (line.octets().isPresent()) {
            thread.feed(line.octets().get());
        } else {
            longLines.answer(session);
        }
    }
}
