package org.smtpguard.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.ClientNetwork;

class FairQueueTest {
    private static final ClientNetwork A = network(1);
    private static final ClientNetwork B = network(2);
    private static final ClientNetwork C = network(3);

    @Test
    void servesNetworksRoundRobinAndEachInItsOrder() {
        FairQueue<String> queue = new FairQueue<>(10);
        Stream.of("a1", "a2", "a3", "a4").forEach(request -> queue.offer(A, request));
        Stream.of("b1", "b2").forEach(request -> queue.offer(B, request));
        queue.offer(C, "c1");

        assertThat(all(queue)).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
    }

    @Test
    void aNewcomerTakesTheLastPlaceOfTheNetworkThatHasMost() {
        FairQueue<String> queue = new FairQueue<>(4);
        Stream.of("a1", "a2", "a3").forEach(request -> queue.offer(A, request));
        queue.offer(B, "b1");

        assertThat(queue.offer(A, "a4")).as("the network that has most displaces none").contains("a4");
        assertThat(queue.offer(C, "c1")).contains("a3");
        assertThat(queue.offer(B, "b2")).as("a swap would change nothing").contains("b2");
        assertThat(all(queue)).containsExactly("a1", "b1", "c1", "a2");
    }

    @Test
    void aPlaceThatIsGivenUpIsFreeAtOnce() {
        FairQueue<String> queue = new FairQueue<>(2);
        queue.offer(A, "a1");
        queue.offer(A, "a2");

        queue.remove("a1");
        queue.remove("a1");

        assertThat(queue.offer(A, "a3")).isEmpty();
        assertThat(all(queue)).containsExactly("a2", "a3");
    }

    @Test
    void takesNoneWhereThereIsNoRoom() {
        assertThat(new FairQueue<String>(0).offer(A, "a1")).contains("a1");
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void holdsNoMoreThanItMayAndServesEachNetworkWithinARound(long seed) {
        Random random = new Random(seed);
        FairQueue<Integer> queue = new FairQueue<>(20);
        Map<Integer, ClientNetwork> model = new HashMap<>();
        Map<ClientNetwork, Integer> passedOver = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            int die = random.nextInt(10);
            if (die < 5) {
                ClientNetwork network = network(random.nextInt(10) < 7 ? 0 : random.nextInt(6));
                model.put(step, network);
                queue.offer(network, step).ifPresent(model::remove);
            } else if (die < 8) {
                queue.poll().ifPresent(served -> {
                    ClientNetwork network = model.remove(served);
                    passedOver.remove(network);
                    model.values().stream().distinct().filter(other -> !other.equals(network))
                        .forEach(other -> passedOver.merge(other, 1, Integer::sum));
                });
            } else if (!model.isEmpty()) {
                int any = model.keySet().iterator().next();
                model.remove(any);
                queue.remove(any);
            }
            passedOver.keySet().retainAll(model.values());
            assertThat(queue.size()).isEqualTo(model.size()).isLessThanOrEqualTo(20);
            assertThat(passedOver.values()).as("step %d", step).allMatch(times -> times <= 6);
        }
    }

    private static ClientNetwork network(int number) {
        return ClientNetwork.of(Optional.of("192.0.2." + number));
    }

    private static List<String> all(FairQueue<String> queue) {
        List<String> all = new ArrayList<>();
        for (Optional<String> next = queue.poll(); next.isPresent(); next = queue.poll()) {
            all.add(next.get());
        }
        return all;
    }
}
