package org.smtpguard.credential;

import java.util.concurrent.RejectedExecutionException;

/** Work that a queue of ours has no place for. Says nothing about the backend. */
public final class OverloadException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    public OverloadException() {
        super("too many requests are waiting");
    }
}
