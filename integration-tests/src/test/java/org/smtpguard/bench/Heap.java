package org.smtpguard.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What lives on the heap of a JVM. */
final class Heap {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    /** What one collection finds unreachable, the next one frees: there are finalizers and cleaners in between. */
    private static final int COLLECTIONS = 2;

    private Heap() {
    }

    /** After a full collection. */
    static double octets(ProcessHandle jvm) {
        double octets = Double.NaN;
        for (int i = 0; i < COLLECTIONS; i++) {
            Matcher total = TOTAL.matcher(histogram(jvm));
            octets = total.find() ? Double.parseDouble(total.group(1)) : Double.NaN;
        }
        return octets;
    }

    private static String histogram(ProcessHandle jvm) {
        try {
            return Java.jcmd(jvm, "GC.class_histogram");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
