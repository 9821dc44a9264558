package org.smtpguard.it.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.awaitility.Awaitility;
import org.smtpguard.it.server.InstalledProgram;

/**
 * A real Chromium without a window, driven over its DevTools protocol: it is led to pages, types and clicks, and is asked what it
 * has made of them. Scripts of a test run in it whatever the page forbids its own.
 *
 * <p>Threads: the HTTP client's own puts each message from the browser where it belongs; whoever sends a command waits for its answer.
 */
public final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> COMPLAINTS = List.of("\"Runtime.consoleAPICalled\"", "\"Log.entryAdded\"",
        "\"Page.javascriptDialogOpening\"", "\"Runtime.exceptionThrown\"");
    private static final String PORT_FILE = "DevToolsActivePort";

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<String> events = new CopyOnWriteArrayList<>();

    private Browser(Process process, Path profile) throws IOException {
        this.process = process;
        this.profile = profile;
        Path portFile = profile.resolve(PORT_FILE);
        Awaitility.await().atMost(PATIENCE).until(() -> Files.exists(portFile) && Files.readAllLines(portFile).size() > 1);
        HttpClient client = HttpClient.newHttpClient();
        String port = Files.readAllLines(portFile).get(0);
        URI page = URI.create(Awaitility.await().atMost(PATIENCE).ignoreExceptions()
            .until(() -> pageOf(client, port), url -> !url.isEmpty()));
        this.socket = client.newWebSocketBuilder().buildAsync(page, new Listener()).join();
        List.of("Page", "Runtime", "Log", "Network").forEach(domain -> send(domain + ".enable", Map.of()));
    }

    /** Skips the test that asks where there is no Chromium. */
    public static Browser start() {
        return start("");
    }

    /**
     * Resolves names as the test says. Skips the test that asks where there is no Chromium.
     *
     * @param hosts Chromium's host-resolver-rules, such as {@code MAP evil.example 127.0.0.1}; empty for the system's resolver
     */
    public static Browser start(String hosts) {
        try {
            Path profile = Files.createTempDirectory("smtpguard-chromium-");
            List<String> command = new ArrayList<>(List.of(InstalledProgram.of("chromium").file(), "--headless", "--no-sandbox",
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--disable-breakpad", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-proxy-server",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile, "about:blank"));
            if (!hosts.isEmpty()) {
                command.add(command.size() - 1, "--host-resolver-rules=" + hosts);
            }
            Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(profile.resolve("output.txt").toFile()).start();
            try {
                return new Browser(process, profile);
            } catch (RuntimeException e) {
                process.destroyForcibly();
                throw new IllegalStateException("Chromium said: " + Files.readString(profile.resolve("output.txt")), e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pageOf(HttpClient client, String port) throws IOException, InterruptedException {
        String list = client.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build(),
            HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
        for (JsonNode target : JSON.readTree(list)) {
            if (target.path("type").asText().equals("page")) {
                return target.path("webSocketDebuggerUrl").asText();
            }
        }
        return "";
    }

    /** In pixels of CSS; a phone is a screen of less than 500 that is touched. */
    public Browser window(int width, int height) {
        send("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
        return this;
    }

    /** @param scheme light or dark */
    public Browser scheme(String scheme) {
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        return this;
    }

    /** Goes to a page, and comes back when it is there. */
    public Browser open(URI uri) {
        evaluate("window.isOld = true");
        JsonNode answer = send("Page.navigate", Map.of("url", uri.toString()));
        if (answer.has("errorText")) {
            throw new AssertionError(uri + ": " + answer.path("errorText").asText());
        }
        return awaitPage();
    }

    /** What it does leads to another page, which is waited for. */
    public Browser follow(String script) {
        evaluate("window.isOld = true");
        evaluate(script);
        return awaitPage();
    }

    private Browser awaitPage() {
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).ignoreExceptions()
            .until(() -> evaluate("document.readyState == 'complete' && !window.isOld").asBoolean());
        return this;
    }

    /** As somebody types on the keyboard. */
    public Browser type(String text) {
        send("Input.insertText", Map.of("text", text));
        return this;
    }

    /** A key by its name, such as Tab or Enter. */
    public Browser press(String key) {
        String text = key.equals("Enter") ? "\r" : "";
        int code = key.equals("Enter") ? 13 : 9;
        send("Input.dispatchKeyEvent", Map.of("type", "keyDown", "key", key, "code", key, "windowsVirtualKeyCode", code, "text", text));
        send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
        return this;
    }

    /** The value of an expression, which has to be one that JSON can hold; that of a promise once it is settled. */
    public JsonNode evaluate(String expression) {
        JsonNode answer = send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    public String text(String expression) {
        return evaluate(expression).asText();
    }

    /** A picture of the page from its top to the element that matches, or of all of it if none does. */
    public Browser screenshot(Path file, String until) {
        int height = evaluate("Math.ceil((document.querySelector('" + until + "') || document.documentElement).getBoundingClientRect()"
            + ".bottom + scrollY)").asInt();
        JsonNode image = send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", Map.of(
            "x", 0, "y", 0, "width", evaluate("document.documentElement.clientWidth").asInt(), "height", height, "scale", 1)));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, Base64.getDecoder().decode(image.path("data").asText()));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the browser had to complain of, or somebody else had it do: console, log, dialogs, exceptions. */
    public List<String> complaints() {
        return events.stream().filter(event -> COMPLAINTS.stream().anyMatch(event::contains)).collect(Collectors.toList());
    }

    /** The addresses that were asked for, data in the page itself apart. */
    public List<String> requests() {
        return payloads("Network.requestWillBeSent").map(sent -> sent.path("request").path("url").asText())
            .filter(url -> !url.startsWith("data:")).collect(Collectors.toList());
    }

    private Stream<JsonNode> payloads(String kind) {
        return events.stream().filter(event -> event.contains("\"" + kind + "\"")).map(event -> {
            try {
                return JSON.readTree(event).path("params");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /**
     * The statuses of the answers from a server, whether or not the page that asked may see them. What a frame of another site has
     * asked for is not among them.
     */
    public List<Integer> statuses(String server) {
        Set<String> requests = payloads("Network.requestWillBeSent")
            .filter(sent -> sent.path("request").path("url").asText().startsWith(server))
            .map(sent -> sent.path("requestId").asText()).collect(Collectors.toSet());
        return payloads("Network.responseReceivedExtraInfo").filter(received -> requests.contains(received.path("requestId").asText()))
            .map(received -> received.path("statusCode").asInt()).collect(Collectors.toList());
    }

    private JsonNode send(String method, Map<String, Object> parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        try {
            socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true).join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JsonNode message = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        if (message.has("error")) {
            throw new AssertionError(method + ": " + message.path("error"));
        }
        return message.path("result");
    }

    @Override
    public void close() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).collect(Collectors.toList());
        socket.abort();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(one -> one.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                take(message.toString());
                message.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        private void take(String text) {
            try {
                JsonNode read = JSON.readTree(text);
                if (read.has("id")) {
                    waiting.remove(read.path("id").asInt()).complete(read);
                } else {
                    events.add(text);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
