package org.smtpguard.credential;

import java.util.Objects;

/** What a client sees of SCRAM keys that does not depend on the user: the number of iterations, and how long the salt is. Immutable. */
public final class KeyShape {
    private final int iterations;
    private final int saltOctets;

    private KeyShape(int iterations, int saltOctets) {
        this.iterations = iterations;
        this.saltOctets = saltOctets;
    }

    public static KeyShape of(int iterations, int saltOctets) {
        return new KeyShape(iterations, saltOctets);
    }

    public int iterations() {
        return iterations;
    }

    public int saltOctets() {
        return saltOctets;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof KeyShape && iterations == ((KeyShape) o).iterations && saltOctets == ((KeyShape) o).saltOctets;
    }

    @Override
    public int hashCode() {
        return Objects.hash(iterations, saltOctets);
    }

    @Override
    public String toString() {
        return "i=" + iterations + " salt=" + saltOctets;
    }
}
