package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.metrics.dropwizard.DropWizardGaugeRegistry;
import org.apache.james.metrics.dropwizard.DropWizardMetricFactory;
import org.apache.james.server.core.configuration.FileConfigurationProvider;
import org.junit.jupiter.api.Test;
import org.smtpguard.MarkdownPage;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.credential.LogCapture;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.TestWorkers;
import org.smtpguard.credential.Workers;
import org.smtpguard.it.web.JsonSchemas;
import org.smtpguard.james.auth.AuthenticationSettings;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.event.AuthOutcome;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.protocol.DiagnosisId;
import org.smtpguard.resilience.HealthRecord;
import org.smtpguard.sasl.SaslStep;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/** Holds the lists of {@code docs/stability.md} and the code to one another. */
class StabilityPageTest {
    private static final MarkdownPage PAGE = MarkdownPage.of("docs/stability.md");
    private static final String NONE = "none";
    private static final Pattern KNOWN = Pattern.compile("known here: (.*)\\.$");

    private final MetricRegistry counts = new MetricRegistry();
    private final MetricRegistry gauges = new MetricRegistry();
    private final GuardMetrics metrics = new GuardMetrics(new DropWizardMetricFactory(counts), new DropWizardGaugeRegistry(gauges));
    private final Logbook logbook = new Logbook(metrics, new Transcripts(Clock.systemUTC()), new Violations(Clock.systemUTC()));

    @Test
    void everyDiagnosisIsListed() {
        assertThat(PAGE.section("Replies").words())
            .containsExactlyElementsOf(Stream.of(DiagnosisId.values()).map(DiagnosisId::toString).collect(Collectors.toList()));
    }

    @Test
    void everyClassThatAnOperatorNamesIsListed() {
        assertThat(PAGE.section("Names").table("name")).extracting(row -> MarkdownPage.code(row.get(0)).get(0))
            .containsExactlyInAnyOrderElementsOf(Stream.of(NamedClass.values()).map(NamedClass::className).collect(Collectors.toList()));
    }

    @Test
    void theElementsAndAttributesAreThoseThatTheCodeKnows() {
        Map<String, List<Set<String>>> known = new TreeMap<>();
        explore(known, NamedClass.SEQUENCE_GUARD, GuardSettings::parse);
        explore(known, NamedClass.AUTHENTICATION, handler -> AuthenticationSettings.parse(handler, null));
        explore(known, NamedClass.BACKEND_AUTH_HOOK, null);

        Map<String, List<Set<String>>> listed = new TreeMap<>();
        PAGE.section("Elements and attributes").table("element").forEach(row ->
            listed.put(MarkdownPage.code(row.get(0)).get(0), List.of(names(row.get(1)), names(row.get(2)))));
        assertThat(listed).isEqualTo(known);
    }

    @Test
    void theElementsOfABackendAreThoseThatItKnows() throws IOException {
        Map<String, Set<String>> known = new TreeMap<>();
        for (Class<?> backend : backends()) {
            Set<String> elements = elementsOf(backend);
            elements.removeAll(elementsOfEvery());
            known.put(backend.getSimpleName(), elements);
        }

        Map<String, Set<String>> listed = new TreeMap<>();
        PAGE.section("Elements of a backend").table("class").forEach(row ->
            listed.put(MarkdownPage.code(row.get(0)).get(0), names(row.get(1))));
        assertThat(listed).isEqualTo(known);
    }

    @Test
    void theMetricsAreThoseInTheRegistry() {
        metrics.expect("SCRAM-SHA-256", List.of("apps"));
        metrics.time("apps", CompletableFuture.completedFuture("verdict"));
        metrics.backend("apps", Optional::empty);
        metrics.expiring("apps", () -> 0L);
        metrics.blocks(() -> 0L, () -> 0L, () -> {
            throw new IllegalStateException("not read");
        });
        Map<String, String> listed = new LinkedHashMap<>();
        PAGE.section("Metrics").table("name").forEach(row -> listed.put(MarkdownPage.code(row.get(0)).get(0), row.get(1)));

        Map<String, String> seen = new LinkedHashMap<>();
        Map<String, String> kinds = new LinkedHashMap<>();
        counts.getMetrics().forEach((name, metric) -> kinds.put(name, metric instanceof Timer ? "timer" : "counter"));
        gauges.getNames().forEach(name -> kinds.put(name, "gauge"));
        kinds.forEach((name, kind) -> {
            List<String> forms = listed.keySet().stream().filter(form -> name.matches(pattern(form))).collect(Collectors.toList());
            assertThat(forms).as(name).hasSize(1);
            seen.put(forms.get(0), kind);
        });
        assertThat(seen).containsExactlyInAnyOrderEntriesOf(listed);
    }

