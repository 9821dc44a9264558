package org.smtpguard.credential;

import java.util.Objects;

/** The properties of SCRAM keys that a client sees before its proof: the iteration count and the length of the salt. Immutable. */
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
