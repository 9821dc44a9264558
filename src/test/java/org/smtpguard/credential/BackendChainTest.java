package org.smtpguard.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.smtpguard.credential.CredentialResult.Kind.ACCEPTED;
import static org.smtpguard.credential.CredentialResult.Kind.REFUSED;
import static org.smtpguard.credential.CredentialResult.Kind.UNAVAILABLE;
import static org.smtpguard.credential.CredentialResult.Kind.UNKNOWN;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.credential.BackendChain.Link;
import org.smtpguard.credential.BackendChain.Then;
import org.smtpguard.credential.CredentialResult.Kind;

@Timeout(60)
class BackendChainTest {
    private static final String PASSWORD = "s3cr3t-Password";
    private static final Credentials ALICE = Credentials.of("alice", Secret.of(PASSWORD));

    private final List<String> asked = new ArrayList<>();

    @ParameterizedTest(name = "{0}, {1}, {2} → {3} by {4}")
    @CsvSource({
        "ACCEPTED,    UNKNOWN,     UNKNOWN,     ACCEPTED,    a",
        "UNKNOWN,     ACCEPTED,    REFUSED,     ACCEPTED,    b",
        "REFUSED,     UNKNOWN,     ACCEPTED,    ACCEPTED,    c",
        "UNAVAILABLE, REFUSED,     ACCEPTED,    ACCEPTED,    c",
        "UNKNOWN,     UNKNOWN,     UNKNOWN,     UNKNOWN,     a",
        "UNKNOWN,     REFUSED,     UNKNOWN,     REFUSED,     b",
        "UNKNOWN,     DISABLED,    REFUSED,     DISABLED,    b",
        "EXPIRED,     DISABLED,    REFUSED,     EXPIRED,     a",
        "UNKNOWN,     TOO_WEAK,    REFUSED,     TOO_WEAK,    b",
        "REFUSED,     UNAVAILABLE, UNKNOWN,     UNAVAILABLE, b",
        "UNKNOWN,     UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, b",
        "DISABLED,    REFUSED,     UNAVAILABLE, UNAVAILABLE, c",
    })
    void decidesAsTheTableSays(Kind a, Kind b, Kind c, Kind verdict, String by) {
        CredentialResult result = verify(Link.of(saying("a", a)), Link.of(saying("b", b)), Link.of(saying("c", c)));

        assertThat(result.kind()).isEqualTo(verdict);
        assertThat(result.backend()).contains(by);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("everyCombinationOfThree")
    void everyCombinationUnderEveryPolicy(List<Kind> kinds) {
        try (LogCapture quiet = new LogCapture()) {
            for (int policies = 0; policies < 1 << 9; policies++) {
                asked.clear();
                CredentialResult result = new BackendChain(links(kinds, policies)).verify(ALICE).join();

                List<Kind> heard = kinds.subList(0, expectedToBeAsked(kinds, policies));
                Kind expected = expectedOf(heard);
                assertThat(asked).as("asked under policies %d", policies).isEqualTo(List.of("b0", "b1", "b2").subList(0, heard.size()));
                assertThat(result.kind()).as("verdict under policies %d", policies).isEqualTo(expected);
                assertThat(result.backend()).as("decided under policies %d", policies).contains("b" + heard.indexOf(expected));
            }
            assertThat(quiet.text()).doesNotContain(PASSWORD);
        }
    }

    private List<Link> links(List<Kind> kinds, int policies) {
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            links.add(Link.of(saying("b" + i, kinds.get(i)))
                .onUnknown(stops(policies, i, 0)).onRefused(stops(policies, i, 1)).onUnavailable(stops(policies, i, 2)));
        }
        return links;
    }

    /** Three by three bits: does backend i stop after unknown, after a refusal, after unavailable? */
    private static Then stops(int policies, int backend, int after) {
        return (policies >> (backend * 3 + after) & 1) == 1 ? Then.STOP : Then.NEXT;
    }

    private static int expectedToBeAsked(List<Kind> kinds, int policies) {
        for (int i = 0; i < 3; i++) {
            Kind kind = kinds.get(i);
            int after = kind == UNKNOWN ? 0 : kind == UNAVAILABLE ? 2 : 1;
            if (kind == ACCEPTED || stops(policies, i, after) == Then.STOP) {
                return i + 1;
            }
        }
        return 3;
    }

