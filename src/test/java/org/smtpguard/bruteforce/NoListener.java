package org.smtpguard.bruteforce;

/** Hears nothing but that secrets differ. */
public final class NoListener implements BlockListener {
    private final Runnable secretsDiffer;

    public NoListener() {
        this(() -> { });
    }

    NoListener(Runnable secretsDiffer) {
        this.secretsDiffer = secretsDiffer;
    }

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
        secretsDiffer.run();
    }

    @Override
    public void sameAgain() {
        // Nothing to do.
    }
}
