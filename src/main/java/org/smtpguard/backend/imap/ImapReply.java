package org.smtpguard.backend.imap;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An IMAP server's reply to a command (RFC 9051 §7.1): status, response code and text. */
final class ImapReply {
    private static final Pattern FORM = Pattern.compile("(?i)(OK|NO|BAD)(?: (?:\\[([A-Z0-9-]+)(?: .*?)?])?+ ?(.*))?");

    /** The kinds of reply. */
    enum Status {
        OK,
        NO,
        BAD,
        /** The server waits for the rest of the command ({@code +}). */
        CONTINUE }

    private final Status status;
    private final Optional<String> code;
    private final String text;

    private ImapReply(Status status, Optional<String> code, String text) {
        this.status = status;
        this.code = code;
        this.text = text;
    }

    static ImapReply continuation() {
        return new ImapReply(Status.CONTINUE, Optional.empty(), "");
    }

    /** @param text the text after the tag */
    static ImapReply parse(String text) throws ImapException {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new ImapException("its reply is not IMAP");
        }
        return new ImapReply(Status.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)),
            Optional.ofNullable(matcher.group(2)).map(name -> name.toUpperCase(Locale.ROOT)),
            Optional.ofNullable(matcher.group(3)).orElse(""));
    }

    Status status() {
        return status;
    }

    /** The response code (RFC 5530), in upper case and without its arguments. */
    Optional<String> code() {
        return code;
    }

    /** The text after the code, or after the status if there is no code; never to be logged or shown. */
    String text() {
        return text;
    }
}
