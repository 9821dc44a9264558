package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.bruteforce.Block;
import org.smtpguard.bruteforce.BruteForceSettings.Mode;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswordUse;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.IssuedAppPassword;
import org.smtpguard.credential.Secret;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.it.web.JsonSchemas;
import org.smtpguard.protocol.CommandLine;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.protocol.Verb;
import org.smtpguard.resilience.BackendStatus;
import org.smtpguard.resilience.Health;
import org.smtpguard.resilience.HealthRecord;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.resilience.Safeguards;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.LogIn;
import org.smtpguard.transcript.Recording;
import org.smtpguard.transcript.Refusal;
import org.smtpguard.transcript.TranscriptLine;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;

/** Holds {@code docs/schemas/} and the answers for programs to one another. What a real WebAdmin sends is WebAdminSchemasIT's. */
class JsonSchemasTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-03-01T10:30:00Z"), ZoneOffset.UTC);
    /** Made by WebAdmin, and not by a view. */
    /** Of the command line; CheckCommandTest has its reports. */
    private static final String CHECK = "check";
    private static final String ERROR = "error";
    private static final DiagnosisId REFUSED = DiagnosisId.SEQ_MAIL_NESTED;

    static Stream<Arguments> answers() {
        Transcripts transcripts = new Transcripts(CLOCK);
        Violations violations = new Violations(CLOCK);
        Guesses guesses = new Guesses(Mode.ENFORCE, CLOCK).fail("192.0.2.1", "alice", "7f3a9c21", Guesses.FAILURES)
            .fail("192.0.2.2", "alice", "7f3a9c23", Guesses.FAILURES);
        Block byHand = guesses.limiter().block("bob", "left the company", Duration.ofDays(1)).orElseThrow();
        Pages pages = new Pages(new SequenceTable(), new DiagnosisCatalogue(), transcripts, violations,
            () -> Optional.of(guesses.limiter()), CLOCK);
        record(transcripts, "7f3a9c21").end();
        record(transcripts, "7f3a9c22");
        Recording floods = record(transcripts, "7f3a9c24");
        floods.tls("TLSv1.3");
        floods.logIn(new LogIn("refused", "PLAIN", "alice@example.org", Optional.of("apps"), "wrong password"));
        floods.logIn(new LogIn("cancelled", "PLAIN", "", Optional.empty(), ""));
        IntStream.range(0, 100).forEach(i -> floods.command(line("NOOP"), 6));
        violations.count(REFUSED, Verb.MAIL, "192.0.2.1", false);
        violations.count(DiagnosisId.SEQ_BARE_LF, Verb.OTHER, "192.0.2.2", true);
        for (int i = 0; i < 100; i++) {
            violations.count(REFUSED, Verb.MAIL, "198.51.100." + i, false);
        }
        List<BackendStatus> backends = List.of(status(CredentialResult.unavailable("connection refused"), Optional.empty()),
            status(CredentialResult.refused(), Optional.of("the file is at its last good version")));
        Stream<Arguments> counts = Stream.of(ViolationCount.By.values()).flatMap(by -> Stream.of(Optional.<Shown>empty(),
            Optional.of(Shown.ENFORCE), Optional.of(Shown.OBSERVE)).map(shown ->
                answer("violations", pages.violations(Range.DAY, by, shown))));
        Stream<Arguments> topics = Stream.concat(Arrays.stream(DiagnosisId.values()).map(DiagnosisId::toString),
            Stream.of("235", "503", "STARTTLS")).map(topic -> answer("diagnosis", pages.diagnosis(topic).orElseThrow()));
        return Stream.of(counts, topics, Stream.of(
            answer("overview", pages.overview(Range.DAY, backends, counted())),
            answer("sessions", pages.sessions(SessionFilter.NONE, 1, List.of("refused"))),
            answer("sessions-deleted", pages.delete(SessionFilter.NONE.and("ref", "7f3a9c23", session -> false))),
            answer("session", pages.session("7f3a9c21").orElseThrow()),
            answer("session", pages.session("7f3a9c24").orElseThrow()),
            answer("session", pages.session("7f3a9c22").orElseThrow()),
            answer("diagnoses", pages.diagnoses()),
            answer("blocks", pages.blocks()),
            answer("block-made", pages.blocked(byHand)),
            answer("blocks-lifted", pages.lifted(guesses.limiter().blocks())),
            answer("explanation", pages.explanation(guesses.limiter().explainAddress("192.0.2.1").orElseThrow())),
            answer("explanation", pages.explanation(guesses.limiter().explainAddress("127.0.0.0/8").orElseThrow())),
            answer("explanation", pages.explanation(guesses.limiter().explainUser("alice"))),
            answer("app-passwords", pages.appPasswords(List.of("apps"), Optional.of("alice"), appPasswords())),
            answer("app-passwords", pages.appPasswords(List.of(), Optional.empty(), List.of())),
            answer("app-password-made", pages.appPasswordMade(new IssuedAppPassword(appPasswords().get(0),
                Secret.of("sgap-7k2m-x9qd-4t0v-hn8r-3wzc-e5jb-6yfa")))),
            answer("app-passwords-revoked", pages.appPasswordsRevoked("alice", appPasswords())),
            answer("backends", pages.backends(backends)),
            answer("backends", pages.backends(List.of())),
            answer("simulation", pages.simulation(List.of("EHLO a", "DATA", "\u00e9", ""), SessionState.on(Port.plain()).build())),
            answer("auth-check", pages.authCheck(List.of("apps", "corp"), List.of())),
            answer("auth-check", pages.authCheck(List.of("apps"), verdicts()
                .map(kind -> new Answer("apps", kind.name(), "in words", 12)).collect(Collectors.toList()))))).flatMap(each -> each);
    }

    /** One in each state. */
    private static List<AppPassword> appPasswords() {
        Instant now = CLOCK.instant();
        AppPassword plain = AppPassword.of("3f8k2m9x", AppPasswordRequest.of("alice", "Phone", "WebAdmin"), now);
        AppPassword limited = AppPassword.of("4f8k2m9x", AppPasswordRequest.of("alice", "Scanner", "WebAdmin")
            .expiring(Optional.of(now)).from(List.of("192.0.2.0/24")).sendingAs(List.of("scans@example.org")), now);
        return List.of(plain, limited.lastUsed(new AppPasswordUse(now, Optional.of("192.0.2.7"), "PLAIN")), plain.revoked(now, "alice"));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerIsAsItsSchemaDescribesIt(String schema, JsonNode answer) {
        assertThat(JsonSchemas.findings(schema, answer)).as(answer.toPrettyString()).isEmpty();
    }

    /** So that a field that joins an answer, at any depth, cannot go undescribed. */
    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerWithOneMoreFieldIsNotValid(String schema, JsonNode answer) {
        List<JsonNode> objects = new ArrayList<>();
        collect(answer, objects);

        assertThat(objects).allSatisfy(object -> {
            ((ObjectNode) object).put("surprise", true);
            assertThat(JsonSchemas.findings(schema, answer)).as(object.toString()).isNotEmpty();
            ((ObjectNode) object).remove("surprise");
        });
    }

    private static void collect(JsonNode node, List<JsonNode> objects) {
        if (node.isObject()) {
            objects.add(node);
        }
        node.forEach(child -> collect(child, objects));
    }

    @Test
    void everyAnswerHasASchema() {
        Set<String> known = new HashSet<>(List.of(JsonSchemas.DEFINITIONS, ERROR, CHECK));
        answers().forEach(answer -> known.add((String) answer.get()[0]));

        assertThat(JsonSchemas.names()).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void noSchemaDescribesAFieldThatNoAnswerHas() {
        Set<String> described = new TreeSet<>();
        JsonSchemas.names().stream().filter(name -> !name.equals(ERROR) && !name.equals(CHECK))
            .forEach(name -> fields(name, JsonSchemas.read(name), described));
        Set<String> seen = new TreeSet<>();
        answers().forEach(answer -> {
            String name = (String) answer.get()[0];
            fieldsOf((JsonNode) answer.get()[1], name, JsonSchemas.read(name), seen);
        });

        assertThat(seen).isNotEmpty().isEqualTo(described);
    }

    @Test
    void everyObjectIsClosedAndEveryFieldAndStateIsExplained() {
        for (String name : JsonSchemas.names()) {
            objects(JsonSchemas.read(name)).forEach(object -> {
                assertThat(object.path("additionalProperties")).as("%s: %s", name, object)
                    .isEqualTo(JSON.getNodeFactory().booleanNode(false));
                object.path("properties").fields().forEachRemaining(field -> {
                    assertThat(field.getValue().path("description").asText()).as("%s of %s", field.getKey(), name).isNotBlank();
                    field.getValue().path("oneOf").forEach(state ->
                        assertThat(state.path("description").asText()).as("%s of %s", state, name).isNotBlank());
                    assertThat(field.getValue().has("enum")).as("states that are named and not explained").isFalse();
                });
            });
        }
    }

    static Stream<Arguments> states() {
        return Stream.of(
            Arguments.of("definitions", "/$defs/backend/properties/circuit", names(BackendStatus.State.values())),
            Arguments.of("definitions", "/$defs/health", names(Health.State.values())),
            Arguments.of("definitions", "/$defs/guessingMode", names(Mode.values())),
            Arguments.of("definitions", "/$defs/block/properties/subject", names(Block.Subject.values())),
            Arguments.of("definitions", "/$defs/appPassword/properties/state", names(AppPasswordFacts.State.values())),
            Arguments.of("explanation", "/properties/state", names(ExplanationView.State.values())),
            Arguments.of("session", "/properties/lines/items/properties/speaker", names(TranscriptLine.Speaker.values())),
            Arguments.of("violations", "/properties/by", names(ViolationCount.By.values())),
            Arguments.of("violations", "/properties/mode", names(Shown.values())),
            Arguments.of("simulation", "/properties/steps/items/properties/verdict", List.of("legal", "refused")),
            Arguments.of("auth-check", "/properties/answers/items/properties/verdict", names(verdicts()
                .toArray(CredentialResult.Kind[]::new))));
    }

    @ParameterizedTest
    @MethodSource("states")
    void theStatesOfASchemaAreThoseThatThereAre(String schema, String pointer, List<String> states) {
        assertThat(JsonSchemas.read(schema).at(pointer).path("oneOf").findValuesAsText("const"))
            .containsExactlyInAnyOrderElementsOf(states);
    }

    private static List<String> names(Enum<?>... values) {
        return Arrays.stream(values).map(value -> value.toString().toLowerCase(Locale.ROOT)).collect(Collectors.toList());
    }

    private static Arguments answer(String schema, View view) {
        return Arguments.of(schema, JSON.valueToTree(view.facts()));
    }

    /** The fields that a schema describes, each by the object that has it. */
    private static void fields(String schema, JsonNode node, Set<String> found) {
        objects(node).forEach(object -> object.path("properties").fieldNames().forEachRemaining(name ->
            found.add(field(schema, object, name))));
    }

    private static List<JsonNode> objects(JsonNode node) {
        return Stream.concat(Stream.of(node), node.findParents("properties").stream()).filter(each -> each.path("properties").isObject())
            .flatMap(each -> Stream.concat(Stream.of(each), below(each))).distinct().collect(Collectors.toList());
    }

    /** {@link JsonNode#findParents} does not look below what it has found. */
    private static Stream<JsonNode> below(JsonNode object) {
        return Stream.concat(stream(object.path("properties")), stream(object.path("$defs"))).flatMap(child -> objects(child).stream());
    }

    private static Stream<JsonNode> stream(JsonNode node) {
        Stream.Builder<JsonNode> children = Stream.builder();
        node.forEach(children::add);
        return children.build();
    }

    private static String field(String schema, JsonNode object, String name) {
        return schema + ": " + object.path("description").asText().split("\\.")[0] + ": " + name;
    }

    /** The fields of an answer, each by the object of the schema that describes it. */
    private static void fieldsOf(JsonNode answer, String name, JsonNode schema, Set<String> found) {
        String reference = schema.path("$ref").asText();
        if (!reference.isEmpty()) {
            fieldsOf(answer, JsonSchemas.DEFINITIONS, JsonSchemas.read(JsonSchemas.DEFINITIONS)
                .at(reference.substring(reference.indexOf('#') + 1)), found);
            return;
        }
        if (answer.isArray()) {
            answer.forEach(item -> fieldsOf(item, name, schema.path("items"), found));
        }
        if (answer.isObject()) {
            answer.fields().forEachRemaining(field -> {
                found.add(field(name, schema, field.getKey()));
                fieldsOf(field.getValue(), name, schema.path("properties").path(field.getKey()), found);
            });
        }
    }

    private static Recording record(Transcripts transcripts, String reference) {
        Recording recording = transcripts.begin(reference, "192.0.2.1", 587);
        recording.command(line("EHLO client.example"), 21);
        recording.command(line("MAIL FROM:<a@b>"), 17);
        Refusal refusal = new Refusal(REFUSED, "EHLO done, sender <a@b>, 1 recipient accepted", List.of("DATA", "QUIT"));
        recording.refusal(refusal, List.of("503 5.5.1 no [SEQ-MAIL-NESTED]"), 100);
        recording.observed(refusal, "MAIL refused");
        return recording;
    }

    private static CommandLine line(String text) {
        return CommandLine.parse((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** How a backend is that has answered so ten times. */
    private static BackendStatus status(CredentialResult answer, Optional<String> flaw) {
        Safeguarded backend = Safeguarded.around(new CredentialBackend() {
            @Override
            public String name() {
                return "apps";
            }

            @Override
            public CompletionStage<CredentialResult> verify(Credentials credentials) {
                return CompletableFuture.completedFuture(answer);
            }

            @Override
            public Optional<String> address() {
                return flaw.map(any -> "/root/conf/users");
            }

            @Override
            public Optional<String> flaw() {
                return flaw;
            }
        }, Safeguards.of(new BackendSettings("Any", "apps", Map.of(), file -> {
            throw new IllegalStateException(file);
        })));
        for (int i = 0; i < 10; i++) {
            backend.verify(Credentials.of("alice", Secret.of("secret")));
        }
        return backend.status();
    }

    /** Of backends, which block nothing. */
    private static Stream<CredentialResult.Kind> verdicts() {
        return Arrays.stream(CredentialResult.Kind.values()).filter(kind -> kind != CredentialResult.Kind.BLOCKED);
    }

    /** The limit on guessing, as it is without problems. */
    private static Health counted() {
        return new HealthRecord("bruteForce", "counted", Instant.EPOCH).update(Optional.empty(), "counted", Instant.EPOCH);
    }
}
