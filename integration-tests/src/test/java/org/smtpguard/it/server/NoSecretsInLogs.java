package org.smtpguard.it.server;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each class of tests: the logs of the servers that go on, for the classes to come, hold nothing that was sent in confidence. */
public final class NoSecretsInLogs implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) {
        JamesServer.holdSharedLogs();
    }
}
