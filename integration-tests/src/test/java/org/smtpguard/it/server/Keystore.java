package org.smtpguard.it.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keys with self-signed certificates, of the servers under test and of their clients, made anew by each run and thrown away with it.
 */
final class Keystore {
    /** The password that {@code conf/smtpserver.xml} names. */
    static final String SECRET = "james72laBalle";

    private static byte[] made;

    private Keystore() {
    }

    /** One for all servers of a run: making one takes a second. */
    static synchronized byte[] get() throws IOException {
        if (made == null) {
            made = make("CN=localhost", "dns:localhost,ip:127.0.0.1");
        }
        return made;
    }

    /**
     * A key in PKCS12, under {@link #SECRET}.
     *
     * @param alternativeNames as keytool takes them; empty for none
     */
    static byte[] make(String subject, String alternativeNames) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(Layout.work()), "keystore-");
        Path keystore = directory.resolve("keystore");
        Path output = directory.resolve("keytool.log");
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair", "-alias", "james", "-keyalg", "RSA", "-keysize", "2048", "-validity", "30",
            "-dname", subject,
            "-storetype", "PKCS12", "-storepass", SECRET, "-keypass", SECRET, "-keystore", keystore.toString()));
        if (!alternativeNames.isEmpty()) {
            command.addAll(List.of("-ext", "san=" + alternativeNames));
        }
        Process keytool = new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
        try {
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IOException("keytool made no keystore: " + Files.readString(output, StandardCharsets.UTF_8));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            keytool.destroyForcibly();
            throw new IOException("interrupted while keytool was at work", e);
        }
        byte[] bytes = Files.readAllBytes(keystore);
        for (Path file : new Path[] {keystore, output, directory}) {
            Files.delete(file);
        }
        return bytes;
    }
}
