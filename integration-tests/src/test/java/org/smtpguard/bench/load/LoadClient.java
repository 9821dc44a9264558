package org.smtpguard.bench.load;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Loads servers, one job after the other, until the end of its input. It is one process for all jobs, so that it is warm for
 * each, and apart from whoever gives them.
 *
 * <p>A job is a line of JSON on standard input: {@code host}, {@code crowds} ({@link Crowd}), {@code rampSeconds} that do not
 * count, {@code seconds} that do, {@code graceSeconds} for what is under way then. On standard output it says {@code "from"} and
 * {@code "to"} when the time that counts begins and ends, and then what was seen: the job, with the figures in each crowd. With
 * {@code "hold":true} that time begins when all sessions are open and ends with the next line of input.
 */
public final class LoadClient {
    private static final long OPENING_SECONDS = 120;

    private final ObjectMapper json = new ObjectMapper();
    private final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private final PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private LoadClient() {
    }

    public static void main(String[] arguments) throws Exception {
        new LoadClient().run();
        System.exit(0);
    }

    private void run() throws Exception {
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.println(json.writeValueAsString(load((ObjectNode) json.readTree(line))));
        }
    }

    private ObjectNode load(ObjectNode job) throws Exception {
        boolean isHeld = job.path("hold").asBoolean();
        long from = System.nanoTime() + nanos(job, "rampSeconds");
        long to = isHeld ? Long.MAX_VALUE : from + nanos(job, "seconds");
        List<Crowd> crowds = new ArrayList<>();
        for (JsonNode crowd : job.path("crowds")) {
            crowds.add(new Crowd(crowd, job.path("host").asText(), from, to));
        }
        crowds.forEach(Crowd::begin);
        if (isHeld) {
            for (Crowd crowd : crowds) {
                job.put("isOpen", crowd.awaitOpened(OPENING_SECONDS));
            }
            say("from");
            input.readLine();
        } else {
            awaitTime(from);
            say("from");
            awaitTime(to);
        }
        say("to");
        crowds.forEach(Crowd::end);
        ArrayNode results = job.putArray("crowds");
        for (Crowd crowd : crowds) {
            results.add(crowd.result(job.path("graceSeconds").asLong(10)));
        }
        return job;
    }

    private void say(String word) {
        output.println('"' + word + '"');
    }

    private static long nanos(JsonNode job, String field) {
        return (long) (job.path(field).asDouble() * TimeUnit.SECONDS.toNanos(1));
    }

    private static void awaitTime(long time) {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(left, Duration.ofMillis(100).toNanos()));
        }
    }
}
