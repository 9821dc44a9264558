package org.smtpguard.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.Explanation;
import org.smtpguard.bruteforce.FailedAttempt;

/** What an operator can do about a block, in words. */
final class BlockAdvice {
    private static final String HARMLESS = "Most likely a device or a program there has a wrong password: correct it, then lift the block."
        + " The same wrong password counts once, so it has tried several, or SCRAM, which does not show whether they are the same.";

    private BlockAdvice() {
    }

    static List<String> of(Explanation explained) {
        if (explained.isExempt()) {
            return List.of("The network is in <exempt> (smtpserver.xml): take it out to have its failed log-ins counted.");
        }
        List<String> advice = new ArrayList<>();
        boolean isCounted = explained.blocks().stream().anyMatch(block -> !block.isByHand());
        if (explained.blocks().stream().anyMatch(Block::isByHand)) {
            advice.add("An operator has blocked it by hand. Lift that block when its reason is gone; it has no exceptions.");
        }
        if (isCounted) {
            advice.add(explained.user().isPresent() ? causeOfUser(explained) : causeOfNetwork(explained));
            advice.add(explained.user().isPresent()
                ? "Or wait: the block ends when enough of the failures are old. Until then the user can log in from networks from which"
                    + " they have logged in before, unless they are blocked there as well."
                : "Or wait: the block ends by itself. The next one lasts twice as long. Users who have logged in from the network before"
                    + " are not concerned, unless they are listed below.");
            if (explained.network().isPresent()) {
                advice.add("If many people share the network, or it is a proxy of yours, add it to <exempt> (smtpserver.xml): nothing is"
                    + " counted there then.");
            }
        } else if (explained.blocks().isEmpty()) {
            advice.add(explained.recent().isEmpty()
                ? "If log-ins fail, guessing is not the reason: enter the session reference of the refusal in the search."
                : "Correct the password in every device that tries a wrong one, before the limit is reached.");
        }
        return List.copyOf(advice);
    }

    private static String causeOfNetwork(Explanation explained) {
        int users = different(explained.recent(), FailedAttempt::user);
        return users <= 1 ? "All failures that are known are of one user. " + HARMLESS
            : "The failures are of " + users + " users. If they are not people who share the network, somebody is guessing: leave the"
                + " block, there is nothing to do.";
    }

    private static String causeOfUser(Explanation explained) {
        int networks = different(explained.recent(), failure -> Optional.of(failure.network()));
        return networks <= 1 ? "All failures that are known are from one network. " + HARMLESS
            : "The failures are from " + networks + " networks. Unless the user travels, somebody is guessing: leave the block, and change"
                + " the password if it may be weak or known.";
    }

    private static int different(List<FailedAttempt> failures, Function<FailedAttempt, Optional<?>> what) {
        return (int) failures.stream().map(what).distinct().count();
    }
}
