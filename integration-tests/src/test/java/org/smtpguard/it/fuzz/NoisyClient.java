package org.smtpguard.it.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import org.smtpguard.it.fuzz.ReplyCheck.MalformedReply;
import org.smtpguard.it.wire.Trusting;

/**
 * One connection of a client that follows no RFC. All it does is drawn from one seed.
 */
public final class NoisyClient {
    /** How long a server may be silent to one that is owed an answer. */
    private static final int PATIENCE_MILLIS = 5_000;
    private static final int SILENCE_MILLIS = 200;
    private static final byte[] END_OF_CONTENT = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] QUIT = "QUIT\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int READY = 220;
    private static final int GOODBYE = 221;
    private static final int TOLD_OCTETS = 400;
    private static final SSLSocketFactory TLS = Trusting.sockets();

    private final Random random;
    private final RandomSpeech speech;
    private final ReplyCheck replies = new ReplyCheck();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private Socket socket;
    private Socket bottom;
    private boolean speaksSmtp = true;
    private boolean closed;

    public NoisyClient(long seed) {
        random = new Random(seed);
        speech = new RandomSpeech(random);
    }

    /** Octets that were sent. */
    public int octets() {
        return sent.size();
    }

    /** Well-formed replies that came. */
    public int replies() {
        return replies.replies();
    }

    /** Connects, talks and goes; returns what the server has done wrong. */
    public Optional<String> talk(InetSocketAddress server, boolean tls) throws IOException {
        bottom = new Socket();
        try {
            bottom.connect(server, PATIENCE_MILLIS);
            bottom.setTcpNoDelay(true);
            socket = bottom;
            if (tls) {
                beginWithTls();
            }
            if (speaksSmtp && random.nextInt(20) > 0) {
                // One in twenty talks before the greeting.
                awaitReply();
            }
            for (int i = random.nextInt(8); i > 0 && !closed; i--) {
                say(speech.next());
                if (speaksSmtp && random.nextInt(3) == 0) {
                    readUntilSilence(1 + random.nextInt(30));
                    turnToTls();
                }
            }
            return goAway();
        } catch (MalformedReply e) {
            return Optional.of(e.getMessage() + told());
        } finally {
            socket.close();
            bottom.close();
        }
    }

    private void beginWithTls() throws IOException {
        if (random.nextInt(4) == 0) {
            // No TLS at all: nothing that SMTP knows will come back.
            speaksSmtp = false;
        } else {
            handshake();
        }
    }

    /** The server has said that it is ready for TLS: so is the client, or it does not care. */
    private void turnToTls() throws IOException {
        if (replies.lastCode() == READY && replies.replies() > 1 && socket == bottom && !closed) {
            if (replies.isBetweenReplies() && random.nextInt(3) > 0) {
                handshake();
            } else {
                speaksSmtp = false;
            }
        }
    }

    private void handshake() throws IOException {
        try {
            SSLSocket secured = (SSLSocket) TLS.createSocket(bottom, "localhost", bottom.getPort(), true);
            secured.setSoTimeout(PATIENCE_MILLIS);
            secured.startHandshake();
            socket = secured;
        } catch (SSLException e) {
            // Noise that was under way before STARTTLS was answered has spoilt it.
            speaksSmtp = false;
        } catch (IOException e) {
            closed = true;
        }
    }

    private Optional<String> goAway() throws IOException, MalformedReply {
        int kind = random.nextInt(100);
        if (kind < 5) {
            // A handshake that has failed has closed it, and then it cannot be reset any more.
            if (!bottom.isClosed()) {
                bottom.setSoLinger(true, 0);
                bottom.close();
            }
            return Optional.empty();
        }
        if (kind < 30 || !speaksSmtp) {
            return Optional.empty();
        }
        if (kind < 40 && socket == bottom) {
            return halfClose();
        }
        return quit();
    }

    /** One that says no more is not kept. */
    private Optional<String> halfClose() throws IOException, MalformedReply {
        if (!closed) {
            try {
                socket.shutdownOutput();
            } catch (IOException e) {
                return Optional.empty();
            }
            readUntilSilence(PATIENCE_MILLIS);
        }
        return closed || !speaksSmtp ? Optional.empty() : Optional.of("the server has not closed what the client has" + told());
    }

    /** Whoever says QUIT hears 221, or why not, or is hung up on; never nothing. */
    private Optional<String> quit() throws IOException, MalformedReply {
        readUntilSilence(1);
        say(END_OF_CONTENT);
        // A QUIT may be taken for a credential or come too early: it is said again, and the server ends at its limit of errors.
        for (int i = 0; i < 30 && !closed; i++) {
            int before = replies.replies();
            say(QUIT);
            awaitReply();
            if (!closed && replies.replies() == before) {
                return Optional.of("no answer to QUIT" + told());
            }
            readUntilSilence(replies.lastCode() == GOODBYE ? PATIENCE_MILLIS : SILENCE_MILLIS);
            turnToTls();
            if (!speaksSmtp) {
                return Optional.empty();
            }
        }
        return closed ? Optional.empty() : Optional.of("the session has not ended by QUIT" + told());
    }

    /** In one packet, or in as many as please. */
    private void say(byte[] octets) {
        try {
            int from = 0;
            while (from < octets.length && !closed) {
                int length = random.nextInt(4) == 0 ? 1 + random.nextInt(octets.length - from) : octets.length - from;
                socket.getOutputStream().write(octets, from, length);
                socket.getOutputStream().flush();
                sent.write(octets, from, length);
                from += length;
            }
        } catch (IOException e) {
            // The server has had enough. What it said before may still be read, but need not.
            closed = true;
        }
    }

    private void awaitReply() throws IOException, MalformedReply {
        int before = replies.replies();
        while (!closed && replies.replies() == before && read(PATIENCE_MILLIS)) {
            // Goes on until the reply is there, or nothing more.
        }
    }

    private void readUntilSilence(int millis) throws IOException, MalformedReply {
        while (!closed && read(millis)) {
            // Goes on until nothing more comes.
        }
    }

    /** @return whether something came */
    private boolean read(int millis) throws IOException, MalformedReply {
        byte[] buffer = new byte[4096];
        int length;
        try {
            socket.setSoTimeout(millis);
            InputStream input = socket.getInputStream();
            length = input.read(buffer);
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            // A reset: what the client had sent and nobody read makes one of an orderly end.
            closed = true;
            return false;
        }
        if (length < 0) {
            closed = true;
            if (speaksSmtp) {
                replies.end();
            }
            return false;
        }
        for (int i = 0; i < length; i++) {
            replies.read(buffer[i] & 0xff);
        }
        return true;
    }

    private String told() {
        byte[] all = sent.toByteArray();
        byte[] end = all.length <= TOLD_OCTETS ? all : Arrays.copyOfRange(all, all.length - TOLD_OCTETS, all.length);
        return "; the last reply was " + replies.lastCode() + ", the client had sent: " + ReplyCheck.visible(end);
    }
}
