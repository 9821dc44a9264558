package org.smtpguard.credential;

import java.util.concurrent.RejectedExecutionException;

/** A queue of this server has no place for the work. Says nothing about the backend. */
public final class OverloadException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    public OverloadException() {
        super("too many requests are waiting");
    }
}
