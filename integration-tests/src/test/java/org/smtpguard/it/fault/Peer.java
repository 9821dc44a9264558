package org.smtpguard.it.fault;

import java.util.Set;

/**
 * The other side of a backend: a real server, or a file. It knows Alice and Carol by their password, and no stranger; and it can
 * be made to suffer.
 */
public interface Peer extends AutoCloseable {
    String ALICE = "alice@localhost";
    String CAROL = "carol@localhost";
    /** Of both. */
    String PASSWORD = "Right-Kx93-password";
    String WRONG_PASSWORD = "Wrong-Kx93-password";
    String STRANGER = "mallory@localhost";

    /** The backend that asks it, by the class in the configuration. */
    String backend();

    /** What stands in the backend's element, beside what stands in all of them. */
    String elements();

    /** What can befall it. */
    Set<Ailment> ailments();

    /** From now on, until told otherwise; to be asked for what is among {@link #ailments()}, and for {@link Ailment#NONE}. */
    void suffer(Ailment ailment);

    /** How many connections with it are open. */
    default int connections() {
        return 0;
    }

    /** Whether users notice: a backend may go on by what it has learnt before. */
    default boolean isMissed() {
        return true;
    }

    /** Whether the server starts without it. */
    default boolean canBeDownAtStart() {
        return true;
    }

    @Override
    void close();
}
