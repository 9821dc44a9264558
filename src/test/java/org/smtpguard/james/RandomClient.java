package org.smtpguard.james;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

import org.smtpguard.james.Line.Meaning;

/** A client that now and then does what is right, now and then anything at all. The same seed says the same. */
final class RandomClient {
    private static final int OFTEN = 55;
    private static final int PERCENT = 100;

    private static final List<Line> ANYTHING = List.of(
        Line.of(Meaning.EHLO, "EHLO client.example"), Line.of(Meaning.EHLO, "EHLO [192.0.2.7]"),
        Line.of(Meaning.EHLO_ALONE, "EHLO"), Line.of(Meaning.EHLO_ALONE, "EHLO  "),
        Line.of(Meaning.HELO, "HELO client.example"), Line.of(Meaning.HELO_ALONE, "HELO"),
        Line.of(Meaning.MAIL, "MAIL FROM:<alice@localhost>"), Line.of(Meaning.MAIL, "MAIL FROM:<>"),
        Line.of(Meaning.MAIL, "MAIL FROM:<alice@localhost> SIZE=100 BODY=8BITMIME"),
        Line.of(Meaning.MAIL, "MAIL FROM:<a@example.org> AUTH=<>"),
        Line.of(Meaning.MAIL_MALFORMED, "MAIL"), Line.of(Meaning.MAIL_MALFORMED, "MAIL FROM:alice@localhost"),
        Line.of(Meaning.MAIL_MALFORMED, "MAIL TO:<alice@localhost>"), Line.of(Meaning.MAIL_MALFORMED, "MAIL FROM:<a b@localhost>"),
        Line.of(Meaning.RCPT_LOCAL, "RCPT TO:<bob@localhost>"), Line.of(Meaning.RCPT_LOCAL, "RCPT TO:<carol@localhost>"),
        Line.of(Meaning.RCPT_UNKNOWN, "RCPT TO:<nobody-here@localhost>"), Line.of(Meaning.RCPT_FOREIGN, "RCPT TO:<x@example.org>"),
        Line.of(Meaning.RCPT_MALFORMED, "RCPT"), Line.of(Meaning.RCPT_MALFORMED, "RCPT TO:bob@localhost"),
        Line.of(Meaning.RCPT_MALFORMED, "RCPT FROM:<bob@localhost>"), Line.of(Meaning.RCPT_OPTION, "RCPT TO:<bob@localhost> FROB=1"),
        Line.of(Meaning.DATA, "DATA"), Line.of(Meaning.DATA_ARGUMENT, "DATA now"),
        Line.of(Meaning.RSET, "RSET"), Line.of(Meaning.RSET, "RSET "), Line.of(Meaning.RSET_ARGUMENT, "RSET now"),
        Line.of(Meaning.QUIT_ARGUMENT, "QUIT now"), Line.of(Meaning.NOOP, "NOOP"), Line.of(Meaning.NOOP, "NOOP whatever"),
        Line.of(Meaning.VRFY, "VRFY bob"), Line.of(Meaning.EXPN, "EXPN staff"), Line.of(Meaning.HELP, "HELP"),
        Line.of(Meaning.HELP, "HELP 503"), Line.of(Meaning.HELP, "HELP SEQ-MAIL-NESTED"), Line.of(Meaning.HELP, "HELP \u00e9 me"),
        Line.of(Meaning.CONTROL, "HELP \u0001\u00e9 me"), Line.of(Meaning.CONTROL, "EHLO a\rX-Injected: yes"),
        Line.of(Meaning.CONTROL, "RSET\r"), Line.of(Meaning.CONTROL, "QUIT\u0000"), Line.of(Meaning.CONTROL, "STARTTLS\u007f"),
        Line.of(Meaning.CONTROL, "AUTH PLAIN\t="), Line.of(Meaning.CONTROL, "\tNOOP"), Line.of(Meaning.NOOP, "NOOP \t "),
        Line.of(Meaning.STAR, "*"), Line.of(Meaning.STAR, "*"),
        Line.of(Meaning.UNKNOWN, "FROB"), Line.of(Meaning.UNKNOWN, ""), Line.of(Meaning.CONTROL, "MAIL\u0000 FROM:<a@localhost>"),
        Line.of(Meaning.UNKNOWN, "\u00c9HLO client.example"), Line.of(Meaning.UNKNOWN, "X".repeat(2000)),
        Line.of(Meaning.CONTROL, "MAIL\tFROM:<a@b>"),
        Line.of(Meaning.STARTTLS, "STARTTLS"), Line.of(Meaning.STARTTLS_ARGUMENT, "STARTTLS now"),
        Line.of(Meaning.AUTH_RIGHT, "AUTH PLAIN " + plain("", "alice@localhost", FixtureBackend.RIGHT)),
        Line.of(Meaning.AUTH_RIGHT, "auth plain " + plain("alice@localhost", "alice@localhost", FixtureBackend.RIGHT)),
        Line.late(Meaning.AUTH_RIGHT, "AUTH PLAIN " + plain("", "late-alice@localhost", FixtureBackend.RIGHT)),
        Line.of(Meaning.AUTH_WRONG, "AUTH PLAIN " + plain("", "alice@localhost", "guess")),
        Line.of(Meaning.AUTH_WRONG, "AUTH PLAIN " + plain("", "alice@localhost", "")),
        Line.late(Meaning.AUTH_WRONG, "AUTH PLAIN " + plain("", "late-alice@localhost", "guess")),
        Line.of(Meaning.AUTH_DOWN, "AUTH PLAIN " + plain("", "alice@localhost", FixtureBackend.DOWN)),
        Line.late(Meaning.AUTH_DOWN, "AUTH PLAIN " + plain("", "late-alice@localhost", FixtureBackend.DOWN)),
        Line.of(Meaning.AUTH_IDENTITY, "AUTH PLAIN " + plain("bob@localhost", "alice@localhost", FixtureBackend.RIGHT)),
        Line.of(Meaning.AUTH_UNDECODABLE, "AUTH PLAIN !!!!"), Line.of(Meaning.AUTH_MALFORMED, "AUTH PLAIN ="),
        Line.of(Meaning.AUTH_MALFORMED, "AUTH PLAIN " + base64("no NUL in it")),
        Line.of(Meaning.AUTH_MECHANISM, "AUTH CRAM-MD5"), Line.of(Meaning.AUTH_ALONE, "AUTH"),
        Line.of(Meaning.AUTH_PLAIN_BEGUN, "AUTH PLAIN"), Line.of(Meaning.AUTH_LOGIN_BEGUN, "AUTH LOGIN"),
        Line.bareLf(Meaning.BARE_LF, "EHLO client.example"), Line.bareLf(Meaning.BARE_LF, "RSET"), Line.bareLf(Meaning.BARE_LF, "DATA"),
        Line.bareLf(Meaning.BARE_LF, "STARTTLS"), Line.bareLf(Meaning.BARE_LF, ""));

