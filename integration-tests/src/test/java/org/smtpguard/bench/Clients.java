package org.smtpguard.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.smtpguard.bench.load.LoadClient;

/** The process of the clients, {@link LoadClient}. */
final class Clients implements AutoCloseable {
    private final ObjectMapper json = new ObjectMapper();
    private final Process process;
    private final BufferedReader said;
    private final Writer told;

    Clients() throws IOException {
        process = Java.start(LoadClient.class);
        said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        told = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
    }

    /**
     * Has a job done.
     *
     * @param from called when the time that counts begins
     * @param to called when it ends; in a job that is held, when it may end
     */
    JsonNode run(JsonNode job, Runnable from, Runnable to) {
        try {
            tell(json.writeValueAsString(job));
            await("\"from\"");
            from.run();
            if (job.path("hold").asBoolean()) {
                to.run();
                tell("end");
                await("\"to\"");
            } else {
                await("\"to\"");
                to.run();
            }
            return json.readTree(line());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(String line) throws IOException {
        told.write(line + "\n");
        told.flush();
    }

    private void await(String word) throws IOException {
        String line = line();
        if (!line.equals(word)) {
            throw new IOException("The clients say " + line + " and not " + word);
        }
    }

    private String line() throws IOException {
        String line = said.readLine();
        if (line == null) {
            throw new IOException("The clients have ended");
        }
        return line;
    }

    double cpu() {
        return Cpu.micros(List.of(process.toHandle()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
