package org.smtpguard.it.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The key and the self-signed certificate of the servers under test, made anew by each run and thrown away with it.
 */
final class Keystore {
    /** The password that {@code conf/smtpserver.xml} names. */
    private static final String SECRET = "james72laBalle";

    private static byte[] made;

    private Keystore() {
    }

    /** One for all servers of a run: making one takes a second. */
    static synchronized byte[] get() throws IOException {
        if (made == null) {
            made = make("james", SECRET, "CN=localhost", "san=dns:localhost,ip:127.0.0.1");
        }
        return made;
    }

    /** A PKCS12 file with a new key and its certificate. */
    static byte[] make(String alias, String secret, String name, String extension) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(Layout.work()), "keystore-");
        Path keystore = directory.resolve("keystore");
        Path output = directory.resolve("keytool.log");
        Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair", "-alias", alias, "-keyalg", "RSA", "-keysize", "2048", "-validity", "30",
            "-dname", name, "-ext", extension,
            "-storetype", "PKCS12", "-storepass", secret, "-keypass", secret, "-keystore", keystore.toString())
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
