package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A web service on loopback that is asked who may log in, in JSON. */
public final class AccountService implements AutoCloseable {
    private static final String PATH = "/auth";
    private static final int BACKLOG = 100;

    private final Map<String, String> passwords;
    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer http;

    private AccountService(HttpServer http, Map<String, String> passwords) {
        this.http = http;
        this.passwords = Map.copyOf(passwords);
    }

    /** @param passwords by user */
    public static AccountService start(Map<String, String> passwords) {
        try {
            AccountService service = new AccountService(HttpServer.create(new InetSocketAddress(Endpoint.LOOPBACK, 0), BACKLOG), passwords);
            service.http.createContext(PATH, service::answer);
            service.http.setExecutor(service.threads);
            service.http.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return http.getAddress().getPort();
    }

    /** What stands behind the port in its address. */
    public String path() {
        return PATH;
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode asked = json.readTree(exchange.getRequestBody().readAllBytes());
        String password = passwords.get(asked.path("username").asText());
        String result = password == null ? "unknown" : password.equals(asked.path("password").asText()) ? "accepted" : "refused";
        byte[] body = ("{\"result\":\"" + result + "\"}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
