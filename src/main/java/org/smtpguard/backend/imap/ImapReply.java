package org.smtpguard.backend.imap;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How an IMAP server answers a command (RFC 9051 §7.1): what it says, and by which response code, without its words. */
final class ImapReply {
    private static final Pattern FORM = Pattern.compile("(?i)(OK|NO|BAD)(?: (?:\\[([A-Z0-9-]+)(?: .*?)?])?+ ?(.*))?");

    /** The kinds of answer. */
    enum Status {
        OK,
        NO,
        BAD,
        /** No answer yet: the server waits for the rest of the command ({@code +}). */
        GO_ON
    }

    private final Status status;
    private final Optional<String> code;
    private final String text;

    private ImapReply(Status status, Optional<String> code, String text) {
        this.status = status;
        this.code = code;
        this.text = text;
    }

    static ImapReply goOn() {
        return new ImapReply(Status.GO_ON, Optional.empty(), "");
    }

    /** @param text what stands behind the tag */
    static ImapReply parse(String text) throws ImapException {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new ImapException("it answers with what is no IMAP");
        }
        return new ImapReply(Status.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)),
            Optional.ofNullable(matcher.group(2)).map(name -> name.toUpperCase(Locale.ROOT)),
            Optional.ofNullable(matcher.group(3)).orElse(""));
    }

    Status status() {
        return status;
    }

    /** The response code (RFC 5530), in capitals and without its arguments. */
    Optional<String> code() {
        return code;
    }

    /** What follows the code, or the status where there is none; to be looked at, and never to be shown. */
    String text() {
        return text;
    }
}
