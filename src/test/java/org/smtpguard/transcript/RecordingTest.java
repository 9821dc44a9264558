package org.smtpguard.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;

/** What of a line can be read in a transcript. */
class RecordingTest {
    private final Transcripts transcripts = new Transcripts(new TestClock());
    private final Recording recording = transcripts.begin("7f3a9c21", "192.0.2.1", 587);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EHLO client.example                 | EHLO client.example",
        "mail from:<alice@example.org>       | MAIL from:<alice@example.org>",
        "RCPT TO:<bob@example.org>           | RCPT TO:<bob@example.org>",
        "VRFY bob                            | VRFY bob",
        "HELP SEQ-MAIL-NESTED                | HELP SEQ-MAIL-NESTED",
        "HELP me, hunter2 is my password     | HELP (argument, 26 octets)",
        "Mail me the key: c2VjcmV0           | MAIL (argument, 20 octets)",
        "RCPT bob                            | RCPT (argument, 3 octets)",
        "DATA                                | DATA",
        "NOOP c2VjcmV0                       | NOOP (argument, 8 octets)",
        "QUIT now                            | QUIT (argument, 3 octets)",
        "AUTH                                | AUTH",
        "AUTH LOGIN                          | AUTH LOGIN",
        "auth plain AGEAc2VjcmV0             | AUTH PLAIN (hidden)",
        "AUTH SCRAM-SHA-256 bixhPSxuPWE=     | AUTH SCRAM-SHA-256 (hidden)",
        "AUTH c2VjcmV0                       | AUTH (unknown mechanism, 8 octets)",
        "AUTH c2VjcmV0 c2VjcmV0              | AUTH (unknown mechanism, 8 octets) (hidden)",
        "c2VjcmV0                            | (unknown command, 10 octets)",
        "XSECRET c2VjcmV0                    | (unknown command, 18 octets)"})
    void ofACommandWhatCannotBeACredential(String line, String text) {
        say(line);

        assertThat(texts()).containsExactly(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "AUTH PLAIN        | 235 2.7.0 Authentication successful | 235 2.7.0 Authentication successful",
        "AUTH LOGIN        | 334 VXNlcm5hbWU6                    | 334 (challenge, 18 octets)",
        "AUTH c2VjcmV0     | 504 Unrecognized mechanism c2VjcmV0 | 504 (37 octets)",
        "XSECRET c2VjcmV0  | 250 Keeping c2VjcmV0                | 250 (22 octets)",
        "c2VjcmV0          | 500 Command C2VJCMV0 unrecognized   | 500 (35 octets)",
        "DATA              | 354 Ok                              | 354 Ok",
        "MAIL FROM:<a@b.c> | 451 4.3.0 Try again                 | 451 4.3.0 Try again"})
    void ofAReplyWhatCannotRepeatOne(String line, String reply, String text) {
        say(line);
        recording.reply(reply.substring(0, 3), List.of(reply));

        assertThat(texts().get(1)).isEqualTo(text);
    }

    @Test
    void aResponseAndItsReplyAreConfidentialAndTheNextCommandIsNot() {
        recording.response(octets("c2VjcmV0"));
        recording.reply("535", List.of("535 No such user c2VjcmV0"));
        recording.response(octets("*"));
        say("RCPT TO:<x@example.org>");
        recording.reply("550", List.of("550 Unknown user"));

        assertThat(texts()).containsExactly("(response, 10 octets)", "535 (27 octets)", "*", "RCPT TO:<x@example.org>", "550 Unknown user");
    }

    @Test
    void ofALineThatWasNotReadThatItWas() {
        recording.command(CommandLine.of(Verb.OTHER, Optional.empty()), 0);
        recording.response(new byte[0]);

        assertThat(texts()).containsExactly("(unknown command, too long to be read)", "(response, too long to be read)");
    }

    @Test
    void ofAMessageItsSize() {
        recording.content(1003);
        recording.content(3);

        assertThat(texts()).containsExactly("(content, 1003 octets)", "(content, 3 octets)");
    }

    @Test
    void theLinesOfAReplyAreApart() {
        say("EHLO client.example");
        recording.reply("250", List.of("250-localhost", "250 8BITMIME"));

        assertThat(texts().get(1)).isEqualTo("250-localhost\n250 8BITMIME");
        assertThat(lines().get(1).octets()).isEqualTo(29);
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO a\u001b[2Jb", "EHLO a\u0000b", "EHLO a\rb", "EHLO a\u007fb", "EHLO a\tb"})
    void nothingThatIsNotPrintable(String line) {
        say(line);

        assertThat(texts().get(0)).matches("EHLO a\\?[ -~]*");
    }

    @Test
    void longLinesAreCut() {
        say("EHLO " + "x".repeat(8000));
        recording.reply("250", List.of("250-" + "y".repeat(2000), "250 z"));

        assertThat(texts().get(0)).isEqualTo("EHLO " + "x".repeat(Recording.LINE_LIMIT - 8) + "...");
        assertThat(lines().get(0).octets()).isEqualTo(8007);
        assertThat(texts().get(1)).isEqualTo("250-" + "y".repeat(Recording.REPLY_LIMIT - 7) + "...");
    }

    @Test
    void anyNumberOfDiagnosesComesBackAsItWas() {
        for (DiagnosisId id : DiagnosisId.values()) {
            recording.refusal(new Refusal(id, "state of " + id, List.of("next of " + id, "QUIT")), List.of("503 " + id, "detail"), 70_000);
        }

        assertThat(lines()).extracting(TranscriptLine::text)
            .isEqualTo(Stream.of(DiagnosisId.values()).map(id -> "503 " + id + "\ndetail").collect(Collectors.toList()));
        assertThat(lines()).allSatisfy(line -> {
            Refusal refusal = line.refusal().orElseThrow();
            assertThat(refusal.state()).isEqualTo("state of " + refusal.id());
            assertThat(refusal.next()).containsExactly("next of " + refusal.id(), "QUIT");
            assertThat(line.octets()).isEqualTo(70_000);
        });
    }

    private void say(String line) {
        byte[] octets = octets(line);
        recording.command(CommandLine.parse(octets), octets.length);
    }

    private static byte[] octets(String line) {
        return (line + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private List<String> texts() {
        return lines().stream().map(TranscriptLine::text).collect(Collectors.toList());
    }

    private List<TranscriptLine> lines() {
        return transcripts.find("7f3a9c21").orElseThrow().lines();
    }
}
