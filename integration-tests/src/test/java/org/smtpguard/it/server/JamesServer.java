package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.smtpguard.it.wire.Sent;

/**
 * A James server under test, with users alice, bob, carol and dave {@code @localhost} in it.
 *
 * <p>{@link #asShipped()} has the finished jar and {@code conf/} of the project, {@link #guarded()} the same without SCRAM,
 * {@link #stock()} the same ports and settings with James' own handler chain. A test that changes nothing shares one
 * ({@link #sharedGuarded()}, {@link #sharedStock()}), since a start takes seconds; those end with the JVM.
 */
public final class JamesServer implements AutoCloseable {
    private static final Pattern SMTP_SERVER = Pattern.compile("<smtpserver .*?</smtpserver>", Pattern.DOTALL);
    private static final Pattern HANDLER_CHAIN = Pattern.compile("<handlerchain.*?</handlerchain>", Pattern.DOTALL);
    private static final String STOCK_CHAIN = "<handlerchain>"
        + "<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>"
        + "<handler class=\"org.apache.james.smtpserver.CoreCmdHandlerLoader\"/>"
        + "</handlerchain>";

    private static final String USERS = "alice@localhost:{SSHA512}tHNDaRj76/YZTs0QkChyxvqXcVCrQr5ik8aOP41OvuSNvUdVvGo"
        + "HgqqcL8GImpk53Ye3XLA9ONvfrRvYVpoOEHNhbHQtb2YtYWxpY2U=\n"
        + "bob@localhost:{SSHA512}svSnJX2qteiWih82zr/rLszUDkcLuGDPzU7ayUmI0rwMtvQE8i+"
        + "kUWSwCwETwR28mWlQiayaXd7k6kI+ObfBs3NhbHQtb2YtYm9i\n";

    private static final int NO_CONTENT = 204;
    private static final Map<String, Shared> SHARED = new ConcurrentHashMap<>();

    private final RunningJames james;
    private final Path home;

    private JamesServer(RunningJames james, Path home) {
        this.james = james;
        this.home = home;
    }

    /** James with the finished jar, configured as {@code conf/} says: what the demo is. */
    public static Builder asShipped() {
        return new Builder("shipped").withJar(Layout.guardJar());
    }

    /**
     * The same, with mechanisms that every backend can serve, and with hashes of the users' password, "secret", that take no time to
     * check: what tests change from there is theirs.
     */
    public static Builder guarded() {
        return measured().withConf("smtp-users", USERS);
    }

    /** The same with the users that the project brings: what a measurement wants. */
    public static Builder measured() {
        return guarded(Layout.guardJar());
    }

    /** The same with another build of the jar, and with the test doubles of that build where they are next to it. */
    public static Builder guarded(Path jar) {
        Path doubles = jar.resolveSibling(jar.getFileName().toString().replaceFirst("\\.jar$", "-fixtures.jar"));
        Builder builder = Files.isReadable(doubles) ? new Builder("guarded", doubles) : new Builder("guarded");
        return builder.withJar(jar).exemptingClients()
            .editConf("smtpserver.xml", xml -> xml.replace("<mechanisms>SCRAM-SHA-256 ", "<mechanisms>"));
    }

    /** James as it comes, for what we compare ourselves with. */
    public static Builder stock() {
        return new Builder("stock")
            .withConf("extensions.properties", "")
            .editConf("webadmin.properties", text -> text.replaceAll("(?m)^extensions\\.routes=.*$", ""))
            .withConf("healthcheck.properties", "healthcheck.period=60s\n")
            .editConf("smtpserver.xml", xml -> HANDLER_CHAIN.matcher(xml).replaceAll(Matcher.quoteReplacement(STOCK_CHAIN)));
    }

    public static JamesServer sharedGuarded() {
        return shared("guarded", JamesServer::guarded);
    }

    public static JamesServer sharedStock() {
        return shared("stock", JamesServer::stock);
    }

    /** For a configuration that several test classes need: one server for all that name it so. */
    public static JamesServer shared(String name, Supplier<Builder> builder) {
        return SHARED.computeIfAbsent(name, key -> new Shared(builder)).get();
    }

    /** AUTH announced and taken without TLS. */
    public InetSocketAddress smtp() {
        return james.address(Endpoint.SMTP);
    }

    /** STARTTLS; AUTH under TLS alone. */
    public InetSocketAddress submission() {
        return james.address(Endpoint.SUBMISSION);
    }

    /** TLS from the first byte. */
    public InetSocketAddress smtps() {
        return james.address(Endpoint.SMTPS);
    }

    public InetSocketAddress imap() {
        return james.address(Endpoint.IMAP);
    }

    public InetSocketAddress webAdmin() {
        return james.address(Endpoint.WEBADMIN);
    }

