package org.smtpguard.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fault that does not happen would be one that every backend bears. */
@Timeout(60)
class FaultProxyTest {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final int A_MOMENT_MILLIS = 300;
    private static final Duration TOO_LATE = Duration.ofMillis(1_500);
    private static final String ANSWER = "you said hello\n";

    private final List<Closeable> opened = new ArrayList<>();
    private EchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void listen() throws IOException {
        server = new EchoServer();
        proxy = new FaultProxy(server.address(), Security.NONE, TOO_LATE, 1);
    }

    @AfterEach
    void close() throws IOException {
        for (Closeable one : opened) {
            one.close();
        }
        proxy.close();
        server.close();
    }

    @Test
    void passesOnWhatIsSaid() throws IOException {
        Socket client = connect();

        assertThat(ask(client)).isEqualTo(ANSWER);
        assertThat(ask(client)).isEqualTo(ANSWER);
        assertThat(ask(connect())).isEqualTo(ANSWER);
        assertThat(proxy.answers()).isEqualTo(3);
    }

    @Test
    void cutsOffAndRefusesAndComesBack() throws IOException {
        Socket client = connect();
        assertThat(ask(client)).isEqualTo(ANSWER);

        proxy.suffer(Ailment.REFUSES);
        assertThat(isOver(client)).isTrue();
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);

        proxy.suffer(Ailment.NONE);
        assertThat(ask(connect())).isEqualTo(ANSWER);
    }

    @Test
    void holdsBackEveryAnswerUntilItIsOver() throws IOException {
        Socket before = connect();
        assertThat(ask(before)).isEqualTo(ANSWER);
        proxy.suffer(Ailment.SILENT);
        Socket since = connect();

        for (Socket client : List.of(before, since)) {
            say(client);
            assertThat(isSilent(client)).isTrue();
        }
        proxy.suffer(Ailment.NONE);
        assertThat(hear(before)).isEqualTo(ANSWER);
        assertThat(hear(since)).isEqualTo(ANSWER);
    }

    @ParameterizedTest
    @EnumSource(names = {"SLOW", "BUSY"})
    void answersLate(Ailment late) throws IOException {
        proxy.suffer(late);
        long start = System.nanoTime();

        assertThat(ask(connect())).isEqualTo(ANSWER);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(late == Ailment.SLOW ? TOO_LATE : Duration.ofMillis(70));
    }

    @Test
    void saysSomethingElse() throws IOException {
        Socket client = connect();
        assertThat(ask(client)).isEqualTo(ANSWER);
        proxy.suffer(Ailment.RUBBISH);

        say(client);
        byte[] heard = new byte[ANSWER.length()];
        int length = client.getInputStream().read(heard);
        assertThat(length).isPositive();
        assertThat(ANSWER).doesNotStartWith(new String(heard, 0, length, StandardCharsets.ISO_8859_1));
    }

    @Test
    void breaksOffInTheMiddleOfAnAnswer() throws IOException {
        Socket client = connect();
        assertThat(ask(client)).isEqualTo(ANSWER);
        proxy.suffer(Ailment.CUTS);

        say(client);
        StringBuilder heard = new StringBuilder();
        try {
            for (int octet = client.getInputStream().read(); octet >= 0; octet = client.getInputStream().read()) {
                heard.append((char) octet);
            }
        } catch (IOException e) {
            // A reset, which may overtake what was said.
        }
        assertThat(ANSWER).startsWith(heard.toString()).isNotEqualTo(heard.toString());
    }

    @Test
    void holdsNothingThatHasGone() throws Exception {
        proxy.suffer(Ailment.SILENT);
        Socket client = connect();
        say(client);
        await().until(() -> server.connections() == 1);

        client.close();
        await().until(() -> server.connections() == 0);
    }

    @Test
    void showsTheRightCertificateOrAWrongOne(@TempDir Path directory) throws Exception {
        Certificates certificates = new Certificates();
        SSLSocketFactory trusting = trusting(certificates.trustedTo(directory.resolve("trusted.pem")));
        for (boolean asPostgres : new boolean[] {false, true}) {
            try (FaultProxy secured = new FaultProxy(server.address(),
                asPostgres ? certificates.askedForAsPostgres() : certificates, TOO_LATE, 1)) {
                assertThat(ask(shakeHands(trusting, secured, asPostgres))).isEqualTo(ANSWER);
                for (Ailment wrong : List.of(Ailment.UNTRUSTED_CERTIFICATE, Ailment.FOREIGN_CERTIFICATE)) {
                    secured.suffer(wrong);
                    assertThatThrownBy(() -> shakeHands(trusting, secured, asPostgres)).as("%s", wrong).isInstanceOf(SSLException.class);
                }
                secured.suffer(Ailment.NONE);
                assertThat(ask(shakeHands(trusting, secured, asPostgres))).isEqualTo(ANSWER);
            }
        }
    }

    private Socket connect() throws IOException {
        return connect(proxy);
    }

    private Socket connect(FaultProxy to) throws IOException {
        Socket socket = new Socket();
        opened.add(socket);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.port()), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private SSLSocket shakeHands(SSLSocketFactory trusting, FaultProxy to, boolean asPostgres) throws IOException {
        Socket socket = connect(to);
        if (asPostgres) {
            socket.getOutputStream().write(Security.sslRequest());
            assertThat(socket.getInputStream().read()).isEqualTo('S');
        }
        SSLSocket secured = (SSLSocket) trusting.createSocket(socket, "localhost", to.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static SSLSocketFactory trusting(Path pem) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = new FileInputStream(pem.toFile())) {
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("trusted-" + store.size(), certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), new SecureRandom());
        return context.getSocketFactory();
    }

    private static String ask(Socket client) throws IOException {
        say(client);
        return hear(client);
    }

    private static void say(Socket client) throws IOException {
        client.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
    }

    private static String hear(Socket client) throws IOException {
        return new String(client.getInputStream().readNBytes(ANSWER.length()), StandardCharsets.US_ASCII);
    }

    private static boolean isSilent(Socket client) throws IOException {
        client.setSoTimeout(A_MOMENT_MILLIS);
        try {
            client.getInputStream().read();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            client.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    private static boolean isOver(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Says of each line that it was said. */
    private static final class EchoServer implements Closeable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Thread> clients = new ArrayList<>();

        private EchoServer() throws IOException {
            begin(this::accept);
        }

        private InetSocketAddress address() {
            return (InetSocketAddress) listener.getLocalSocketAddress();
        }

        private synchronized long connections() {
            return clients.stream().filter(Thread::isAlive).count();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    synchronized (this) {
                        clients.add(begin(() -> echo(client)));
                    }
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        @SuppressWarnings("try") // The socket is there to be closed.
        private static void echo(Socket client) {
            try (Socket closedAtTheEnd = client; OutputStream out = client.getOutputStream();
                 BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    out.write(("you said " + line + "\n").getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                // The client has gone.
            }
        }

        private static Thread begin(Runnable task) {
            Thread thread = new Thread(task, "echo");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }
}
