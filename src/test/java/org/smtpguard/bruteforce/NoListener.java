package org.smtpguard.bruteforce;

/** Hears nothing. */
public final class NoListener implements BlockListener {
    @Override
    public void blocked(Block block, boolean isEnforced) {
        // Nothing to do.
    }

    @Override
    public void unblocked(Block block, boolean byOperator) {
        // Nothing to do.
    }

    @Override
    public void refused(Block block, String user, Network network, boolean isEnforced) {
        // Nothing to do.
    }

    @Override
    public void secretsDiffer() {
        // No other server.
    }

    @Override
    public void sameAgain() {
        // Nothing to do.
    }
}
