package org.smtpguard.james.guard;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;
import org.smtpguard.protocol.Verb;

/**
 * The AUTH that a port offers to its sessions.
 *
 * <p>Threads: the sessions' own.
 */
public interface OfferedAuth {
    /** The command proposed in a refusal if PLAIN is offered. */
    String PROPOSED_PLAIN = "AUTH PLAIN <base64>";

    /** The AUTH command that a refusal proposes; empty if the port has none for the session. */
    Optional<String> proposedCommand(SMTPSession session);

    /** The mechanisms that can succeed on the session's connection, in the order in which EHLO lists them. */
    List<String> offered(SMTPSession session);

    /** A port without AUTH. */
    static OfferedAuth none() {
        return new OfferedAuth() {
            @Override
            public Optional<String> proposedCommand(SMTPSession session) {
                return Optional.empty();
            }

            @Override
            public List<String> offered(SMTPSession session) {
                return List.of();
            }
        };
    }

    /** @param auth another AUTH handler, whose mechanisms are those that it announces in EHLO */
    static OfferedAuth by(CommandHandler<?> auth) {
        return new OfferedAuth() {
            @Override
            public Optional<String> proposedCommand(SMTPSession session) {
                return Optional.of(PROPOSED_PLAIN);
            }

            @Override
            public List<String> offered(SMTPSession session) {
                return auth instanceof EhloExtension ? announced((EhloExtension) auth, session) : List.of();
            }
        };
    }

    private static List<String> announced(EhloExtension auth, SMTPSession session) {
        String keyword = Verb.AUTH.name() + " ";
        return auth.getImplementedEsmtpFeatures(session).stream().filter(feature -> feature.startsWith(keyword))
            .flatMap(feature -> Arrays.stream(feature.substring(keyword.length()).split(" "))).collect(Collectors.toList());
    }

    static boolean isAuth(CommandHandler<?> handler) {
        return handler.getImplCommands().contains(Verb.AUTH.name());
    }
}