    private static final List<Line> NAMES = List.of(
        Line.of(Meaning.RESPONSE_NAME, base64("alice@localhost")), Line.of(Meaning.RESPONSE_CANCEL, "*"),
        Line.of(Meaning.RESPONSE_UNDECODABLE, "not base64"), Line.of(Meaning.RESPONSE_UNDECODABLE, base64("alice@localhost") + "\u0000"),
        Line.bareLf(Meaning.RESPONSE_BARE_LF, base64("alice@localhost")));
    private static final List<Line> PASSWORDS = List.of(
        Line.of(Meaning.RESPONSE_RIGHT, base64(FixtureBackend.RIGHT)), Line.of(Meaning.RESPONSE_WRONG, base64("guess")),
        Line.of(Meaning.RESPONSE_CANCEL, "*"), Line.of(Meaning.RESPONSE_UNDECODABLE, "%%%"),
        Line.bareLf(Meaning.RESPONSE_BARE_LF, base64(FixtureBackend.RIGHT)));
    private static final List<Line> MESSAGES = List.of(
        Line.of(Meaning.RESPONSE_RIGHT, plain("", "alice@localhost", FixtureBackend.RIGHT)),
        Line.late(Meaning.RESPONSE_RIGHT, plain("", "late-alice@localhost", FixtureBackend.RIGHT)),
        Line.of(Meaning.RESPONSE_WRONG, plain("", "alice@localhost", "guess")), Line.of(Meaning.RESPONSE_CANCEL, "*"),
        Line.of(Meaning.RESPONSE_UNDECODABLE, "RSET"), Line.bareLf(Meaning.RESPONSE_BARE_LF, plain("", "alice@localhost", "secret")));
    private static final List<Line> CONTENT = List.of(
        Line.of(Meaning.CONTENT, "Subject: of no matter"), Line.of(Meaning.CONTENT, ""), Line.of(Meaning.CONTENT, "RSET"),
        Line.of(Meaning.CONTENT, "..stuffed"), Line.bareLf(Meaning.CONTENT_BARE_LF, "bare"), Line.bareLf(Meaning.DOT_BARE_LF, "."),
        Line.of(Meaning.DOT, "."), Line.of(Meaning.DOT, "."), Line.of(Meaning.DOT, "."), Line.of(Meaning.DOT, "."),
        Line.of(Meaning.DOT, "."), Line.of(Meaning.DOT, "."), Line.of(Meaning.DOT, "."));
    /** What has to be seen through once begun: stock James gets stuck in it, or drops the line. */
    private static final List<Line> FOR_STOCK = lines(Meaning.AUTH_RIGHT, Meaning.AUTH_WRONG, Meaning.AUTH_MECHANISM, Meaning.AUTH_ALONE);
    /** The way to a message. */
    private static final List<Line> ONWARDS = lines(Meaning.EHLO, Meaning.MAIL, Meaning.RCPT_LOCAL, Meaning.RCPT_LOCAL, Meaning.DATA);
    private static final Map<Meaning, List<Line>> BY_MEANING = ANYTHING.stream().collect(Collectors.groupingBy(Line::meaning));