    private static Kind expectedOf(List<Kind> heard) {
        if (heard.contains(ACCEPTED)) {
            return ACCEPTED;
        }
        if (heard.contains(UNAVAILABLE)) {
            return UNAVAILABLE;
        }
        return heard.stream().filter(kind -> kind != UNKNOWN).findFirst().orElse(UNKNOWN);
    }

    static Stream<Arguments> everyCombinationOfThree() {
        // A backend is never the one that blocks.
        List<Kind> kinds = EnumSet.complementOf(EnumSet.of(Kind.BLOCKED)).stream().collect(Collectors.toList());
        return kinds.stream().flatMap(a -> kinds.stream().flatMap(b -> kinds.stream().map(c -> Arguments.of(List.of(a, b, c)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aBackendThatBreaksIsUnavailableAndTheNextIsAsked(String name, Function<Credentials, CompletionStage<CredentialResult>> fault,
            String reason) {
        try (LogCapture log = new LogCapture()) {
            CredentialResult alone = verify(Link.of(backend("broken", fault)));
            CredentialResult followed = verify(Link.of(backend("broken", fault)), Link.of(saying("good", ACCEPTED)));
            CredentialResult stopped = verify(
                Link.of(backend("broken", fault)).onUnavailable(Then.STOP), Link.of(saying("good", ACCEPTED)));

            assertThat(alone).isEqualTo(CredentialResult.unavailable(reason).by("broken"));
            assertThat(followed).isEqualTo(CredentialResult.accepted("alice").by("good"));
            assertThat(stopped.kind()).isEqualTo(UNAVAILABLE);
            assertThat(log.at(Level.WARN)).hasSize(3).containsOnly("Backend broken is unavailable: " + reason);
            assertThat(log.text() + alone + stopped).doesNotContain(PASSWORD);
        }
    }

    static Stream<Arguments> faults() {
        RuntimeException loud = new IllegalStateException("could not bind alice with " + PASSWORD);
        String loudReason = "java.lang.IllegalStateException";
        return Stream.of(
            fault("throws", loudReason, c -> {
                throw loud;
            }),
            fault("throws an error", "java.lang.NoClassDefFoundError", c -> {
                throw new NoClassDefFoundError(PASSWORD);
            }),
            fault("gives no stage", "java.lang.NullPointerException", c -> null),
            fault("gives a stage of nothing", "java.lang.NullPointerException", c -> CompletableFuture.completedFuture(null)),
            fault("fails its stage", loudReason, c -> CompletableFuture.failedFuture(loud)),
            fault("fails behind a stage", loudReason, c -> CompletableFuture.failedFuture(loud).thenApply(x -> CredentialResult.refused())),
            fault("fails later", loudReason, c -> CompletableFuture.supplyAsync(() -> {
                throw loud;
            })),
            fault("accepts nobody", "java.lang.IllegalArgumentException",
                c -> CompletableFuture.completedFuture(CredentialResult.accepted(""))));
    }

    private static Arguments fault(String name, String reason, Function<Credentials, CompletionStage<CredentialResult>> fault) {
        return Arguments.of(name, fault, reason);
    }

    @Test
    void aBackendThatWasNotAskedIsUnavailableAndHasNotFailed() {
        try (LogCapture log = new LogCapture()) {
            CredentialResult busy = verify(Link.of(backend("busy", c -> {
                throw new RejectedExecutionException(PASSWORD);
            })));
            CredentialResult followed = verify(
                Link.of(backend("open", c -> CompletableFuture.completedFuture(CredentialResult.notQueried("circuit open: 5 failures")))),
                Link.of(saying("good", ACCEPTED)));

            assertThat(busy).isEqualTo(CredentialResult.notQueried("too many requests are waiting for a worker").by("busy"));
            assertThat(followed).isEqualTo(CredentialResult.accepted("alice").by("good"));
            assertThat(log.at(Level.WARN)).isEmpty();
        }
    }

    @Test
    void aCallerThatHasGoneEndsTheInquiry() {
        CompletableFuture<CredentialResult> slow = new CompletableFuture<>();
        try (LogCapture log = new LogCapture()) {
            CompletableFuture<CredentialResult> verdict =
                new BackendChain(List.of(Link.of(backend("slow", c -> slow)), Link.of(saying("next", ACCEPTED)))).verify(ALICE);
            verdict.cancel(false);

            assertThat(slow).isCancelled();
            assertThat(asked).containsExactly("slow");
            assertThat(log.at(Level.WARN)).isEmpty();
        }
    }

    @Test
    void aDefiniteNoIsInTheResultWhateverAnotherBackendCannotSay() {
        CredentialResult before = verify(Link.of(saying("knows", UNKNOWN)), Link.of(saying("no", REFUSED)),
            Link.of(saying("down", UNAVAILABLE)));
        CredentialResult behind = verify(Link.of(saying("down", UNAVAILABLE)),
            Link.of(saying("no", REFUSED)));
        CredentialResult none = verify(Link.of(saying("down", UNAVAILABLE)));

        assertThat(before.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
        assertThat(before.refusal()).contains(CredentialResult.refused().by("no"));
        assertThat(behind.kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
        assertThat(behind.refusal()).contains(CredentialResult.refused().by("no"));
        assertThat(none.refusal()).isEmpty();
        assertThat(verify(Link.of(saying("no", REFUSED)), Link.of(saying("yes", ACCEPTED))).refusal()).isEmpty();
    }

    @Test
    void whatWasSaidBeforeTheCallerWentIsTheResult() {
        CompletableFuture<CredentialResult> slow = new CompletableFuture<>();
        CompletableFuture<CredentialResult> verdict = new BackendChain(List.of(Link.of(saying("no", REFUSED)),
            Link.of(backend("slow", c -> slow)))).verify(ALICE);
        verdict.cancel(false);

        assertThat(slow).isCancelled();
        assertThat(verdict.join().refusal()).contains(CredentialResult.refused().by("no"));
    }

    @Test
    void theNextBackendIsAskedOnceThePreviousHasAnswered() {
        CompletableFuture<CredentialResult> first = new CompletableFuture<>();
        CompletableFuture<CredentialResult> verdict =
            new BackendChain(List.of(Link.of(backend("first", c -> first)), Link.of(saying("second", ACCEPTED)))).verify(ALICE);

        assertThat(asked).containsExactly("first");
        assertThat(verdict).isNotDone();
        first.complete(CredentialResult.unknown());

        assertThat(asked).containsExactly("first", "second");
        assertThat(verdict).isCompletedWithValue(CredentialResult.accepted("alice").by("second"));
    }

    @Test
    void noBackendIsAskedAboutAnEmptyPassword() {
        BackendChain chain = new BackendChain(List.of(Link.of(saying("anonymous bind", ACCEPTED))));

        assertThat(chain.verify(Credentials.of("alice", Secret.of(""))).join().kind()).isEqualTo(REFUSED);
        assertThat(asked).isEmpty();
    }

    @Test
    void aLongChainDoesNotOverflowTheStack() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            for (CredentialBackend backend : List.of(
                backend("at once", c -> CompletableFuture.completedFuture(CredentialResult.unknown())),
                backend("later", c -> CompletableFuture.supplyAsync(CredentialResult::unknown, pool)))) {
                List<Link> links = new ArrayList<>();
                for (int i = 0; i < 20_000; i++) {
                    links.add(Link.of(backend));
                }
                assertThat(new BackendChain(links).verify(ALICE).get(50, TimeUnit.SECONDS).kind()).isEqualTo(UNKNOWN);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void theFirstBackendThatHasTheUsersKeysGivesThem() {
        ScramKeys keys = new ScramKeys(4096, new byte[16], new byte[32], new byte[32]);
        BackendChain chain = new BackendChain(List.of(Link.of(having("a", KeyResult.unknown())), Link.of(having("b",
            KeyResult.found("alice", keys))), Link.of(having("c", KeyResult.disabled()))));

        KeyResult result = chain.lookup("alice", "SCRAM-SHA-256", Origin.byHand()).join();

        assertThat(result.keys()).containsSame(keys);
        assertThat(result.backend()).contains("b");
        assertThat(asked).containsExactly("a", "b");
    }

    @Test
    void whereNoBackendHasKeysTheWeightiestReasonIsTheResult() {
        KeyResult down = KeyResult.none(CredentialResult.unavailable("down").forThisUser());
        BackendChain chain = new BackendChain(List.of(Link.of(having("a", KeyResult.keyless())), Link.of(having("b", down))));

        KeyResult result = chain.lookup("alice", "SCRAM-SHA-256", Origin.byHand()).join();

        assertThat(result.kind()).isEqualTo(UNAVAILABLE);
        assertThat(result.keys()).isEmpty();
        assertThat(result.backend()).contains("b");
        assertThat(result.asCredentialResult().isForThisUser()).isTrue();
    }

    @Test
    void aLookUpThatItsCallerAbandonsIsCancelledAtTheBackend() {
        CompletableFuture<KeyResult> looked = new CompletableFuture<>();
        BackendChain chain = new BackendChain(List.of(Link.of(having("a", looked)), Link.of(having("b", KeyResult.unknown()))));

        chain.lookup("alice", "SCRAM-SHA-256", Origin.byHand()).cancel(false);

        assertThat(looked).isCancelled();
        assertThat(asked).containsExactly("a");
    }

    @Test
    void onlyBackendsThatClaimThePasswordAreAsked() {
        BackendChain chain = new BackendChain(List.of(Link.of(saying("a", ACCEPTED)), Link.of(new Keyed("b",
            CompletableFuture.completedFuture(KeyResult.unknown())) {
            @Override
            public boolean claims(Secret password) {
                return true;
            }
        })));

        assertThat(chain.verify(ALICE).join().backend()).contains("b");
        assertThat(asked).isEmpty();
    }

    @Test
    void theCensusAndTheIdentityAreThoseOfAllBackends() {
        BackendChain chain = new BackendChain(List.of(Link.of(having("a", KeyResult.unknown())), Link.of(having("b",
            KeyResult.unknown()))));

        assertThat(chain.census("SCRAM-SHA-256").typical()).hasValue(KeyShape.of(4096, 1));
        assertThat(chain.census("SCRAM-SHA-256")).hasToString("{i=4096 salt=1=2}");
        assertThat(chain.identity("alice")).isEqualTo("alice ab");
    }

    private CredentialBackend having(String name, KeyResult result) {
        return having(name, CompletableFuture.completedFuture(result));
    }

    private CredentialBackend having(String name, CompletableFuture<KeyResult> result) {
        return new Keyed(name, result);
    }

    @Test
    void aChainWithoutBackendIsAMistake() {
        assertThatThrownBy(() -> new BackendChain(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private CredentialResult verify(Link... links) {
        return new BackendChain(List.of(links)).verify(ALICE).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private CredentialBackend saying(String name, Kind kind) {
        return backend(name, credentials -> CompletableFuture.completedFuture(result(kind)));
    }

    private CredentialBackend backend(String name, Function<Credentials, CompletionStage<CredentialResult>> verify) {
        return new CredentialBackend() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public CompletionStage<CredentialResult> verify(Credentials credentials) {
                asked.add(name);
                return verify.apply(credentials);
            }
        };
    }

    private static CredentialResult result(Kind kind) {
        switch (kind) {
            case ACCEPTED:
                return CredentialResult.accepted("alice");
            case UNKNOWN:
                return CredentialResult.unknown();
            case REFUSED:
                return CredentialResult.refused();
            case DISABLED:
                return CredentialResult.disabled();
            case EXPIRED:
                return CredentialResult.expired();
            case TOO_WEAK:
                return CredentialResult.tooWeak();
            default:
                return CredentialResult.unavailable("down");
        }
    }

    /** Has keys, counts a user, and adds its name to that of a user. */
    private class Keyed implements CredentialBackend {
        private final String name;
        private final CompletableFuture<KeyResult> result;

        Keyed(String name, CompletableFuture<KeyResult> result) {
            this.name = name;
            this.result = result;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public CompletionStage<CredentialResult> verify(Credentials credentials) {
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }

        @Override
        public CompletionStage<KeyResult> lookup(String username, String scheme, Origin origin) {
            asked.add(name);
            return result;
        }

        @Override
        public KeyCensus census(String scheme) {
            return KeyCensus.counted(Map.of(KeyShape.of(4096, 1), 1L));
        }

        @Override
        public String identity(String username) {
            return username + (username.contains(" ") ? "" : " ") + name;
        }
    }
}
