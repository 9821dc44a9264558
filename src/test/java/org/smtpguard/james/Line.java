package org.smtpguard.james;

/** A line of a client, and what it means apart from where in the session it stands. */
final class Line {
    /** What a client can want to say. */
    enum Meaning {
        EHLO, EHLO_ALONE, HELO, HELO_ALONE,
        MAIL, MAIL_MALFORMED,
        RCPT_LOCAL, RCPT_UNKNOWN, RCPT_FOREIGN, RCPT_MALFORMED, RCPT_OPTION,
        DATA, DATA_ARGUMENT, RSET, RSET_ARGUMENT, QUIT, QUIT_ARGUMENT, NOOP, VRFY, EXPN, HELP, UNKNOWN,
        /** What cancels an exchange of AUTH, where none may be open. */
        STAR,
        AUTH_RIGHT, AUTH_WRONG, AUTH_DOWN, AUTH_IDENTITY, AUTH_UNDECODABLE, AUTH_MALFORMED, AUTH_MECHANISM, AUTH_ALONE,
        AUTH_PLAIN_BEGUN, AUTH_LOGIN_BEGUN,
        STARTTLS, STARTTLS_ARGUMENT,
        /** Any command that ends in LF alone. */
        BARE_LF,
        /** Any command with a control character in it. */
        CONTROL,
        /** Responses to a challenge of AUTH. */
        RESPONSE_RIGHT, RESPONSE_WRONG, RESPONSE_NAME, RESPONSE_CANCEL, RESPONSE_UNDECODABLE, RESPONSE_BARE_LF,
        /** Lines of a message. */
        CONTENT, CONTENT_BARE_LF, DOT, DOT_BARE_LF
    }

    private final Meaning meaning;
    private final String octets;
    private final boolean late;

    private Line(Meaning meaning, String octets, boolean late) {
        this.meaning = meaning;
        this.octets = octets;
        this.late = late;
    }

    static Line of(Meaning meaning, String text) {
        return new Line(meaning, text + "\r\n", false);
    }

    static Line bareLf(Meaning meaning, String text) {
        return new Line(meaning, text + "\n", false);
    }

    /** The backend that it will be put to takes its time. */
    static Line late(Meaning meaning, String text) {
        return new Line(meaning, text + "\r\n", true);
    }

    /** The same line in another spelling. */
    Line withOctets(String spelling) {
        return new Line(meaning, spelling, late);
    }

    Meaning meaning() {
        return meaning;
    }

    /** As it goes over the wire, with its end. */
    String octets() {
        return octets;
    }

    boolean isLate() {
        return late;
    }

    /** Whether it is content, which is no command. */
    boolean isOfMessage() {
        return meaning.compareTo(Meaning.CONTENT) >= 0;
    }

    @Override
    public String toString() {
        return octets.replace("\r\n", "").replace("\n", "<LF>");
    }
}
