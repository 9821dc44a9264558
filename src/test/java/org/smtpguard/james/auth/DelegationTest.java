package org.smtpguard.james.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

import org.apache.james.core.Username;
import org.apache.james.mailbox.Authorizator;
import org.apache.james.mailbox.Authorizator.AuthorizationState;
import org.apache.james.mailbox.exception.MailboxException;
import org.junit.jupiter.api.Test;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.WorkerPool;
import org.smtpguard.james.Xml;
import org.smtpguard.james.config.DelegationRule;
import org.smtpguard.james.config.NamedClass;

class DelegationTest {
    private static final Origin CLIENT = Origin.of("PLAIN", Optional.of("192.0.2.1"), Optional.of("7f3a9c21"), true);

    private final Authorizator james = mock(Authorizator.class);
    private final Deque<Runnable> pool = new ArrayDeque<>();

    @Test
    void whatTheOperatorAllowsIsNotAskedOfJames() {
        DelegationRule rule = DelegationRule.parse(
            Xml.handler(NamedClass.AUTHENTICATION, "<delegate user=\"admin\" as=\"bob\"/>").child("delegate").orElseThrow());
        Delegation delegation = new Delegation(List.of(rule), true, james, WorkerPool.on(pool::add));

        assertThat(delegation.mayActAs("admin", "bob", CLIENT).toCompletableFuture()).isCompletedWithValue(true);
        verifyNoInteractions(james);
    }

    @Test
    void jamesIsAskedOnThePoolAndOnlyItsYesIsAYes() throws MailboxException {
        Delegation delegation = new Delegation(List.of(), true, james, WorkerPool.on(pool::add));
        for (AuthorizationState state : AuthorizationState.values()) {
            when(james.canLoginAsOtherUser(Username.of("admin"), Username.of("bob"))).thenReturn(state);
            CompletableFuture<Boolean> answer = delegation.mayActAs("admin", "bob", CLIENT).toCompletableFuture();
            assertThat(answer).isNotDone();

            pool.remove().run();

            assertThat(answer).isCompletedWithValue(state == AuthorizationState.ALLOWED);
        }
    }

    @Test
    void jamesIsAskedInTheTurnOfTheClientsNetwork() {
        List<Origin> origins = new ArrayList<>();
        Delegation delegation = new Delegation(List.of(), true, james, (origin, answer, step) -> origins.add(origin));

        delegation.mayActAs("admin", "bob", CLIENT);

        assertThat(origins).extracting(Origin::network).containsExactly(CLIENT.network());
    }

    @Test
    void nobodyElseMayWhereJamesIsNotToBeAsked() {
        Delegation delegation = new Delegation(List.of(), false, james, WorkerPool.on(pool::add));

        assertThat(delegation.mayActAs("admin", "bob", CLIENT).toCompletableFuture()).isCompletedWithValue(false);
        verifyNoInteractions(james);
    }

    @Test
    void aJamesThatCannotTellOrAPoolThatIsFullFailsTheStage() throws MailboxException {
        when(james.canLoginAsOtherUser(Username.of("admin"), Username.of("bob"))).thenThrow(new MailboxException("down"));
        CompletableFuture<Boolean> answer = new Delegation(List.of(), true, james, WorkerPool.on(Runnable::run))
            .mayActAs("admin", "bob", CLIENT).toCompletableFuture();
        CompletableFuture<Boolean> refused = new Delegation(List.of(), true, james, WorkerPool.on(task -> {
            throw new RejectedExecutionException();
        })).mayActAs("admin", "bob", CLIENT).toCompletableFuture();

        assertThat(answer).isCompletedExceptionally();
        assertThat(refused).isCompletedExceptionally();
    }
}