    /** Gives one of James' own users another password. */
    public void givePassword(String user, String password) throws IOException, InterruptedException {
        URI account = URI.create("http://" + Endpoint.LOOPBACK + ":" + webAdmin().getPort() + "/users/" + user + "?force");
        HttpRequest change = HttpRequest.newBuilder(account)
            .PUT(HttpRequest.BodyPublishers.ofString("{\"password\":\"" + password + "\"}"))
            .build();
        int status = HttpClient.newHttpClient().send(change, HttpResponse.BodyHandlers.discarding()).statusCode();
        if (status != NO_CONTENT) {
            throw new IllegalStateException("WebAdmin answers " + status + " to a new password of " + user);
        }
    }

    /** All that James has logged so far. */
    public String log() {
        return james.log();
    }

    /** Skips the test that asks where servers run in containers, which see and reach this machine in another way. */
    public static void assumeOnThisMachine(String need) {
        Docker.assumeNoContainer(need);
    }

    /** The address that servers see their clients come from, where a test does not choose another. */
    public static String clientAddress() {
        return Layout.inDocker() ? Docker.gateway() : Endpoint.LOOPBACK;
    }

    /** Where its {@code conf/} lies. */
    public Path home() {
        return home;
    }

    public boolean isAlive() {
        return james.isAlive();
    }

    RunningJames running() {
        return james;
    }

    /** Ends James without an orderly stop, which takes two seconds for each port, and checks its log for secrets. */
    @Override
    public void close() {
        james.kill();
        holdLog();
    }

    /** Stops James gracefully, and checks its log for secrets. Returns when it is gone. */
    public void stop() {
        james.stop();
        holdLog();
    }

    private void holdLog() {
        Sent.foundIn(log()).ifPresent(line -> {
            throw new AssertionError("The log of James in " + home + " gives away what a client has sent in confidence: " + line);
        });
    }

    /** As {@link #close()} does, for the servers that go on. */
    static void holdSharedLogs() {
        SHARED.values().forEach(Shared::holdLog);
    }

    /** Starts when first asked for. A failure is told to each test that asks, in the words of the first. */
    private static final class Shared {
        private final Supplier<Builder> builder;
        private JamesServer server;
        private RuntimeException failure;

        private Shared(Supplier<Builder> builder) {
            this.builder = builder;
        }

        private synchronized void holdLog() {
            if (server != null) {
                server.holdLog();
            }
        }

        private synchronized JamesServer get() {
            if (failure != null) {
                throw failure;
            }
            if (server == null) {
                try {
                    server = builder.get().start();
                } catch (RuntimeException e) {
                    failure = e;
                    throw e;
                }
            }
            return server;
        }
    }

    /**
     * How a server differs from what the project brings.
     */
    public static final class Builder {
        /** Another process may take a port between our look and James' bind. */
        private static final int ATTEMPTS = 3;
        /** In the words of a JVM, or of the engine that publishes a port. */
        private static final Pattern PORT_TAKEN = Pattern.compile("[Aa]ddress already in use|port is already allocated");
        private static final List<String> FAST_START = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

        private final String name;
        private final Map<String, String> configuration;
        private final List<Integer> morePorts = new ArrayList<>();
        private boolean isExemptingClients;
        private Optional<byte[]> truststore = Optional.empty();
        private final List<Path> jars = new ArrayList<>();
        private final List<String> extensions = new ArrayList<>();
        private final List<String> jvmArguments = new ArrayList<>(FAST_START);

        private Builder(String name) {
            this(name, Layout.fixturesJar());
        }

