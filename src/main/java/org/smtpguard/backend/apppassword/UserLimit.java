package org.smtpguard.backend.apppassword;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

import org.smtpguard.credential.InvalidRequestException;

/** Bounds the number of app passwords of a user. */
final class UserLimit {
    private UserLimit() {
    }

    /**
     * The ids of those to remove before one is added, all of which cannot be used any more.
     *
     * @param present oldest first
     * @throws InvalidRequestException if too many can be used
     */
    static List<String> toForget(List<StoredAppPassword> present, Instant now) {
        List<String> unusable = present.stream().map(StoredAppPassword::info).filter(one -> !one.isUsable(now))
            .map(one -> one.id()).collect(Collectors.toList());
        if (present.size() - unusable.size() >= AppPasswordStore.PER_USER) {
            throw new InvalidRequestException("The user has " + AppPasswordStore.PER_USER + " app passwords; revoke those that are not"
                + " needed any more.");
        }
        return unusable.subList(0, Math.max(0, unusable.size() - AppPasswordStore.PER_USER));
    }
}
