package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

class BlocksByHandTest {
    private static final Network RANGE = network("192.0.2.0/24");
    private static final Network INSIDE = network("192.0.2.7");
    private static final Network OUTSIDE = network("198.51.100.7");
    private static final long ALICE = 1;
    private static final long BOB = 2;
    private static final int END = 1_000;

    private final BlocksByHand blocks = new BlocksByHand();

    @Test
    void aNetworkIsBlockedForAllUntilTheEnd() {
        Block block = add(RANGE, END);

        assertThat(blocks.find(ALICE, INSIDE, END - 1)).containsSame(block);
        assertThat(blocks.find(INSIDE, END - 1)).containsSame(block);
        assertThat(blocks.find(ALICE, INSIDE, END)).isEmpty();
        assertThat(blocks.find(INSIDE, END)).isEmpty();
        assertThat(blocks.find(ALICE, OUTSIDE, 0)).isEmpty();
        assertThat(blocks.find(OUTSIDE, 0)).isEmpty();
    }

    @Test
    void aUserIsBlockedEverywhereUntilTheEnd() {
        Block block = add(ALICE, END);

        assertThat(blocks.find(ALICE, INSIDE, END - 1)).containsSame(block);
        assertThat(blocks.find(BOB, INSIDE, 0)).isEmpty();
        assertThat(blocks.find(INSIDE, 0)).as("the network alone").isEmpty();
        assertThat(blocks.find(ALICE, INSIDE, END)).isEmpty();
    }

    @Test
    void aNewBlockOfTheSameReplacesTheOldOne() {
        add(RANGE, END);
        add(ALICE, END);
        Block network = add(RANGE, 2 * END);
        Block user = add(ALICE, 2 * END);

        assertThat(blocks.all(0)).containsExactly(network, user);
    }

    @Test
    void thereIsALimitToWhichBlocksThatHaveEndedDoNotCount() {
        for (int i = 1; i < BlocksByHand.LIMIT; i++) {
            add(1_000 + i, 2 * END);
        }
        add(ALICE, END);

        assertThat(blocks.add(Optional.of(RANGE), Optional.empty(), block(END), END - 1)).isFalse();
        assertThat(blocks.add(Optional.of(RANGE), Optional.empty(), block(3 * END), END)).isTrue();
        assertThat(blocks.all(0)).hasSize(BlocksByHand.LIMIT);
    }

    @Test
    void thoseWithinARangeAreRemoved() {
        Block inside = add(INSIDE, END);
        Block range = add(RANGE, END);
        Block outside = add(OUTSIDE, END);
        Block alice = add(ALICE, END);

        assertThat(blocks.remove(Optional.of(INSIDE), Optional.empty())).containsExactly(inside);
        assertThat(blocks.remove(Optional.of(RANGE), Optional.empty())).containsExactly(range);
        assertThat(blocks.all(0)).containsExactly(outside, alice);
    }

    @Test
    void thoseOfAUserAreRemoved() {
        Block alice = add(ALICE, END);
        Block bob = add(BOB, END);
        Block range = add(RANGE, END);

        assertThat(blocks.remove(Optional.empty(), Optional.of(ALICE))).containsExactly(alice);
        assertThat(blocks.all(0)).containsExactly(bob, range);
    }

    @Test
    void thoseThatHaveEndedAreRemoved() {
        assertThat(blocks.isEmpty()).isTrue();
        Block alice = add(ALICE, END);
        add(BOB, END + 1);

        assertThat(blocks.all(END)).hasSize(1);
        assertThat(blocks.removeEnded(END)).containsExactly(alice);
        assertThat(blocks.isEmpty()).isFalse();
        assertThat(blocks.removeEnded(END + 1)).hasSize(1);
        assertThat(blocks.isEmpty()).isTrue();
    }

    @Test
    void thoseThatConcernANetworkAreInItOrAroundIt() {
        Block inside = add(INSIDE, END);
        Block range = add(RANGE, END);
        add(OUTSIDE, END);
        Block alice = add(ALICE, END);

        assertThat(blocks.of(Optional.empty(), Optional.of(INSIDE), 0)).containsExactly(inside, range);
        assertThat(blocks.of(Optional.empty(), Optional.of(RANGE), 0)).containsExactly(inside, range);
        assertThat(blocks.of(Optional.empty(), Optional.of(network("192.0.2.8")), 0)).containsExactly(range);
        assertThat(blocks.of(Optional.of(ALICE), Optional.empty(), 0)).containsExactly(alice);
        assertThat(blocks.of(Optional.of(ALICE), Optional.of(RANGE), END)).isEmpty();
    }

    private Block add(Network network, int end) {
        Block block = block(end);
        assertThat(blocks.add(Optional.of(network), Optional.empty(), block, 0)).isTrue();
        return block;
    }

    private Block add(long user, int end) {
        Block block = block(end);
        assertThat(blocks.add(Optional.empty(), Optional.of(user), block, 0)).isTrue();
        return block;
    }

    private static Block block(int end) {
        return new Block(Block.Subject.NETWORK, Optional.empty(), Optional.empty(), true, "test", LoginCounts.EPOCH,
            LoginCounts.instant(end), List.of());
    }

    private static Network network(String cidr) {
        return Network.parse(cidr).orElseThrow();
    }
}
