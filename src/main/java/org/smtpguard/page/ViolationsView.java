package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.numbers;
import static org.smtpguard.page.Parts.rowOf;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.transcript.ViolationCount;

/** Counts of refused and observed violations by one criterion. */
final class ViolationsView extends View {
    private final Range range;
    private final Instant since;
    private final ViolationCount.By by;
    private final Optional<Shown> shown;
    private final List<ViolationCount> counts;
    private final TimeChart chart;

    ViolationsView(Range range, Instant since, ViolationCount.By by, Optional<Shown> shown, List<ViolationCount> counts, TimeChart chart) {
        this.range = range;
        this.since = since;
        this.by = by;
        this.shown = shown;
        this.counts = counts.stream().filter(count -> shown.map(Shown::number).orElse(ViolationCount::total).applyAsLong(count) > 0)
            .collect(Collectors.toList());
        this.chart = chart;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("since", since).and("by", name(by)).and("mode", shown)
            .and("violations", counts.stream().map(count -> Facts.of(name(by), count.key()).and("others", others(count))
                .and("refused", isShown(Shown.ENFORCE) ? Optional.of(count.refused()) : Optional.empty())
                .and("observed", isShown(Shown.OBSERVE) ? Optional.of(count.observed()) : Optional.empty()).map())
                .collect(Collectors.toList())).map();
    }

    private static Optional<Boolean> others(ViolationCount count) {
        return count.key().isPresent() ? Optional.empty() : Optional.of(true);
    }

    @Override
    String title() {
        return "Refusals";
    }

    @Override
    Place place() {
        return Place.VIOLATIONS;
    }

    @Override
    boolean isLive() {
        return true;
    }

    @Override
    Element content() {
        return el("div",
            el("nav",
                choice("Time", Range.OFFERED.stream().map(text -> link(text, text, name(by), mode(),
                    text.equals(range.toString())))),
                choice("By", Stream.of(ViolationCount.By.values())
                    .map(other -> link(name(other), range.toString(), name(other), mode(), other == by))),
                choice("Violations", Stream.of(
                    link("all", range.toString(), name(by), "", shown.isEmpty()),
                    link("refused", range.toString(), name(by), "enforce", isOnly(Shown.ENFORCE)),
                    link("observed", range.toString(), name(by), "observe", isOnly(Shown.OBSERVE)))))
                .css("choices").at("aria-label", "What is shown"),
            el("section", el("h2", "Over time, by rule"), chart.draw()).css("card"),
            el("section", el("h2", "By " + name(by)), counts.isEmpty()
                ? el("p", "None in this period.").css("muted") : table()).css("card"));
    }

    private Element table() {
        Element head = el("tr", column(name(by)));
        Stream.of(Shown.values()).filter(this::isShown).forEach(mode -> head.add(numbers(word(mode))));
        Element body = el("tbody");
        counts.forEach(count -> {
            Element row = el("tr", rowOf(key(count)));
            Stream.of(Shown.values()).filter(this::isShown).forEach(mode -> {
                long number = mode.number().applyAsLong(count);
                row.add(el("td", number).css(number > 0 ? "number " + word(mode) : "number zero"));
            });
            body.add(row);
        });
        return el("table", el("thead", head), body);
    }

    private Object key(ViolationCount count) {
        if (count.key().isEmpty()) {
            return "other clients";
        }
        String key = count.key().get();
        return by == ViolationCount.By.RULE ? el("a", key).at("href", Place.DIAGNOSES.href(key)) : el("span", word(key)).css("code");
    }

    private static String word(String key) {
        return key.equals("OTHER") ? "unknown commands" : key;
    }

    private static String word(Shown mode) {
        return mode == Shown.ENFORCE ? "refused" : "observed";
    }

    private boolean isShown(Shown mode) {
        return shown.isEmpty() || isOnly(mode);
    }

    private boolean isOnly(Shown mode) {
        return shown.filter(mode::equals).isPresent();
    }

    private String mode() {
        return shown.map(Shown::toString).orElse("");
    }

    private static Element choice(String label, Stream<Element> links) {
        return el("div", el("span", label).css("muted"), el("span", links).css("ranges"));
    }

    private static Element link(String text, String since, String by, String mode, boolean isCurrent) {
        Element link = el("a", text).at("href", Place.VIOLATIONS.href() + "?since=" + since + "&by=" + by
            + (mode.isEmpty() ? "" : "&mode=" + mode));
        return isCurrent ? link.at("aria-current", "true") : link;
    }

    private static String name(ViolationCount.By by) {
        return by.name().toLowerCase(Locale.ROOT);
    }
}
