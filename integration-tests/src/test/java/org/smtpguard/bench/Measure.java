package org.smtpguard.bench;

import java.util.Locale;

/** What is measured in a run. */
enum Measure {
    PER_SECOND("%,.0f"),
    /** Milliseconds that a unit took. */
    P50("%,.1f"),
    P99("%,.1f"),
    MAX("%,.1f"),
    /** Microseconds of the server's processors for a unit. */
    CPU("%,.0f"),
    /** Milliseconds that a NOOP took of somebody who does nothing else. */
    NOOP_P50("%,.1f"),
    NOOP_P99("%,.1f"),
    NOOP_MAX("%,.1f"),
    /** Octets on the heap for a session. */
    HEAP("%,.0f"),
    /** Other replies than were to be expected, connections that broke. */
    ERRORS("%,.0f"),
    /** Begun, and without an end when all had time to end. */
    UNANSWERED("%,.0f"),
    /** How much of one processor the clients took; they have one thread for each crowd. */
    CLIENT("%.2f");

    private final String format;

    Measure(String format) {
        this.format = format;
    }

    String text(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }
}