    @Test
    void theOutcomesAreThoseOfAnAuth() {
        assertThat(outcomes()).containsExactlyElementsOf(
            Stream.of(AuthOutcome.values()).map(outcome -> outcome.name().toLowerCase(Locale.ROOT)).collect(Collectors.toList()));
    }

    @Test
    void theLogLinesHaveTheFormsThatAreListed() {
        try (LogCapture log = new LogCapture()) {
            EmbeddedPort.Client client = EmbeddedPort.builder().logbook(logbook).build().connect();
            client.send("DATA\r\n");
            client.send("FROB\r\n");
            client.send("EHLO client.example\r\n");
            client.send(auth("alice@example.org", "wrong"));
            client.send(auth("alice@example.org", FixtureBackend.DOWN));
            client.send(auth("alice@example.org", FixtureBackend.RIGHT));
            EmbeddedPort.Client phone = EmbeddedPort.builder().logbook(logbook).build().connect();
            phone.send("EHLO client.example\r\n");
            phone.send(auth("alice@example.org", FixtureBackend.PHONE));
            EmbeddedPort.Client observed = EmbeddedPort.builder().mode("observe").logbook(logbook).build().connect();
            observed.send("DATA\r\n");
            observed.send("FROB\n");
            logbook.authenticated(Origin.of("PLAIN", Optional.of("192.0.2.7"), Optional.of("7f3a9c21"), true),
                SaslStep.success("bob@example.org", CredentialResult.accepted("alice@example.org").by("apps")));
            logbook.checkFailed("192.0.2.7", "alice@example.org", "apps", CredentialResult.refused());

            HealthRecord guessing = new HealthRecord("bruteForce", "counted", Instant.EPOCH);
            guessing.update(Optional.of("Redis is away"), "counted", Instant.EPOCH);
            guessing.update(Optional.empty(), "counted", Instant.EPOCH);
            HealthRecord backend = new HealthRecord("backend=apps", "it answers", Instant.EPOCH);
            backend.update(Optional.of("the file is broken"), "it answers", Instant.EPOCH);

            for (String logger : List.of("org.smtpguard.REFUSAL", "org.smtpguard.HEALTH",
                "org.apache.james.protocols.smtp.AUTHENTICATION")) {
                List<String> forms = PAGE.section("Log lines").after("`" + logger + "`:").block();
                List<String> lines = log.by(logger);
                assertThat(lines).isNotEmpty().allSatisfy(line ->
                    assertThat(forms).filteredOn(form -> line.matches(pattern(form))).as(line).hasSize(1));
                assertThat(forms).allSatisfy(form -> assertThat(lines).as(form).anyMatch(line -> line.matches(pattern(form))));
            }
        }
    }

    @Test
    void everySchemaIsThatOfAnAddress() {
        MarkdownPage section = PAGE.section("WebAdmin");

        assertThat(section.links()).filteredOn(link -> link.startsWith("schemas/"))
            .containsExactlyInAnyOrderElementsOf(JsonSchemas.names().stream().filter(name -> !name.equals("check"))
                .map(name -> "schemas/" + name + ".schema.json")
                .collect(Collectors.toList()));
        assertThat(section.table("address")).allSatisfy(row -> assertThat(row.get(1)).contains(".schema.json"));
    }

    @Test
    void everyLinkLeadsToAFile() {
        assertThat(PAGE.links()).filteredOn(link -> !link.startsWith("https:"))
            .allSatisfy(link -> assertThat(Path.of("docs").resolve(link)).exists());
    }

    private static String auth(String user, String password) {
        byte[] message = ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
        return "AUTH PLAIN " + Base64.getEncoder().encodeToString(message) + "\r\n";
    }

