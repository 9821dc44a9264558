package org.smtpguard.bruteforce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.smtpguard.bruteforce.Admission.Kind;

class AdmissionTest {
    private static final List<Consumer<Admission>> ENDS = List.of(admission -> admission.failed(Optional.empty()), Admission::succeeded,
        Admission::withdrawn);

    @Test
    void anAttemptEndsOnce() {
        for (int first = 0; first < ENDS.size(); first++) {
            for (Consumer<Admission> second : ENDS) {
                List<String> ended = new ArrayList<>();
                Admission admission = Admission.allowed(new Ends(ended));

                ENDS.get(first).accept(admission);
                second.accept(admission);

                assertThat(ended).containsExactly(List.of("failed", "succeeded", "withdrawn").get(first));
            }
        }
    }

    @Test
    void anAttemptThatIsNotCountedMayBeMade() {
        Admission free = Admission.free();
        ENDS.forEach(end -> end.accept(free));

        assertThat(free.kind()).isEqualTo(Kind.ALLOWED);
        assertThat(free.block()).isEmpty();
    }

    @Test
    void onlyARefusedAttemptHasABlock() {
        Block block = new Block(Block.Subject.USER, Optional.empty(), Optional.of("alice"), false, "test", LoginCounts.EPOCH,
            LoginCounts.instant(60), List.of());

        assertThat(Admission.blocked(block).kind()).isEqualTo(Kind.BLOCKED);
        assertThat(Admission.blocked(block).block()).containsSame(block);
        assertThat(Admission.overloaded().kind()).isEqualTo(Kind.OVERLOADED);
        assertThat(Admission.overloaded().block()).isEmpty();
        assertThat(block).hasToString("USER alice until 2026-01-01T00:01:00Z");
    }

    private static final class Ends implements Admission.Attempt {
        private final List<String> ended;

        private Ends(List<String> ended) {
            this.ended = ended;
        }

        @Override
        public void failed(Optional<byte[]> password) {
            ended.add("failed");
        }

        @Override
        public void succeeded() {
            ended.add("succeeded");
        }

        @Override
        public void withdrawn() {
            ended.add("withdrawn");
        }
    }
}
