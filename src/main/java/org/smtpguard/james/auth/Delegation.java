package org.smtpguard.james.auth;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import org.apache.james.core.Username;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.mailbox.Authorizator.AuthorizationState;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.james.config.DelegationRule;
import org.smtpguard.sasl.Identities;

/**
 * Decides who may act as another user: by the operator's rules, then by James' {@link Authorizator} if configured (its
 * administrator, and the users' delegations).
 *
 * <p>Threads: rules are checked on the caller's thread. James is queried on the pool for blocking calls, since it may use a
 * database, and the stage completes there. After {@link #LIMIT} it fails, on the JDK's timer.
 */
final class Delegation implements Identities.Delegations {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<DelegationRule> rules;
    private final boolean queriesJames;
    private final Authorizator james;
    private final WorkerPool blocking;

    Delegation(List<DelegationRule> rules, boolean queriesJames, Authorizator james, WorkerPool blocking) {
        this.rules = List.copyOf(rules);
        this.queriesJames = queriesJames;
        this.james = james;
        this.blocking = blocking;
    }

    @Override
    public CompletionStage<Boolean> mayActAs(String user, String other, Origin origin) {
        if (rules.stream().anyMatch(rule -> rule.allows(user, other))) {
            return CompletableFuture.completedFuture(true);
        }
        return queriesJames ? queryJames(user, other, origin) : CompletableFuture.completedFuture(false);
    }

    private CompletionStage<Boolean> queryJames(String user, String other, Origin origin) {
        CompletableFuture<Boolean> answer = blocking.submit(origin,
            () -> james.canLoginAsOtherUser(Username.of(user), Username.of(other)) == AuthorizationState.ALLOWED);
        return answer.orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
