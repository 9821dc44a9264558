package org.smtpguard.james;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.codahale.metrics.MetricRegistry;
import org.apache.james.metrics.api.NoopGaugeRegistry;
import org.apache.james.metrics.dropwizard.DropWizardMetricFactory;
import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.api.handler.CommandHandler;
import org.apache.james.protocols.api.handler.ConnectHandler;
import org.apache.james.protocols.api.handler.LineHandler;
import org.apache.james.protocols.api.handler.WiringException;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.diagnosis.Diagnostician;
import org.smtpguard.diagnosis.ReplyRenderer;
import org.smtpguard.diagnosis.ReplyStyle;
import org.smtpguard.james.channel.Responses;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.guard.GuardedPorts;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceRule;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.sequence.Verdict;
import org.smtpguard.transcript.Recording;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.TranscriptSettings;
import org.smtpguard.transcript.TranscriptSettings.Names;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** What the guard costs each command, without James and without a network. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GuardBenchmark {
    private static final Response OK = new SMTPResponse("250", "OK");
    private static final byte[] CONTENT = octets("x".repeat(76));
    private static final LineHandler<SMTPSession> NOT_YET = (session, line) -> null;

    /** A command that is legal where it is said. */
    @State(Scope.Thread)
    public static class Legal {
        private final SequenceTable table = new SequenceTable();
        private final Function<DiagnosisId, org.smtpguard.sequence.Mode> modes = GuardSettings.defaults()::mode;
        @Param({"NOOP", "MAIL FROM:<alice@example.org>", "RCPT TO:<bob@example.org>", "DATA"})
        private String line;
        private CommandLine command;
        private SessionState state;

        @Setup
        public void prepare() {
            command = CommandLine.parse(octets(line));
            SessionState greeted = SessionState.on(port()).greeting(Greeting.EHLO).build();
            SessionState inTransaction = greeted.toBuilder().sender("alice@example.org").recipients(1).build();
            state = line.startsWith("RCPT") || line.startsWith("DATA") ? inTransaction : greeted;
            if (!judge().isLegal()) {
                throw new IllegalStateException(line + " is not legal");
            }
        }

        private Verdict judge() {
            return table.judge(state, command, modes);
        }
    }

    /** A command that is refused, and all that goes into its reply. */
    @State(Scope.Thread)
    public static class Refused {
        private final SequenceTable table = new SequenceTable();
        private final Diagnostician diagnostician = new Diagnostician(table);
        private final CommandLine command = CommandLine.parse(octets("DATA"));
        private final SessionState state = SessionState.on(port()).greeting(Greeting.EHLO).sender("alice@example.org").build();
        @Param({"FULL", "BRIEF"})
        private ReplyStyle style;
        private ReplyRenderer renderer;

        @Setup
        public void prepare() {
            renderer = new ReplyRenderer(style, Optional.of("https://wiki.example.org/smtp/{id}"));
        }

        private Response refusal() {
            SequenceRule rule = table.judge(state, command).refusedBy().orElseThrow();
            return Responses.of(renderer.render(diagnostician.of(rule, command, state), "7f3a9c21"));
        }
    }

    /** A line as James' framer delivers it. */
    @State(Scope.Thread)
    public static class Line {
        @Param({"NOOP", "MAIL FROM:<alice@example.org>"})
        private String line;
        private byte[] octets;

        @Setup
        public void prepare() {
            octets = octets(line);
        }
    }

    /** The door of a port, with a session of James that has been greeted, and nothing behind it. */
    @State(Scope.Thread)
    public static class Door {
        private final Transcripts transcripts = new Transcripts(Clock.systemUTC());
        private final Logbook logbook = new Logbook(new GuardMetrics(new DropWizardMetricFactory(new MetricRegistry()),
            new NoopGaugeRegistry()), transcripts, new Violations(Clock.systemUTC()));
        private final SequenceGuard guard = new SequenceGuard(new GuardedPorts(new SequenceTable(), new DiagnosisCatalogue(), logbook),
            logbook);
        private final SMTPSession session = new SMTPSessionImpl(new StubTransport(), new SMTPConfigurationImpl());

        /** Whether transcripts are kept. */
        @Param({"false", "true"})
        private boolean transcribed;

        @Setup
        public void wire() throws WiringException {
            transcripts.configure(transcribed ? TranscriptSettings.DEFAULT
                : new TranscriptSettings(0, 1, Duration.ofHours(24), Names.SHOWN));
            LineHandler<SMTPSession> dispatcher = (greeted, line) -> OK;
            guard.wireExtensions(LineHandler.class, List.of(guard, dispatcher));
            guard.wireExtensions(CommandHandler.class, List.of());
            guard.wireExtensions(ConnectHandler.class, List.of());
            session.setAttachment(SMTPSession.CURRENT_HELO_MODE, "EHLO", SMTPSession.State.Connection);
            guard.onLine(session, octets("NOOP"));
        }
    }

    @Benchmark
    public Verdict judgeLegal(Legal legal) {
        return legal.judge();
    }

    @Benchmark
    public Response refuseAndRender(Refused refused) {
        return refused.refusal();
    }

    @Benchmark
    public CommandLine parse(Line line) {
        return CommandLine.parse(line.octets);
    }

    /** A session's transcript, which has had as many lines as are kept. */
    @State(Scope.Thread)
    public static class Transcribed {
        private final Recording recording = new Transcripts(Clock.systemUTC()).begin("7f3a9c21", "192.0.2.1", 587);
        private final CommandLine command = CommandLine.parse(octets("MAIL FROM:<alice@example.org>"));
        private final List<String> reply = List.of("250 2.1.0 Sender <alice@example.org> OK");
        private final Refusal refusal = new Refusal(DiagnosisId.SEQ_RCPT_MISSING,
            "EHLO done, sender <alice@example.org>, 0 recipients accepted", List.of("RCPT TO:<address>", "RSET", "QUIT"));
        private final List<String> refused = List.of("503 5.5.1 DATA refused: no recipient has been accepted yet [SEQ-RCPT-MISSING]");
    }

    /** A command and its reply. */
    @Benchmark
    public void transcribe(Transcribed session) {
        session.recording.command(session.command, 31);
        session.recording.reply("250", session.reply);
    }

    /** A command and its refusal. */
    @Benchmark
    public void transcribeRefused(Transcribed session) {
        session.recording.command(session.command, 31);
        session.recording.refusal(session.refusal, session.refused, 290);
    }

    /** From the octets to James' dispatcher and back. */
    @Benchmark
    public Response onLine(Door door, Line line) {
        return door.guard.onLine(door.session, line.octets);
    }

    /** A line of a message on its way to James. */
    @Benchmark
    public Response ofContent(Door door) {
        return door.guard.onLine(door.session, CONTENT, NOT_YET);
    }

    private static Port port() {
        return Port.plain().withStartTls(true).withAuth(Port.AuthOffer.UNDER_TLS, Authentication.PROPOSED_PLAIN);
    }

    private static byte[] octets(String line) {
        return (line + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
