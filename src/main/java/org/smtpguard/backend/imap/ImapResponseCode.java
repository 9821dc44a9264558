package org.smtpguard.backend.imap;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import org.smtpguard.credential.CredentialResult;

/**
 * What a {@code NO} to a log-in means, by its response code: those of RFC 5530, of RFC 2221, and what Dovecot, Gmail, Exchange and Courier
 * send. A code that is not in this table is ignored (RFC 9051 §7.1): the {@code NO} then means that name or password is wrong.
 */
enum ImapResponseCode {
    AUTHENTICATIONFAILED(CredentialResult.refused()),
    AUTHORIZATIONFAILED(CredentialResult.refused()),
    EXPIRED(CredentialResult.expired()),
    /** The user may not log in. */
    NOPERM(CredentialResult.disabled()),
    /** A subsystem is down; Dovecot also says so if it is one user's data that it cannot read. */
    UNAVAILABLE(UnavailableFor.PERHAPS_THIS_USER),
    SERVERBUG(UnavailableFor.PERHAPS_THIS_USER),
    TEMPFAIL(UnavailableFor.PERHAPS_THIS_USER),
    CLIENTBUG(UnavailableFor.PERHAPS_THIS_USER),
    CANNOT(UnavailableFor.PERHAPS_THIS_USER),
    /** Without TLS it takes no password, whoever comes. */
    PRIVACYREQUIRED(UnavailableFor.ALL),
    /** The mailbox is at another server (RFC 2221 §4.1). */
    REFERRAL(UnavailableFor.THIS_USER),
    CONTACTADMIN(UnavailableFor.THIS_USER),
    INUSE(UnavailableFor.THIS_USER),
    LIMIT(UnavailableFor.THIS_USER),
    CORRUPTION(UnavailableFor.THIS_USER),
    /** Gmail: too many commands, or too much traffic. */
    OVERQUOTA(UnavailableFor.THIS_USER),
    THROTTLED(UnavailableFor.THIS_USER),
    /** Gmail: the password may be right, and the user has to log in by a browser first. */
    WEBALERT(UnavailableFor.THIS_USER);

    /**
     * Exchange and Courier say without a code that they could not judge, and anybody may with {@code [ALERT]}, which is but a text for the
     * user. At the beginning of the text alone: behind it may stand the user's name.
     */
    private static final Pattern TEMPORARY =
        Pattern.compile("(?i)(server unavailable|temporary (problem|failure|error|authentication failure|system error)|too many "
            + "(simultaneous )?connections).*");

    /** Whom else a server that cannot judge keeps out. */
    private enum UnavailableFor {
        THIS_USER(CredentialResult::forThisUser),
        PERHAPS_THIS_USER(CredentialResult::perhapsForThisUser),
        ALL(UnaryOperator.identity());

        private final UnaryOperator<CredentialResult> scope;

        UnavailableFor(UnaryOperator<CredentialResult> scope) {
            this.scope = scope;
        }
    }

    private final CredentialResult result;

    ImapResponseCode(CredentialResult verdict) {
        this.result = verdict;
    }

    ImapResponseCode(UnavailableFor whom) {
        this.result = whom.scope.apply(CredentialResult.unavailable("it says NO [" + name() + "]"));
    }

    /**
     * The result of a {@code NO}.
     *
     * @param code in upper case
     * @param text what follows it, or the status
     */
    static CredentialResult resultOf(Optional<String> code, String text) {
        return code.flatMap(name -> Arrays.stream(values()).filter(each -> each.name().equals(name)).findFirst())
            .map(each -> each.result)
            .orElseGet(() -> TEMPORARY.matcher(text).matches()
                ? CredentialResult.unavailable("it says NO, for the time being").perhapsForThisUser() : CredentialResult.refused());
    }
}
