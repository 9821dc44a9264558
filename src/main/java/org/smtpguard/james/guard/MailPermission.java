package org.smtpguard.james.guard;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.hook.HookResult;
import org.apache.james.protocols.smtp.hook.HookReturnCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.LoginScope;
import org.smtpguard.diagnosis.Fault;
import org.smtpguard.james.event.Notes;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Verb;

/**
 * Whether a session that was authenticated by an app password may begin a message: at each MAIL the app password must still be valid, and
 * the sender one that it may use. Other sessions are not affected.
 *
 * <p>Threads: the sessions' own; never blocks.
 */
public final class MailPermission {
    private static final Logger LOGGER = LoggerFactory.getLogger(MailPermission.class);
    private static final int SHOWN_SENDERS = 5;
    private static final int SENDER_LIMIT = 100;

    private MailPermission() {
    }

    /**
     * Executes a command, unless it is MAIL and the session's app password was revoked, has expired or cannot be checked.
     *
     * @param execute executes the command, now or later
     * @return the reply, which may be deferred
     */
    public static Response check(GuardedPort port, SMTPSession session, CommandLine command, Supplier<Response> execute) {
        Optional<LoginScope> scope = command.verb() == Verb.MAIL ? Notes.of(session).scope() : Optional.empty();
        if (scope.isEmpty()) {
            return execute.get();
        }
        CompletableFuture<CredentialResult> valid = scope.get().recheck();
        return valid.isDone() && !valid.isCompletedExceptionally() ? reply(port, session, command, valid.join(), execute)
            : port.replies().consult(session, valid, result -> reply(port, session, command,
                result.orElseGet(() -> CredentialResult.unavailable("the check failed")), execute));
    }

    private static Response reply(GuardedPort port, SMTPSession session, CommandLine command, CredentialResult result,
                                  Supplier<Response> execute) {
        switch (result.kind()) {
            case ACCEPTED:
                return execute.get();
            case UNAVAILABLE:
                LOGGER.warn("The app password of session {} cannot be checked: {}", session.getSessionID(), result.reason());
                return port.guard().refuse(session, Fault.LOGIN_UNCHECKED, command);
            default:
                return port.guard().refuse(session, Fault.LOGIN_ENDED, command);
        }
    }

    /** For James' hook, which has read the sender as James will use it; {@link CommandGate} words the refusal. */
    public static HookResult judge(SMTPSession session, MaybeSender sender) {
        Notes notes = Notes.of(session);
        Optional<LoginScope> scope = notes.scope();
        String address = sender.asOptional().map(MailAddress::asString).orElse("");
        if (scope.isEmpty() || scope.get().allowsSender(address)) {
            return HookResult.DECLINED;
        }
        String detail = detail(scope.get().senders());
        notes.senderRefused(detail);
        return HookResult.builder().hookReturnCode(HookReturnCode.deny()).smtpReturnCode(Integer.toString(Fault.SENDER_REFUSED.code()))
            .smtpDescription(Fault.SENDER_REFUSED.status() + " " + Fault.SENDER_REFUSED.cause() + "; " + detail + " ["
                + Fault.SENDER_REFUSED.id() + "]").build();
    }

    private static String detail(List<String> senders) {
        int more = senders.size() - SHOWN_SENDERS;
        return "it may be used for " + senders.stream().limit(SHOWN_SENDERS).map(sender -> Printable.cut(sender, SENDER_LIMIT))
            .collect(Collectors.joining(", ")) + (more > 0 ? " and " + more + " more" : "");
    }
}
