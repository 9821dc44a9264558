package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;

/** What an operator has blocked or lifted. */
final class BlockChangeView extends View {
    private final Mode mode;
    private final boolean isLifted;
    private final List<Block> blocks;
    private final BlockFacts facts;

    private BlockChangeView(Mode mode, boolean isLifted, List<Block> blocks, BlockFacts facts) {
        this.mode = mode;
        this.isLifted = isLifted;
        this.blocks = blocks;
        this.facts = facts;
    }

    static View blocked(Mode mode, Block block, BlockFacts facts) {
        return new BlockChangeView(mode, false, List.of(block), facts);
    }

    static View lifted(Mode mode, List<Block> blocks, BlockFacts facts) {
        return new BlockChangeView(mode, true, blocks, facts);
    }

    @Override
    public Map<String, Object> facts() {
        Facts change = Facts.of("mode", BlockFacts.name(mode));
        return isLifted ? change.and("lifted", facts.of(blocks)).and("omitted", BlockFacts.omitted(blocks)).map()
            : change.and("blocked", facts.of(blocks.get(0))).map();
    }

    @Override
    String title() {
        return isLifted ? "Lifted" : "Blocked";
    }

    @Override
    Place place() {
        return Place.BLOCKS;
    }

    @Override
    Element content() {
        return el("div",
            BlockFacts.notice(mode),
            isLifted ? BlockFacts.banner("good", "Lifted: log-ins are possible again. Failures are counted from zero.")
                : BlockFacts.banner("good", "Blocked. It ends by itself, or when an operator lifts it."),
            el("section", el("h2", isLifted ? "What was lifted" : "The block"), isLifted ? lifted() : facts.list(blocks, "")).css("card"),
            el("p", el("a", "All blocks").at("href", Place.BLOCKS.href())));
    }

    private Element lifted() {
        return el("ul", blocks.stream().limit(BlockFacts.BLOCKS).map(block -> el("li", BlockFacts.links(block), " ",
            el("span", Names.clean(block.reason())).css("muted"))),
            BlockFacts.omitted(blocks) == 0 ? List.of() : el("li", BlockFacts.omitted(blocks) + " more").css("muted")).css("sessions");
    }
}
