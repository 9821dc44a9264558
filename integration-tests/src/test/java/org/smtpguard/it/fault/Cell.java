package org.smtpguard.it.fault;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What came of one row for one backend. Immutable. */
public final class Cell {
    private final Row row;
    private final boolean isMissed;
    private final List<Login> meanwhile;
    private final List<Login> afterwards;
    private final Optional<Duration> back;
    private final Duration stall;

    /**
     * @param isMissed whether users notice that the other side suffers
     * @param meanwhile who came while it suffered
     * @param afterwards who came when it did not any more, until it was well
     * @param back when it was well again, counted from the end of its suffering
     * @param stall for how long the machine stood still
     */
    Cell(Row row, boolean isMissed, Collection<Login> meanwhile, Collection<Login> afterwards, Optional<Duration> back, Duration stall) {
        this.row = row;
        this.isMissed = isMissed;
        this.meanwhile = List.copyOf(meanwhile);
        this.afterwards = List.copyOf(afterwards);
        this.back = back;
        this.stall = stall;
    }

    /** The same end, without what was before. */
    public Cell comesBack() {
        return new Cell(Row.COMES_BACK, isMissed, List.of(), afterwards, back, stall);
    }

    /** What is wrong with it; nothing if all is well. */
    public List<String> flaws() {
        return row.flaws(isMissed, meanwhile, afterwards, back, stall);
    }

    /** As on the page. */
    @Override
    public String toString() {
        String slowest = meanwhile.stream().map(Login::time).max(Comparator.naturalOrder()).map(time -> ", slowest " + seconds(time))
            .orElse("");
        return row.outcome(isMissed) + slowest + (isMissed ? ", back in " + back.map(Cell::seconds).orElse("no time") : "");
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }
}
