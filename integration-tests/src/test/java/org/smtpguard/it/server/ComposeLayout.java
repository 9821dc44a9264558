package org.smtpguard.it.server;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Lays out {@code conf/} and {@code extensions-jars/} for {@code integration-tests/compose.yaml} to mount.
 */
public final class ComposeLayout {
    private ComposeLayout() {
    }

    public static void main(String[] arguments) throws IOException {
        JamesServer.guarded().layOutForContainer(Path.of(arguments[0]));
    }
}