        private Builder(String name, Path doubles) {
            this.name = name;
            try {
                this.configuration = new TreeMap<>(JamesHome.current().configuration(ServerHome.projectConfiguration()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            jvmArguments.addAll(ClassArchive.arguments());
            withJar(doubles);
            withExtension("guice.extension.startable", "org.smtpguard.fixture.FollowParent");
        }

        /** A file of {@code conf/}, new or in place of the project's. Ports are those of the project: they are rewritten. */
        public Builder withConf(String file, String content) {
            configuration.put(file, content);
            return this;
        }

        /** A file of {@code conf/}, changed. */
        public Builder editConf(String file, UnaryOperator<String> edit) {
            String content = configuration.get(file);
            if (content == null) {
                throw new IllegalArgumentException("there is no " + file + " to edit, only " + configuration.keySet());
            }
            return withConf(file, edit.apply(content));
        }

        /** One {@code <smtpserver>} element of {@code smtpserver.xml}, changed. */
        public Builder editPort(Endpoint endpoint, UnaryOperator<String> edit) {
            String bind = bind(endpoint.configuredPort());
            return editConf("smtpserver.xml", xml -> SMTP_SERVER.matcher(xml).replaceAll(server -> Matcher.quoteReplacement(
                server.group().contains(bind) ? edit.apply(server.group()) : server.group())));
        }

        /** The ports that have TLS want a certificate of their clients, and trust these alone. */
        public Builder trusting(ClientCertificate... clients) {
            truststore = Optional.of(ClientCertificate.trusting(clients));
            return editConf("smtpserver.xml", xml -> xml.replace("</secret>", "</secret><clientAuth><truststore>file://conf/"
                + ServerHome.TRUSTSTORE + "</truststore><truststoreSecret>" + Keystore.SECRET + "</truststoreSecret></clientAuth>"));
        }

        /** The whole {@code <handlerchain>} of one port. */
        public Builder withChain(Endpoint endpoint, String chain) {
            return editPort(endpoint, server -> HANDLER_CHAIN.matcher(server).replaceFirst(Matcher.quoteReplacement(chain)));
        }

        /** One more port: the same as {@link Endpoint#SMTP} but for its number and its handler chain. */
        public Builder withPort(InetSocketAddress address, String chain) {
            morePorts.add(address.getPort());
            return editConf("smtpserver.xml", xml -> {
                String smtp = bind(Endpoint.SMTP.configuredPort());
                String port = SMTP_SERVER.matcher(xml).results().map(MatchResult::group).filter(server -> server.contains(smtp))
                    .findFirst().orElseThrow()
                    .replace(smtp, bind(address.getPort()))
                    .replaceFirst("<jmxName>.*?</jmxName>", "<jmxName>smtpserver-" + address.getPort() + "</jmxName>");
                return xml.replace("</smtpservers>",
                    HANDLER_CHAIN.matcher(port).replaceFirst(Matcher.quoteReplacement(chain)) + "</smtpservers>");
            });
        }

        private static String bind(int port) {
            return "<bind>" + Endpoint.LOOPBACK + ":" + port + "</bind>";
        }

        public Builder withoutConf(String file) {
            configuration.remove(file);
            return this;
        }

        /** A jar for {@code extensions-jars/}. */
        public Builder withJar(Path jar) {
            jars.add(jar);
            return this;
        }

        /** Clients of this machine may fail to log in as often as they like in a container as well: there they are not on loopback. */
        private Builder exemptingClients() {
            isExemptingClients = true;
            return this;
        }

        /** A line of {@code extensions.properties}, beside what stands there. */
        public Builder withExtension(String key, String value) {
            extensions.add(key + "=" + value);
            return this;
        }

        /** In place of the arguments that start fast and run slow: what a measurement wants. */
        public Builder withJvm(String... arguments) {
            jvmArguments.clear();
            jvmArguments.addAll(Arrays.asList(arguments));
            return this;
        }

        /** In addition to those arguments. */
        public Builder addJvm(String... arguments) {
            jvmArguments.addAll(Arrays.asList(arguments));
            return this;
        }

        /** Returns when all ports answer; throws {@link StartFailure} with James' log when they never will. */
        public JamesServer start() {
            for (int attempt = 1; ; attempt++) {
                try {
                    return start(Ports.free());
                } catch (StartFailure e) {
                    if (attempt == ATTEMPTS || !PORT_TAKEN.matcher(e.log()).find()) {
                        throw e;
                    }
                }
            }
        }

        /** Lays the directory of a server out, with free ports, and starts nothing. */
        public Path layOut() {
            try {
                return ServerHome.create(name, ServerHome.onPorts(files(), Ports.free()), truststore, jars);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** For a configuration that James must refuse: returns why it did. */
        public StartFailure failToStart() {
            try (JamesServer server = start()) {
                throw new AssertionError("James was expected not to start, but did:\n" + server.log());
            } catch (StartFailure e) {
                return e;
            }
        }

        JamesServer start(Ports ports) {
            List<String> jvm = Collections.unmodifiableList(jvmArguments);
            try {
                if (Layout.inDocker()) {
                    Map<String, String> files = ServerHome.onAllAddresses(files());
                    if (isExemptingClients) {
                        files = ServerHome.exempting(clientAddress(), files);
                    }
                    Path home = ServerHome.create(name, files, truststore, jars);
                    return new JamesServer(DockerJames.start(home, ports, morePorts, jvm), home);
                }
                Path home = ServerHome.create(name, ServerHome.onPorts(files(), ports), truststore, jars);
                return new JamesServer(ProcessJames.start(home, ports, ProcessJames.onJvm(home, jvm)), home);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Lays out what a container mounts, and starts nothing. */
        void layOutForContainer(Path home) throws IOException {
            ServerHome.fill(home, ServerHome.onAllAddresses(files()), truststore, jars);
        }

        private Map<String, String> files() {
            Map<String, String> files = new TreeMap<>(configuration);
            files.merge("extensions.properties", String.join("\n", extensions) + "\n", (theirs, ours) -> theirs + "\n" + ours);
            return files;
        }
    }
}