    private final Random random;

    RandomClient(Random random) {
        this.random = random;
    }

    int upTo(int most) {
        return 1 + random.nextInt(most);
    }

    boolean isWilling(int percent) {
        return random.nextInt(PERCENT) < percent;
    }

    /** The next line, chosen with an eye on where the model says that the session is. */
    Line next(RfcModel model) {
        switch (model.reading()) {
            case RESPONSE:
                return response(model);
            case CONTENT:
            case DISCARDED_CONTENT:
                return any(CONTENT);
            default:
                return isWilling(OFTEN) ? varied(sensible(model)) : varied(any(ANYTHING));
        }
    }

    /** A line for a server that does not guard itself: nothing that hangs up or gets stuck there. */
    Line unguarded(boolean inContent) {
        if (inContent) {
            return any(CONTENT);
        }
        while (true) {
            Line line = isWilling(OFTEN / 2) ? any(ONWARDS) : any(ANYTHING);
            boolean auth = line.meaning().name().startsWith("AUTH_");
            if (!line.meaning().name().startsWith("STARTTLS") && !line.octets().startsWith("STARTTLS") && !line.isLate()
                && (!auth || FOR_STOCK.contains(line))) {
                return varied(line);
            }
        }
    }

    private Line sensible(RfcModel model) {
        if (!model.isGreeted()) {
            return anyOf(Meaning.EHLO);
        }
        if (!model.isInTransaction()) {
            return anyOf(isWilling(80) ? Meaning.MAIL : isWilling(50) ? Meaning.STARTTLS : Meaning.AUTH_RIGHT);
        }
        return anyOf(model.recipients() == 0 || isWilling(30) ? Meaning.RCPT_LOCAL : Meaning.DATA);
    }

    private Line response(RfcModel model) {
        if (model.isLoginNameDue()) {
            return any(NAMES);
        }
        return any(model.isLogin() ? PASSWORDS : MESSAGES);
    }

    /** RFC 5321 2.4: verbs are not case-sensitive. */
    private Line varied(Line line) {
        if (!isWilling(10) || line.meaning() == Meaning.UNKNOWN || line.octets().indexOf(' ') < 0) {
            return line;
        }
        int space = line.octets().indexOf(' ');
        return line.withOctets(line.octets().substring(0, space).toLowerCase(Locale.ROOT) + line.octets().substring(space));
    }

    private Line anyOf(Meaning meaning) {
        return any(BY_MEANING.get(meaning));
    }

    private Line any(List<Line> lines) {
        return lines.get(random.nextInt(lines.size()));
    }

    private static List<Line> lines(Meaning... meanings) {
        List<Line> lines = new ArrayList<>();
        Arrays.stream(meanings).forEach(meaning -> ANYTHING.stream().filter(line -> line.meaning() == meaning).forEach(lines::add));
        return List.copyOf(lines);
    }

    private static String plain(String authorization, String user, String password) {
        return base64(authorization + "\0" + user + "\0" + password);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
