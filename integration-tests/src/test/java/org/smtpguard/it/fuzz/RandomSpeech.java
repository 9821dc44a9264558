package org.smtpguard.it.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;

/**
 * What a client might say that follows no RFC: noise, commands, commands that were damaged, lines without an end.
 */
final class RandomSpeech {
    private static final List<String> COMMANDS = List.of(
        "EHLO client.example", "HELO client.example", "EHLO", "MAIL FROM:<bob@localhost>", "MAIL FROM:<>",
        "MAIL FROM:<bob@localhost> SIZE=100", "RCPT TO:<dave@localhost>", "RCPT TO:<nobody@localhost>",
        "RCPT TO:<someone@example.org>", "DATA", "RSET", "NOOP", "HELP", "HELP SEQ-RCPT-MISSING", "VRFY dave",
        "EXPN list", "BDAT 10 LAST", "AUTH", "AUTH PLAIN", "AUTH LOGIN", "AUTH GSSAPI", "AUTH PLAIN =",
        "AUTH PLAIN *", "AUTH LOGIN ====", "*", "=", ".", "..", "Subject: noise", "", "STARTTLS", "STARTTLS now", "QUIT now", "XYZZY");
    private static final List<String> DELIVERY = List.of("EHLO client.example", "MAIL FROM:<bob@localhost>", "RCPT TO:<dave@localhost>",
        "DATA", "Subject: noise", "", "noise", ".");
    private static final List<String> LINE_ENDS = List.of("\n", "\r", "\n\r", "\r\r\n", "\0\r\n", "\r\0\n", "\r\n\n", "");
    private static final String CRLF = "\r\n";
    /** More than the longest line that James takes. */
    private static final int LONGEST_LINE = 20_000;

    private final Random random;

    RandomSpeech(Random random) {
        this.random = random;
    }

    byte[] next() {
        int kind = random.nextInt(100);
        if (kind < 30) {
            return command();
        }
        if (kind < 45) {
            return damaged(command());
        }
        if (kind < 60) {
            return noise(1 + random.nextInt(200));
        }
        if (kind < 70) {
            return octets(pick(COMMANDS) + pick(LINE_ENDS));
        }
        if (kind < 80) {
            return group();
        }
        if (kind < 88) {
            return delivery();
        }
        if (kind < 94) {
            return linesOfNoise();
        }
        if (kind < 96) {
            return octets(pick(List.of("AUTH PLAIN ", "AUTH LOGIN ", "")) + credentials() + CRLF);
        }
        return tooLong();
    }

    private byte[] command() {
        return octets(pick(COMMANDS) + CRLF);
    }

    /** What a client pipelines, in an order that makes sense or in one that does not. */
    private byte[] group() {
        StringBuilder group = new StringBuilder();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            group.append(pick(COMMANDS)).append(random.nextInt(10) == 0 ? pick(LINE_ENDS) : CRLF);
        }
        return octets(group.toString());
    }

    /** A whole message, sent without waiting for a single reply, or its beginning. */
    private byte[] delivery() {
        String whole = String.join(CRLF, DELIVERY) + CRLF;
        return octets(random.nextBoolean() ? whole : whole.substring(0, random.nextInt(whole.length())));
    }

    private String credentials() {
        String user = pick(List.of("alice@localhost", "nobody@localhost", "\0", ""));
        return Base64.getEncoder().encodeToString(octets("\0" + user + "\0" + pick(List.of("secret", "wrong", "", "\0"))));
    }

    private byte[] linesOfNoise() {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            lines.writeBytes(noise(random.nextInt(60)));
            lines.writeBytes(octets(random.nextBoolean() ? CRLF : pick(LINE_ENDS)));
        }
        return lines.toByteArray();
    }

    private byte[] tooLong() {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes(octets(pick(COMMANDS)));
        line.writeBytes(random.nextBoolean() ? noise(random.nextInt(LONGEST_LINE)) : octets("a".repeat(random.nextInt(LONGEST_LINE))));
        line.writeBytes(octets(random.nextBoolean() ? CRLF : ""));
        return line.toByteArray();
    }

    private byte[] damaged(byte[] sound) {
        byte[] damaged = sound.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
