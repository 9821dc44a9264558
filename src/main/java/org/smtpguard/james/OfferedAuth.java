package org.smtpguard.james;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.EhloExtension;
import org.smtpguard.protocol.Verb;

/** The AUTH of one port, as its sessions are offered it. Immutable; called on the sessions' own threads. */
final class OfferedAuth {
    private static final String EHLO_KEYWORD = "AUTH ";

    private final Function<SMTPSession, Optional<String>> command;
    private final Function<SMTPSession, List<String>> mechanisms;

    private OfferedAuth(Function<SMTPSession, Optional<String>> command, Function<SMTPSession, List<String>> mechanisms) {
        this.command = command;
        this.mechanisms = mechanisms;
    }

    /** A port without AUTH. */
    static OfferedAuth none() {
        return new OfferedAuth(session -> Optional.empty(), session -> List.of());
    }

    static OfferedAuth by(Authentication authentication) {
        return new OfferedAuth(authentication::proposedCommand, authentication::offered);
    }

    /** @param auth a handler of AUTH that is not ours: its mechanisms are those that it announces in EHLO */
    static OfferedAuth by(CommandHandler<?> auth) {
        return new OfferedAuth(session -> Optional.of(Authentication.PROPOSED_PLAIN),
            session -> auth instanceof EhloExtension ? announced((EhloExtension) auth, session) : List.of());
    }

    private static List<String> announced(EhloExtension auth, SMTPSession session) {
        return auth.getImplementedEsmtpFeatures(session).stream().filter(feature -> feature.startsWith(EHLO_KEYWORD))
            .flatMap(feature -> Arrays.stream(feature.substring(EHLO_KEYWORD.length()).split(" "))).collect(Collectors.toList());
    }

    static boolean isAuth(CommandHandler<?> handler) {
        return handler.getImplCommands().contains(Verb.AUTH.name());
    }

    /** The AUTH command that a refusal proposes; empty if the port has none for the session. */
    Optional<String> command(SMTPSession session) {
        return command.apply(session);
    }

    /** The mechanisms that can succeed on the session's connection, in the order in which EHLO lists them. */
    List<String> mechanisms(SMTPSession session) {
        return mechanisms.apply(session);
    }
}
