package org.smtpguard.backend.imap;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

import org.smtpguard.credential.CredentialResult;

/**
 * The meaning of a {@code NO} to a log-in, by response code: codes of RFC 5530, RFC 2221, Dovecot, Gmail, Exchange and Courier.
 * An unlisted code is ignored (RFC 9051 §7.1): the {@code NO} then means that name or password is wrong.
 */
enum ImapResponseCode {
    AUTHENTICATIONFAILED(CredentialResult.refused()),
    AUTHORIZATIONFAILED(CredentialResult.refused()),
    EXPIRED(CredentialResult.expired()),
    /** The user is not allowed to log in. */
    NOPERM(CredentialResult.disabled()),
    /** A subsystem is down; Dovecot also sends it if it cannot read one user's data. */
    UNAVAILABLE(UnavailableFor.PERHAPS_THIS_USER),
    SERVERBUG(UnavailableFor.PERHAPS_THIS_USER),
    TEMPFAIL(UnavailableFor.PERHAPS_THIS_USER),
    CLIENTBUG(UnavailableFor.PERHAPS_THIS_USER),
    CANNOT(UnavailableFor.PERHAPS_THIS_USER),
    /** The server accepts no password of any user without TLS. */
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
    /** Gmail: the user has to log in with a browser first; the password may be right. */
    WEBALERT(UnavailableFor.THIS_USER);

    /**
     * Texts of a temporary failure without a meaningful code: Exchange and Courier send none, and {@code [ALERT]} only marks a
     * text for the user. Matched at the beginning of the text only, since the user's name may follow.
     */
    private static final Pattern TEMPORARY =
        Pattern.compile("(?i)(server unavailable|temporary (problem|failure|error|authentication failure|system error)|too many "
            + "(simultaneous )?connections).*");

    /** The users affected by a temporary failure. */
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

    ImapResponseCode(UnavailableFor users) {
        this.result = users.scope.apply(CredentialResult.unavailable("it answers NO [" + name() + "]"));
    }

    /**
     * The result of a {@code NO}.
     *
     * @param code in upper case
     * @param text the text after the code, or after the status
     */
    static CredentialResult resultOf(Optional<String> code, String text) {
        return code.flatMap(name -> Arrays.stream(values()).filter(each -> each.name().equals(name)).findFirst())
            .map(each -> each.result)
            .orElseGet(() -> TEMPORARY.matcher(text).matches()
                ? CredentialResult.unavailable("it answers NO, temporarily").perhapsForThisUser() : CredentialResult.refused());
    }
}
