package org.smtpguard.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.smtpguard.it.server.JamesHome;

/** What comes with the JDK that runs us. */
final class Java {
    private Java() {
    }

    /** A process on our own class path. It ends with its standard input, which ends with us. */
    static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp", System.getProperty("java.class.path"),
            main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** What {@code jcmd} says of a JVM. */
    static String jcmd(ProcessHandle jvm, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(JamesHome.current().program("jcmd").toString(), String.valueOf(jvm.pid())));
        words.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(words).redirectErrorStream(true).start();
        return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
