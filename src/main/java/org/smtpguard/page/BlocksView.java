package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;

/** All blocks, and a form to block by hand. */
final class BlocksView extends View {
    private final Mode mode;
    private final List<Block> blocks;
    private final BlockFacts facts;

    BlocksView(Mode mode, List<Block> blocks, BlockFacts facts) {
        this.mode = mode;
        this.blocks = blocks;
        this.facts = facts;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("mode", BlockFacts.name(mode)).and("blocks", facts.of(blocks)).and("omitted", BlockFacts.omitted(blocks)).map();
    }

    @Override
    String title() {
        return "Blocks";
    }

    @Override
    Place place() {
        return Place.BLOCKS;
    }

    @Override
    boolean isLive() {
        return true;
    }

    @Override
    Element content() {
        return el("div",
            BlockFacts.notice(mode),
            el("p", "Networks and users whose log-ins are refused: too many have failed, or an operator has blocked them. Enter an IP"
                + " address or a user name in the search to see whether and why it is blocked.").css("muted"),
            el("section", el("h2", mode == Mode.ENFORCE ? "Blocked now, newest first" : "Would be blocked now, newest first"),
                facts.list(blocks, "No network and no user is blocked.")).css("card"),
            mode == Mode.OFF ? Optional.empty() : Optional.of(byHand()));
    }

    private static Element byHand() {
        return el("section", el("h2", "Block by hand"),
            el("p", "All log-ins from the network, or of the user, are refused; exempt networks and open sessions are not affected.")
                .css("muted"),
            el("form",
                field("network", "Network", "192.0.2.0/24", 64, false),
                field("user", "or user name", "alice@example.org", 255, false),
                field("reason", "Reason, for other operators", "", 200, true),
                field("for", "For how long", "1h or 7d", 8, true),
                el("div", el("button", "Block")).css("row"))
                .css("form narrow").at("action", Place.BLOCKS.href()).at("method", "post").at("autocomplete", "off")).css("card");
    }

    private static List<Element> field(String name, String label, String example, int maxLength, boolean isRequired) {
        Element input = el("input").at("id", "block-" + name).at("name", name).at("placeholder", example).at("maxlength", maxLength)
            .at("autocapitalize", "none").at("spellcheck", "false");
        return List.of(el("label", label).at("for", "block-" + name), isRequired ? input.at("required") : input);
    }
}