    /** The regular expression of the names or lines of that form. */
    private static String pattern(String form) {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("ID", "[A-Z]+(-[A-Z]+)+");
        places.put("VERB", "[A-Z]+");
        places.put("MECHANISM", "[A-Z0-9_-]+");
        places.put("backend", "[A-Za-z0-9_]+");
        places.put("outcome", "(" + String.join("|", outcomes()) + ")");
        places.put("OUTCOME", "(" + String.join("|", outcomes()).toUpperCase(Locale.ROOT) + ")");
        places.put("code", "[45]\\d\\d");
        places.put("address", "[0-9a-f.:]+");
        places.put("health", "(healthy|degraded|down)");
        places.put("time", "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        places.put("reference", "([0-9a-f]+|none)");
        places.put("user", "\\S+");
        places.put("id", "[0-9a-z]+");
        places.put("label", "[^\"]+");
        places.put("reason", ".+");
        Matcher place = Pattern.compile("<([A-Za-z]+)>").matcher(form);
        StringBuilder pattern = new StringBuilder();
        int end = 0;
        while (place.find()) {
            pattern.append(Pattern.quote(form.substring(end, place.start()))).append(Optional.ofNullable(places.get(place.group(1)))
                .orElseThrow(() -> new AssertionError("What is <" + place.group(1) + ">?")));
            end = place.end();
        }
        return pattern.append(Pattern.quote(form.substring(end))).toString();
    }

    private static List<String> outcomes() {
        return PAGE.section("Metrics").after("Outcomes:").words();
    }

    private static Set<String> names(String cell) {
        List<String> names = MarkdownPage.code(cell);
        assertThat(names.isEmpty()).as(cell).isEqualTo(cell.equals(NONE));
        return new TreeSet<>(names);
    }

    /**
     * Asks the code: the message about an unknown element or attribute lists those that are known.
     *
     * @param parser of the handler's element; null if only the handler itself can read it
     */
    private static void explore(Map<String, List<Set<String>>> found, NamedClass handler, Function<ConfigurationElement, ?> parser) {
        Function<String, String> message = xml -> message(handler, xml, parser);
        String name = handler.simpleName();
        String begin = "<handler class=\"" + handler.className() + "\"";
        Set<String> elements = known(message.apply(begin + "><unknown/></handler>"));
        found.put(name, List.of(known(message.apply(begin + " unknown=\"\"/>")), elements));
        for (String element : elements) {
            String inner = element.equals("backend") ? " class=\"JamesBackend\" name=\"local\"" : "";
            Set<String> attributes = known(message.apply(begin + "><" + element + " unknown=\"\"/></handler>"));
            if (element.equals("backend")) {
                found.put(element, List.of(attributes, elementsOfEvery()));
                elementsOfEvery().forEach(each -> found.put(each, List.of(
                    known(message.apply(begin + "><backend" + inner + "><" + each + " unknown=\"\"/></backend></handler>")),
                    known(message.apply(begin + "><backend" + inner + "><" + each + "><unknown/></" + each + "></backend></handler>")))));
            } else {
                found.put(element, List.of(attributes, known(message.apply(begin + "><" + element + "><unknown/></" + element
                    + "></handler>"))));
            }
        }
    }

    private static String message(NamedClass handler, String xml, Function<ConfigurationElement, ?> parser) {
        return catchThrowable(() -> {
            HierarchicalConfiguration<ImmutableNode> configuration = FileConfigurationProvider.getConfig(new ByteArrayInputStream(
                ("<handlerchain>" + xml + "</handlerchain>").getBytes(StandardCharsets.UTF_8))).configurationsAt("handler").get(0);
            if (parser == null) {
                new BackendAuthHook(null, null, null).init(configuration);
            } else {
                parser.apply(ConfigurationElement.handler(configuration, handler));
            }
        }).getMessage();
    }

    private static Set<String> known(String message) {
        Matcher known = KNOWN.matcher(message);
        assertThat(known.find()).as(message).isTrue();
        return Arrays.stream(known.group(1).split(", ")).map(name -> name.replaceAll("[<>]", "")).filter(name -> !name.equals(NONE))
            .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> elementsOfEvery() {
        return known(catchThrowable(() -> withUnknownElement().only()).getMessage());
    }

    private static BackendSettings withUnknownElement() {
        return new BackendSettings("Any", "any", Map.of("unknown", ""), Path::of);
    }

    /** Those of the project: each is in a package of its own. */
    private static List<Class<?>> backends() throws IOException {
        Path root = Path.of("src", "main", "java");
        try (Stream<Path> files = Files.walk(root.resolve("org/smtpguard/backend"))) {
            return files.filter(file -> file.getFileName().toString().endsWith("Backend.java"))
                .map(file -> root.relativize(file).toString().replace(".java", "").replace(file.getFileSystem().getSeparator(), "."))
                .map(StabilityPageTest::load).filter(type -> type.getConstructors().length > 0).collect(Collectors.toList());
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> elementsOf(Class<?> backend) {
        Constructor<?> constructor = backend.getConstructors()[0];
        Object[] arguments = Arrays.stream(constructor.getParameterTypes()).map(type -> type == Workers.class ? TestWorkers.direct()
            : type == LocalUsers.class ? LocalUsers.none() : withUnknownElement()).toArray();
        return known(catchThrowable(() -> constructor.newInstance(arguments)).getCause().getMessage());
    }
}
