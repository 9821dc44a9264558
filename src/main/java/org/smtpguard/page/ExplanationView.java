package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.fact;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.Block.Subject;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.Explanation;

/** Whether log-ins from a network or of a user are refused, why, and what to do. */
final class ExplanationView extends View {
    /** Whether log-ins are refused, or would be if the mode is observe. */
    enum State {
        /** Refused, but for those that the block makes an exception of. */
        BLOCKED,
        /** Some are refused: of one user from the network, from a part of the range, or of the user from one network. */
        PARTLY_BLOCKED,
        NOT_BLOCKED,
        /** Neither counted nor refused. */
        EXEMPT
    }

    private final Mode mode;
    private final Explanation explained;
    private final BlockFacts facts;
    private final Times times;

    ExplanationView(Mode mode, Explanation explained, BlockFacts facts, Times times) {
        this.mode = mode;
        this.explained = explained;
        this.facts = facts;
        this.times = times;
    }

    @Override
    public Map<String, Object> facts() {
        Facts found = Facts.of("network", explained.network()).and("user", explained.user().map(Names::clean))
            .and("mode", BlockFacts.name(mode)).and("state", BlockFacts.name(state()));
        explained.failures().ifPresent(number -> found.and("failures", number));
        explained.user().ifPresent(user -> found.and("knownNetworks", explained.knownNetworks()));
        return found.and("limit", explained.limit()).and("blocks", facts.of(explained.blocks()))
            .and("omitted", BlockFacts.omitted(explained.blocks())).and("recent", facts.failures(explained.recent()))
            .and("advice", BlockAdvice.of(explained)).map();
    }

    @Override
    String title() {
        return explained.user().map(user -> "Log-ins of " + Names.cut(user))
            .orElseGet(() -> "Log-ins from " + explained.network().orElseThrow());
    }

    @Override
    Place place() {
        return Place.BLOCKS;
    }

    @Override
    Element content() {
        return el("div",
            BlockFacts.notice(mode),
            verdict(),
            el("dl",
                explained.failures().isEmpty() ? Optional.empty()
                    : Optional.of(fact("counted", explained.failures().getAsInt() + " of " + explained.limit())),
                explained.user().map(user -> fact("known", explained.knownNetworks() == 0 ? "no network"
                    : explained.knownNetworks() == 1 ? "1 network" : explained.knownNetworks() + " networks"))).css("facts"),
            el("section", el("h2", "What to do"),
                el("ul", BlockAdvice.of(explained).stream().map(advice -> el("li", advice))).css("advice")).css("card"),
            el("section", el("h2", "Blocks"), facts.list(explained.blocks(), "None.")).css("card"),
            el("p", el("a", "The sessions that are kept of it").at("href", explained.user().map(user -> SessionFilter.href("user", user))
                .orElseGet(() -> SessionFilter.href("client", explained.network().orElseThrow().toString())))),
            el("section", el("h2", "The last failed log-ins that were counted"),
                explained.recent().isEmpty() ? el("p", "None that is still known.").css("muted") : facts.table(explained.recent()))
                .css("card"));
    }

    private Element verdict() {
        String refused = mode == Mode.ENFORCE ? "are refused" : "would be refused";
        switch (state()) {
            case BLOCKED:
                return BlockFacts.banner("bad", "Blocked: log-ins " + refused + " until ", times.moment(end()), ".");
            case PARTLY_BLOCKED:
                return BlockFacts.banner("warn", "Blocked in part: some log-ins " + refused + ", see below.");
            case EXEMPT:
                return BlockFacts.banner("good", "Exempt: log-ins from here are neither counted nor refused.");
            default:
                return BlockFacts.banner("good", "Not blocked.");
        }
    }

    private State state() {
        if (explained.isExempt()) {
            return State.EXEMPT;
        }
        return explained.blocks().isEmpty() ? State.NOT_BLOCKED : whole().isEmpty() ? State.PARTLY_BLOCKED : State.BLOCKED;
    }

    private Instant end() {
        return whole().stream().map(Block::until).max(Comparator.naturalOrder()).orElseThrow();
    }

    private List<Block> whole() {
        return explained.blocks().stream().filter(block -> explained.network().isPresent()
            ? block.subject() == Subject.NETWORK && block.network().filter(range -> range.contains(explained.network().get())).isPresent()
            : block.subject() == Subject.USER).collect(Collectors.toList());
    }
}
