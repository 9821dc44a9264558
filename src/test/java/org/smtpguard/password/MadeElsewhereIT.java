package org.smtpguard.password;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Hashes that the programs which are installed here make now: doveadm (dovecot-core), htpasswd (apache2-utils), mkpasswd (whois)
 * and slappasswd (slapd). What is not installed is skipped; {@link MadeElsewhereTest} has hashes of all of them.
 */
class MadeElsewhereIT {
    /** ASCII: what becomes of other characters between two processes is the locale's business. */
    private static final String PASSWORD = "correct horse";

    private final PasswordSchemes schemes = PasswordSchemes.standard().withPlain();

    @ParameterizedTest
    @ValueSource(strings = {"ARGON2ID", "ARGON2I", "BLF-CRYPT", "PBKDF2", "SHA512-CRYPT", "SHA256-CRYPT", "MD5-CRYPT", "SSHA", "SSHA256",
        "SSHA512", "SHA", "SHA1", "SHA256", "SHA512", "SHA.HEX", "SHA256.HEX", "SHA512.HEX", "SSHA.HEX", "SSHA256.HEX", "SSHA512.HEX",
        "SSHA.B64", "SSHA256.BASE64", "SCRAM-SHA-256", "CRYPT", "PLAIN", "CLEARTEXT",
        "SHA512-CRYPT.B64", "SHA512-CRYPT.HEX", "SHA256-CRYPT.base64",
        "MD5-CRYPT.hex", "PBKDF2.B64", "BLF-CRYPT.HEX", "ARGON2ID.B64", "SCRAM-SHA-256.HEX", "PLAIN.B64", "CLEARTEXT.HEX",
        "CRYPT.B64", "SHA1.B64", "MD5"})
    void doveadm(String scheme) throws Exception {
        assertTaken(lastLine("doveadm", "-O", "pw", "-s", scheme, "-p", PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-nbB", "-nbm", "-nbs", "-nb2", "-nb5"})
    void htpasswd(String options) throws Exception {
        String line = lastLine("htpasswd", options, "alice", PASSWORD);

        assertTaken(line.substring(line.indexOf(':') + 1));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ' ', quoteCharacter = '\0', value = {"-6 ab+cdefg", "-5 ab+cdefg", "-1 ab+c", "-apr1 ab+c",
        "-6 0123456789abcdefXYZ", "-1 0123456789", "-6 !*;\\", "-5 a", "-apr1 %{}|", "-6 \"'#,"})
    void openssl(String method, String salt) throws Exception {
        assertTaken(lastLine("openssl", "passwd", method, "-salt", salt, PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha512crypt", "sha256crypt", "md5crypt", "scrypt", "bcrypt", "bcrypt-a"})
    void mkpasswd(String method) throws Exception {
        assertTaken(lastLine("mkpasswd", "-m", method, PASSWORD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{SSHA}", "{SHA}", "{SSHA256} pw-sha2", "{SSHA512} pw-sha2", "{SHA256} pw-sha2", "{SHA512} pw-sha2",
        "{ARGON2} argon2"})
    void slappasswd(String schemeAndModule) throws Exception {
        String[] words = schemeAndModule.split(" ");
        List<String> command = new ArrayList<>(List.of("slappasswd"));
        if (words.length > 1) {
            command.addAll(List.of("-o", "module-path=/usr/lib/ldap", "-o", "module-load=" + words[1]));
        }
        command.addAll(List.of("-h", words[0], "-s", PASSWORD));

        assertTaken(lastLine(command.toArray(new String[0])));
    }

    private void assertTaken(String hash) {
        assertThat(schemes.read(hash).matches(PASSWORD.getBytes(UTF_8))).as("a hash of %s is taken", schemes.read(hash).scheme()).isTrue();
        assertThat(schemes.read(hash).matches("correct House".getBytes(UTF_8))).isFalse();
    }

    private static String lastLine(String... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(command));
        // Debian has slappasswd and doveadm where a user's path may not lead.
        whole.set(0, Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
            .map(directory -> Path.of(directory, command[0])).filter(Files::isExecutable).findFirst().map(Path::toString).orElse(""));
        assumeTrue(!whole.get(0).isEmpty(), () -> command[0] + " is not installed");
        ProcessBuilder builder = new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assumeTrue(process.exitValue() == 0 && !output.isEmpty(), () -> String.join(" ", command) + " does not work here");
        return output.substring(output.lastIndexOf('\n') + 1);
    }
}
