package org.smtpguard.bench;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.Footprint;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;

/**
 * A James as it would stand in production, on a port for each handler chain. Stock and guarded differ in what {@code builder} and
 * the chains say, and in nothing else.
 */
final class JamesUnderLoad implements Server {
    /**
     * All else is the JVM's own choice. With regions of 1 MiB, which it would choose, James' copies of a message of 1 MiB are humongous,
     * and whether the collector marks the whole heap for them differs from JVM to JVM. A page that is touched for the first time takes
     * longer than all that is to be measured.
     */
    private static final String[] JVM = {"-Xms1g", "-Xmx1g", "-XX:G1HeapRegionSize=8m", "-XX:+AlwaysPreTouch"};
    /**
     * Levels, pattern and buffer as James' own sample has them, to a file; to the console what the start is seen by, and trouble. The
     * guard's line for each refusal is off there.
     */
    private static final String LOGBACK = "<configuration>"
        + "<appender name=\"FILE\" class=\"ch.qos.logback.core.FileAppender\"><file>${working.directory}/logs/load.log</file>"
        + "<immediateFlush>false</immediateFlush>"
        + "<encoder><pattern>%d{HH:mm:ss.SSS} [%-5level] %logger{15} - %msg%n%rEx</pattern></encoder></appender>"
        + "<appender name=\"CONSOLE\" class=\"ch.qos.logback.core.ConsoleAppender\">"
        + "<encoder><pattern>%logger - %msg%n%ex</pattern></encoder></appender>"
        + "<appender name=\"TROUBLE\" class=\"ch.qos.logback.core.ConsoleAppender\">"
        + "<filter class=\"ch.qos.logback.classic.filter.ThresholdFilter\"><level>ERROR</level></filter>"
        + "<encoder><pattern>%logger - %msg%n%ex</pattern></encoder></appender>"
        + "<root level=\"WARN\"><appender-ref ref=\"FILE\"/><appender-ref ref=\"TROUBLE\"/></root>"
        + "<logger name=\"org.apache.james\" level=\"INFO\"/>"
        + "<logger name=\"org.apache.james.GuiceJamesServer\" level=\"INFO\"><appender-ref ref=\"CONSOLE\"/></logger>"
        + "</configuration>";
    private static final String REFUSALS_LOGGED =
        LOGBACK.replace("</configuration>", "<logger name=\"org.smtpguard\" level=\"INFO\"/></configuration>");
    /** The most that a message has here. */
    private static final int RECIPIENTS = 20;
    private static final String HASH = "PBKDF2-SHA512";
    /** James' own, where its configuration does not say. */
    private static final int HASH_ROUNDS = 1000;
    private static final int HASH_BITS = 512;

    private final Supplier<JamesServer.Builder> builder;
    private final List<String> chains;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private String logback = LOGBACK;
    private JamesServer james;

    JamesUnderLoad(Supplier<JamesServer.Builder> builder, String... chains) {
        this.builder = builder;
        this.chains = List.of(chains);
    }

    /** Has the guard write a line for each refusal. */
    JamesUnderLoad loggingRefusals() {
        logback = REFUSALS_LOGGED;
        return this;
    }

    /** What James keeps of the password, in the form that a file of users has it. */
    static String hash(String user, String password) {
        try {
            byte[] hash = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(new PBEKeySpec(password.toCharArray(),
                user.getBytes(StandardCharsets.ISO_8859_1), HASH_ROUNDS, HASH_BITS)).getEncoded();
            return "{JAMES}" + HASH + "-" + HASH_ROUNDS + "-" + HASH_BITS + "/plain$" + user + "$"
                + Base64.getEncoder().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void start() {
        JamesServer.Builder server = builder.get().withJvm(JVM)
            .withChain(Endpoint.SMTP, chains.get(0))
            .editConf("smtpserver.xml", JamesUnderLoad::withBacklog)
            .withConf("logback.xml", logback)
            // The hash of the users file that James brings (1,000 rounds, 512 bits).
            .editConf("usersrepository.xml", xml -> xml.replace("SHA-512", HASH))
            // Mail is thrown away: what becomes of it is no work of SMTP, and in memory it would fill it.
            .editConf("mailetcontainer.xml", xml -> xml.replaceFirst("<mailet match=\"All\" class=\"ToProcessor\">",
                "<mailet match=\"All\" class=\"Null\"/>$0")
                .replace("ProvisionUsers\"/>", "ProvisionUsers\"><crowd>" + RECIPIENTS + "</crowd></mailet>"));
        List<InetSocketAddress> further = new ArrayList<>();
        for (String chain : chains.subList(1, chains.size())) {
            InetSocketAddress address = Ports.one();
            further.add(address);
            server.withPort(address, chain);
        }
        james = server.start();
        addresses.clear();
        addresses.add(james.smtp());
        addresses.addAll(further);
    }

    /**
     * Room for all clients that connect in one moment. With James' 200 the kernel drops connections at the start of a load of
     * 1,000, and has their clients wait for a greeting longer than the load lasts.
     */
    private static String withBacklog(String xml) {
        return xml.replace("<connectionLimit>", "<connectionBacklog>2000</connectionBacklog><connectionLimit>");
    }

    @Override
    public InetSocketAddress address(int port) {
        return addresses.get(port);
    }

    @Override
    public List<ProcessHandle> processes() {
        return List.of(ProcessHandle.of(Footprint.pid(james)).orElseThrow());
    }

    @Override
    public void close() {
        james.close();
    }
}
