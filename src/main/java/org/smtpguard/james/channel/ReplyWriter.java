package org.smtpguard.james.channel;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.BiConsumer;

import org.apache.james.protocols.api.ProtocolSession.State;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.netty.BasicChannelInboundHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.util.MDCBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes replies that are created outside of James' handlers.
 *
 * <p>Threads: the session's own.
 */
final class ReplyWriter {
    private static final Logger LOGGER = LoggerFactory.getLogger(ReplyWriter.class);

    private final BiConsumer<SMTPSession, Response> written;

    /** @param written called with each reply before it is written */
    ReplyWriter(BiConsumer<SMTPSession, Response> written) {
        this.written = written;
    }

    /**
     * Runs the task with the session's logging context (MDC). If it fails, the session is closed, so the client does not wait
     * forever.
     */
    @SuppressWarnings("try") // The log context is in force until it is closed: no line names it.
    void run(SMTPSession session, ProtocolTransport transport, ReplyTask task) {
        try (Closeable mdc = mdc(session)) {
            task.run();
        } catch (Exception e) {
            LOGGER.error("The reply to a command could not be created, session {} is closed", session.getSessionID(), e);
            transport.writeResponse(session.newFatalErrorResponse(), session);
            transport.writeResponse(Response.DISCONNECT, session);
        }
    }

    /** Writes the reply, unless it is deferred. */
    void write(SMTPSession session, ProtocolTransport transport, Response reply) {
        if (!(reply instanceof DeferredResponse)) {
            written.accept(session, reply);
            transport.writeResponse(reply, session);
        }
    }

    /** James keeps it as an attachment of the session. */
    private static Closeable mdc(SMTPSession session) throws IOException {
        return session.getAttachment(BasicChannelInboundHandler.MDC_ATTRIBUTE_KEY, State.Connection).orElseGet(MDCBuilder::create).build();
    }

    interface ReplyTask {
        void run() throws Exception;
    }
}
