package org.smtpguard.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bars: for each load a group with a bar for each contender, as long as its median is, with a line from the least of its rounds to
 * the most. A document of its own, without fonts or scripts.
 */
final class Chart {
    private static final int WIDTH = 860;
    private static final int LEFT = 300;
    private static final int RIGHT = 110;
    private static final int BAR = 18;
    private static final int GAP = 26;
    private static final String[] COLOURS = {"#8a8f98", "#2f7d4f", "#58a878", "#9fd0b2", "#c9a227", "#4a6fa5"};

    private final Scenario scenario;
    private final Outcome outcome;
    private final List<String> shapes = new ArrayList<>();
    private int y = 34;

    Chart(Scenario scenario, Outcome outcome) {
        this.scenario = scenario;
        this.outcome = outcome;
    }

    String svg() {
        text(12, 22, "start", "bold 15px", "(" + scenario.id() + ") " + scenario.title());
        for (Load load : scenario.loads()) {
            group(load);
        }
        return String.format(Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %1$d %2$d\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n%s%n</svg>%n", WIDTH, y + 10, String.join("\n", shapes));
    }

    private void group(Load load) {
        Measure measure = scenario.contenders().stream().anyMatch(contender -> outcome.of(load.id(), contender.name()).has(Measure.HEAP))
            ? Measure.HEAP
            // What keeps an even pace differs in how long it takes.
            : load.isPaced() ? Measure.P99 : Measure.PER_SECOND;
        String unit = measure == Measure.P99 ? "99 %, ms" : measure == Measure.HEAP ? "octets" : "per second";
        double most = scenario.contenders().stream().mapToDouble(contender -> outcome.of(load.id(), contender.name()).spread(measure).most)
            .filter(value -> !Double.isNaN(value)).max().orElse(1);
        y += GAP;
        text(12, y - 8, "start", "13px", load.title() + " (" + unit + ")");
        for (int i = 0; i < scenario.contenders().size(); i++) {
            Contender contender = scenario.contenders().get(i);
            bar(contender.name(), COLOURS[i % COLOURS.length], outcome.of(load.id(), contender.name()).spread(measure), most, measure);
        }
    }

    private void bar(String name, String colour, Series.Spread spread, double most, Measure measure) {
        double scale = (WIDTH - LEFT - RIGHT) / most;
        text(LEFT - 8, y + BAR - 5, "end", "12px", name);
        if (!Double.isNaN(spread.median)) {
            shapes.add(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>", LEFT, y + 2,
                spread.median * scale, BAR - 4, colour));
            shapes.add(String.format(Locale.ROOT,
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%3$d\" stroke=\"#222222\" stroke-width=\"1.5\"/>",
                LEFT + spread.least * scale, LEFT + spread.most * scale, y + BAR / 2));
        }
        text((int) (LEFT + (Double.isNaN(spread.most) ? 0 : spread.most * scale)) + 8, y + BAR - 5, "start", "12px",
            measure.text(spread.median));
        y += BAR;
    }

    private void text(int x, int baseline, String anchor, String font, String text) {
        shapes.add(String.format(Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" style=\"font:%s sans-serif\" fill=\"#222222\">%s</text>",
            x, baseline, anchor, font, text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
