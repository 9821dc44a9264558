package org.smtpguard.james.webadmin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.apache.james.core.Username;
import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.bruteforce.Explanation;
import org.smtpguard.bruteforce.GuessLimiter;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.credential.Saslprep;
import org.smtpguard.page.Durations;
import org.smtpguard.page.Pages;
import org.smtpguard.page.View;
import spark.Request;

/** Requests about blocks: what is blocked and why, blocking by hand, and lifting. Threads: WebAdmin's own, which never wait. */
final class BlockRequests {
    /** Control, format and unassigned characters, and white space: one line remains. */
    private static final Pattern NO_TEXT = Pattern.compile("[\\p{C}\\p{Z}\\s]+");
    private static final int NAME_LENGTH = 255;
    private static final int REASON_LENGTH = 200;
    private static final int IPV4_BITS = 8;
    private static final int IPV6_BITS = 16;
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final Supplier<Optional<GuessLimiter>> limiter;
    private final Pages pages;

    BlockRequests(Supplier<Optional<GuessLimiter>> limiter, Pages pages) {
        this.limiter = limiter;
        this.pages = pages;
    }

    View explain(String of) {
        return pages.explanation(explained(limiter.get().orElseThrow(BlockRequests::noLimit), of));
    }

    private static Explanation explained(GuessLimiter guesses, String of) {
        return guesses.explainAddress(of).orElseGet(() -> guesses.explainUser(user(of)));
    }

    View block(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("network", "user", "reason", "for"));
        Optional<String> network = form.text("network").map(String::trim);
        Optional<String> user = form.text("user").map(String::trim);
        if (network.isPresent() == user.isPresent()) {
            throw new BadRequestException(400, "Name either a network or a user.");
        }
        String reason = NO_TEXT.matcher(form.required("reason")).replaceAll(" ").trim();
        if (reason.isEmpty() || reason.length() > REASON_LENGTH) {
            throw new BadRequestException(400, "The field reason has to be a text of at most " + REASON_LENGTH + " characters.");
        }
        Duration length = length(form.required("for").trim());
        GuessLimiter guesses = limiter();
        Optional<Block> block = network.isPresent() ? guesses.block(network(guesses, network.get()), reason, length)
            : guesses.block(user(user.get()), reason, length);
        return pages.blocked(block.orElseThrow(() -> new BadRequestException(CONFLICT,
            "There are too many blocks by hand. Lift some, or block a wider network.")));
    }

    private static Duration length(String text) {
        Duration length = Durations.parse(text).orElse(Duration.ZERO);
        if (length.isZero() || length.compareTo(LONGEST) > 0) {
            throw new BadRequestException(400, "The field for has to be a duration from 1m to 366d, such as 30m, 1h or 7d.");
        }
        return length;
    }

    private static Network network(GuessLimiter guesses, String text) {
        Network network = Network.parse(text).orElseThrow(() -> new BadRequestException(400,
            "The field network has to be an IP address or a network, such as 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64."));
        if (network.bits() < (network.isIpv4() ? IPV4_BITS : IPV6_BITS)) {
            throw new BadRequestException(400, "The network is too wide: an IPv4 network can be at most a /" + IPV4_BITS
                + ", an IPv6 network at most a /" + IPV6_BITS + ".");
        }
        if (guesses.explainAddress(text).filter(Explanation::isExempt).isPresent()) {
            throw new BadRequestException(CONFLICT, "The network is exempt (<exempt> of <bruteForce> in smtpserver.xml), so a block would"
                + " have no effect.");
        }
        return network;
    }

    View liftForm(Request request) {
        return lift(GuardForm.of(request, Set.of("of")).required("of"));
    }

    /** @param path the part of the path after the last one that names the route, still percent-encoded */
    View liftPath(String path) {
        try {
            // In a path, unlike in a query, a plus is a plus.
            return lift(URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(400, "The percent-encoding is invalid.");
        }
    }

    View lift(String of) {
        GuessLimiter guesses = limiter();
        Optional<Network> network = Network.parse(of);
        List<Block> lifted = network.isPresent() ? guesses.lift(network.get()) : guesses.lift(user(of));
        if (lifted.isEmpty()) {
            throw new BadRequestException(NOT_FOUND, explained(guesses, of).blocks().stream().findFirst().flatMap(Block::network)
                .map(wider -> "Nothing there is blocked by itself; it is blocked as a part of " + wider + ": lift that.")
                .orElse("Nothing is blocked there; " + View.BASE + "/blocks lists what is."));
        }
        return pages.lifted(lifted);
    }

    private GuessLimiter limiter() {
        return limiter.get().filter(guesses -> guesses.mode() != Mode.OFF).orElseThrow(BlockRequests::noLimit);
    }

    private static BadRequestException noLimit() {
        return new BadRequestException(CONFLICT, "There is no limit on guessing: it is off (<bruteForce mode=\"off\">), or no port has"
            + " Authentication.");
    }

    /** As log-ins of the user are counted. */
    private static String user(String name) {
        return Optional.of(name).filter(text -> text.length() <= NAME_LENGTH).flatMap(Saslprep::name).flatMap(BlockRequests::ofJames)
            .orElseThrow(() -> new BadRequestException(400, "This is neither an IP address or network, such as 192.0.2.7 or 2001:db8::/64,"
                + " nor a valid user name in James."));
    }

    private static Optional<String> ofJames(String name) {
        try {
            return Optional.of(Username.of(name).asString());
        } catch (RuntimeException e) {
            // Not a valid user name in James.
            return Optional.empty();
        }
    }
}
