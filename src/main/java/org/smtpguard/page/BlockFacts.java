package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.fact;
import static org.smtpguard.page.Parts.head;
import static org.smtpguard.page.Parts.rowOf;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.FailedAttempt;

/** Blocks and the failed log-ins that led to them, as facts and as elements. */
final class BlockFacts {
    /** Of very many blocks, only so many are shown. */
    static final int BLOCKS = 200;
    /** Of a block's failures, only so many are shown. */
    static final int FAILURES = 20;
    static final String LIFT = "lift";

    private static final String SOMEBODY = "a user whose name only another server can read";

    private final Predicate<String> isKept;
    private final Times times;

    /** @param isKept whether there is a transcript of the session with this reference */
    BlockFacts(Predicate<String> isKept, Times times) {
        this.isKept = isKept;
        this.times = times;
    }

    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** The newest, as facts. */
    List<Map<String, Object>> of(List<Block> blocks) {
        return blocks.stream().limit(BLOCKS).map(this::of).collect(Collectors.toList());
    }

    static int omitted(List<Block> blocks) {
        return Math.max(0, blocks.size() - BLOCKS);
    }

    Map<String, Object> of(Block block) {
        return Facts.of("subject", name(block.subject())).and("network", block.network()).and("user", block.user().map(Names::clean))
            .and("byHand", block.isByHand()).and("reason", Names.clean(block.reason())).and("since", block.since())
            .and("until", block.until()).and("failures", failures(block.failures().subList(0, Math.min(FAILURES, block.failures().size()))))
            .and("omittedFailures", Math.max(0, block.failures().size() - FAILURES)).map();
    }

    List<Map<String, Object>> failures(List<FailedAttempt> failures) {
        return failures.stream().map(failure -> Facts.of("time", failure.time()).and("network", failure.network())
            .and("user", failure.user().map(Names::clean)).and("session", failure.session())
            .and("href", failure.session().filter(isKept).map(Place.SESSIONS::href)).map()).collect(Collectors.toList());
    }

    /** What the mode means for the blocks of a page; empty if they are enforced. */
    static Optional<Element> notice(Mode mode) {
        switch (mode) {
            case OBSERVE:
                return Optional.of(banner("warn", "Mode observe: no log-in is refused. What is shown here as blocked is only logged."));
            case OFF:
                return Optional.of(banner("warn", "There is no limit on guessing: it is off (<bruteForce mode=\"off\">), or no port has"
                    + " Authentication. Nothing is counted or blocked."));
            default:
                return Optional.empty();
        }
    }

    static Element banner(String kind, Object... words) {
        return el("p", el("span").css("dot").at("aria-hidden", "true"), el("span", words)).css("banner " + kind).at("role", "status");
    }

    /** @param none the words if there are no blocks */
    Element list(List<Block> blocks, String none) {
        if (blocks.isEmpty()) {
            return el("p", none).css("muted");
        }
        return el("div",
            omitted(blocks) == 0 ? Optional.empty()
                : Optional.of(el("p", "The newest " + BLOCKS + " are shown; " + omitted(blocks) + " more are not.").css("muted")),
            el("div", blocks.stream().limit(BLOCKS).map(this::card)).css("blocks"));
    }

    private Element card(Block block) {
        int more = Math.max(0, block.failures().size() - FAILURES);
        return el("article",
            el("h3", links(block)),
            el("dl",
                fact("refused", scope(block)),
                fact("because", block.isByHand() ? "by hand: " + Names.clean(block.reason()) : Names.clean(block.reason())),
                fact("since", times.moment(block.since())),
                fact("until", times.moment(block.until()))),
            block.failures().isEmpty() ? Optional.empty() : Optional.of(el("details",
                el("summary", "The failed log-ins that led to it" + (more > 0 ? ", the last " + FAILURES + " of "
                    + block.failures().size() : "")),
                table(block.failures().subList(0, Math.min(FAILURES, block.failures().size()))))),
            liftable(block).map(of -> liftForm(block, of)));
    }

    private static Element liftForm(Block block, String of) {
        return el("form", el("button", "Lift the block").at("name", "of").at("value", of)
            .at("aria-label", "Lift the block of " + subject(block)))
            .at("action", Place.BLOCKS.href(LIFT)).at("method", "post");
    }

    /** What names the block in a request; the user rather than the network, where others may be blocked. */
    private static Optional<String> liftable(Block block) {
        return block.user().filter(Names::isExact).or(() -> block.network().map(Object::toString));
    }

    private static String scope(Block block) {
        switch (block.subject()) {
            case NETWORK:
                return block.isByHand() ? "all log-ins from this network"
                    : "log-ins from this network, except of users who have logged in from it before";
            case USER:
                return block.isByHand() ? "all log-ins of this user"
                    : "log-ins of this user, except from networks from which the user has logged in before";
            default:
                return "log-ins of this user from this network";
        }
    }

    /** Whose log-ins are refused, in words. */
    static String subject(Block block) {
        String network = block.network().map(Object::toString).orElse("");
        switch (block.subject()) {
            case NETWORK:
                return network;
            case USER:
                return user(block);
            default:
                return user(block) + " at " + network;
        }
    }

    private static String user(Block block) {
        return block.user().map(Names::cut).orElse(SOMEBODY);
    }

    /** The same, with links to the explanations. */
    static Element links(Block block) {
        Optional<Element> network = block.network().map(range -> link(range.toString()));
        Element user = block.user().map(BlockFacts::link).orElseGet(() -> el("span", SOMEBODY));
        switch (block.subject()) {
            case NETWORK:
                return el("span", network);
            case USER:
                return user;
            default:
                return el("span", user, " at ", network);
        }
    }

    /** A network or user, with a link to its explanation. */
    private static Element link(String name) {
        Element shown = Names.isExact(name) ? el("a", Names.cut(name)).at("href", explanation(name)) : el("span", Names.cut(name));
        return shown.css("code");
    }

    /** The address of the explanation of a network or user. */
    static String explanation(String name) {
        return Place.BLOCKS.href() + "?of=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    Element table(List<FailedAttempt> failures) {
        return el("table", head(column("time"), column("network"), column("user"), column("session")),
            el("tbody", failures.stream().map(failure -> el("tr",
                rowOf(times.moment(failure.time())),
                el("td", link(failure.network().toString())),
                el("td", failure.user().map(BlockFacts::link).orElseGet(() -> el("span", SOMEBODY).css("muted"))),
                el("td", failure.session().map(this::session).orElseGet(() -> el("span", "of another server, or before the restart")
                    .css("muted")))))));
    }

    private Element session(String reference) {
        return isKept.test(reference) ? el("a", reference).at("href", Place.SESSIONS.href(reference)).css("code")
            : el("span", el("span", reference).css("code"), " (not kept)").css("muted");
    }
}
