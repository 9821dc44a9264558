package org.smtpguard.page;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.smtpguard.transcript.Transcript;
import org.smtpguard.transcript.TranscriptLine;

/** A session as plain text, to be pasted into a ticket. */
final class TicketText {
    private final Transcript transcript;
    private final Times times;

    TicketText(Transcript transcript, Times times) {
        this.transcript = transcript;
        this.times = times;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("SMTP Guard, session ").append(transcript.reference())
            .append("\nclient ").append(transcript.client()).append(", port ").append(transcript.port()).append(", ")
            .append(transcript.tls().orElse("clear text"))
            .append("\nbegan ").append(times.text(transcript.begin()))
            .append(transcript.end().map(end -> ", ended after " + Times.millis(Duration.between(transcript.begin(), end)))
                .orElse(", still open")).append('\n');
        for (int i = 0; i < transcript.lines().size(); i++) {
            if (i == transcript.omittedAfter()) {
                omission(text);
            }
            line(text, transcript.lines().get(i));
        }
        if (transcript.omittedAfter() == transcript.lines().size()) {
            omission(text);
        }
        return text.toString();
    }

    private void omission(StringBuilder text) {
        if (transcript.omitted() > 0) {
            text.append("\n[").append(transcript.omitted()).append(" lines are not kept any more]");
        }
    }

    private void line(StringBuilder text, TranscriptLine line) {
        String offset = "+" + Times.millis(Duration.between(transcript.begin(), line.time()));
        for (String part : List.of(line.text().split("\n"))) {
            text.append('\n').append(String.format(Locale.ROOT, "%-12s %s %s", offset, sign(line), Names.clean(part)));
            offset = "";
        }
        line.refusal().ifPresent(refusal -> text.append('\n').append(String.format(Locale.ROOT, "%-12s %s state: %s", "", sign(line),
            refusal.state()))
            .append('\n').append(String.format(Locale.ROOT, "%-12s %s next: %s", "", sign(line), String.join(" | ", refusal.next()))));
    }

    private static String sign(TranscriptLine line) {
        switch (line.speaker()) {
            case CLIENT:
                return "C:";
            case SERVER:
                return "S:";
            default:
                return "--";
        }
    }
}
