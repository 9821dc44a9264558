package org.smtpguard.it.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The home directory of one server: {@code conf/}, {@code extensions-jars/} and a keystore, as an administrator would
 * lay them out.
 */
final class ServerHome {
    /** Its name in {@code conf/}. */
    static final String TRUSTSTORE = "truststore";

    private static final String BIND_TO_LOOPBACK = Endpoint.LOOPBACK + ":";

    private ServerHome() {
    }

    /** What the project brings: {@code conf/} over {@code integration-tests/conf/}. */
    static Map<String, String> projectConfiguration() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (Path directory : List.of(Layout.project().resolve("integration-tests/conf"), Layout.project().resolve("conf"))) {
            for (Path file : list(directory)) {
                files.put(file.getFileName().toString(), Files.readString(file, StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    static Path create(String name, Map<String, String> configuration, Optional<byte[]> truststore, List<Path> jars)
        throws IOException {
        Path home = Files.createTempDirectory(Files.createDirectories(Layout.work()), name + "-");
        fill(home, configuration, truststore, jars);
        return home;
    }

    /** Over what lies there already. */
    static void fill(Path home, Map<String, String> configuration, Optional<byte[]> truststore, List<Path> jars) throws IOException {
        Path conf = Files.createDirectories(home.resolve("conf"));
        for (Map.Entry<String, String> file : configuration.entrySet()) {
            Files.writeString(conf.resolve(file.getKey()), file.getValue(), StandardCharsets.UTF_8);
        }
        Files.write(conf.resolve("keystore"), Keystore.get());
        if (truststore.isPresent()) {
            Files.write(conf.resolve(TRUSTSTORE), truststore.get());
        }
        Path extensions = Files.createDirectories(home.resolve("extensions-jars"));
        for (Path jar : jars) {
            Files.copy(jar, extensions.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The configuration with the ports of one server in place of those that the project names. */
    static Map<String, String> onPorts(Map<String, String> configuration, Ports ports) {
        return edit(configuration, text -> {
            String edited = text;
            for (Endpoint endpoint : Endpoint.values()) {
                edited = edited
                    // The mark keeps a port that was just written from being taken for one that is still to be replaced.
                    .replace(BIND_TO_LOOPBACK + endpoint.configuredPort() + "<", BIND_TO_LOOPBACK + "#" + ports.of(endpoint) + "<")
                    .replace("port=" + endpoint.configuredPort() + "\n", "port=#" + ports.of(endpoint) + "\n");
            }
            return edited.replace(BIND_TO_LOOPBACK + "#", BIND_TO_LOOPBACK).replace("port=#", "port=");
        });
    }

    /** Inside a container, loopback is the container's own: the engine publishes the ports, on loopback, outside. */
    static Map<String, String> onAllAddresses(Map<String, String> configuration) {
        return edit(configuration, text -> text
            .replace("<bind>" + BIND_TO_LOOPBACK, "<bind>0.0.0.0:")
            .replace("host=" + Endpoint.LOOPBACK + "\n", "host=0.0.0.0\n"));
    }

    /** Where nothing is said about failed log-ins, with an exemption for those from an address. */
    static Map<String, String> exempting(String address, Map<String, String> configuration) {
        return edit(configuration, text -> text.contains("<bruteForce") ? text
            : text.replace("</mechanisms>", "</mechanisms><bruteForce><exempt>" + address + "</exempt></bruteForce>"));
    }

    private static Map<String, String> edit(Map<String, String> configuration, UnaryOperator<String> edit) {
        return configuration.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, file -> edit.apply(file.getValue())));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files
                .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".md"))
                .sorted()
                .collect(Collectors.toList());
        }
    }
}
