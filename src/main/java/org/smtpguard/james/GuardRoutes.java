package org.smtpguard.james;

import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.Username;
import org.apache.james.webadmin.Routes;
import org.apache.james.webadmin.utils.ErrorResponder;
import org.apache.james.webadmin.utils.ErrorResponder.ErrorType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Secret;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.page.Answer;
import org.smtpguard.page.Document;
import org.smtpguard.page.Pages;
import org.smtpguard.page.Range;
import org.smtpguard.page.Shown;
import org.smtpguard.page.View;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.Port.AuthOffer;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;
import spark.Request;
import spark.Response;
import spark.Service;

/**
 * The addresses of WebAdmin below {@code /smtp-guard}, behind its own authentication; named in {@code webadmin.properties} as
 * {@code extensions.routes}. Each is JSON for programs and HTML for people, whichever {@code Accept} asks for.
 *
 * <p>Threads: WebAdmin's own. They wait for nobody, but for backends that somebody wants asked ({@link AuthCheck}).
 */
@Singleton
public final class GuardRoutes implements Routes {
    private static final Logger LOGGER = LoggerFactory.getLogger(GuardRoutes.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String AUTH_CHECK = View.BASE + "/auth/check";
    private static final int COMMANDS = 200;
    private static final int COMMAND_LENGTH = 1000;
    private static final List<String> EXAMPLE = List.of("EHLO client.example", "DATA", "MAIL FROM:<alice@example.org>",
        "RCPT TO:<bob@example.org>", "MAIL FROM:<carol@example.org>");
    /** A page elsewhere may not have a browser guess passwords here. */
    private static final Set<String> FOREIGN = Set.of("cross-site", "same-site");

    private final Pages pages;
    private final Backends backends;

    @Inject
    public GuardRoutes(SequenceTable table, DiagnosisCatalogue catalogue, Transcripts transcripts, Violations violations,
                       Backends backends) {
        this.pages = new Pages(table, catalogue, transcripts, violations, Clock.systemDefaultZone());
        this.backends = backends;
    }

    @Override
    public String getBasePath() {
        return View.BASE;
    }

    @Override
    public void define(Service service) {
        if (!ConfidentialRequests.areKept(AUTH_CHECK)) {
            LOGGER.warn("The log is not written by Logback: where it shows the context of its lines it will show the body of each POST to"
                + " {}. Have the logger org.apache.james.webadmin.mdc.LoggingRequestFilter at WARN, or post forms, whose values it does"
                + " not see.", AUTH_CHECK);
        }
        get(service, "", this::overview);
        get(service, "/", this::overview);
        get(service, "/sessions", this::sessions);
        get(service, "/sessions/:reference", this::session);
        get(service, "/violations", this::violations);
        get(service, "/diagnoses", request -> pages.diagnoses());
        get(service, "/diagnoses/:topic", this::diagnosis);
        get(service, "/backends", request -> pages.backends(backends.status()));
        get(service, "/simulate", request -> pages.simulation(EXAMPLE, beginning(AuthOffer.UNDER_TLS, true, false)));
        post(service, "/simulate", this::simulate);
        get(service, "/auth/check", request -> pages.authCheck(names(), List.of()));
        post(service, "/auth/check", this::checkAuth);
    }

    private void get(Service service, String path, Handler handler) {
        service.get(View.BASE + path, (request, response) -> answer(request, response, () -> handler.handle(request)));
    }

    private void post(Service service, String path, Handler handler) {
        service.post(View.BASE + path, (request, response) -> answer(request, response, () -> {
            if (FOREIGN.contains(Optional.ofNullable(request.headers("Sec-Fetch-Site")).orElse(""))) {
                throw new BadRequest(403, "A page of another site has sent this.");
            }
            return handler.handle(request);
        }));
    }

    private Object answer(Request request, Response response, Supplier<View> view) throws JsonProcessingException {
        boolean isHtml = Accepted.isHtml(Optional.ofNullable(request.headers("Accept")).orElse(""));
        response.header("Vary", "Accept");
        response.header("Cache-Control", "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        response.header("Referrer-Policy", "no-referrer");
        response.header("Content-Security-Policy", Document.POLICY);
        response.type(isHtml ? "text/html; charset=utf-8" : "application/json");
        try {
            View found = view.get();
            return isHtml ? found.page() : JSON.writeValueAsString(found.facts());
        } catch (BadRequest e) {
            response.status(e.status());
            return isHtml ? pages.failure(e.status(), e.getMessage()).page() : ErrorResponder.builder().statusCode(e.status())
                .type(e.status() == 404 ? ErrorType.NOT_FOUND : ErrorType.INVALID_ARGUMENT).message(e.getMessage()).asString();
        }
    }

    private View overview(Request request) {
        return pages.overview(range(request), backends.status());
    }

    private View sessions(Request request) {
        return query(request, "ref").map(this::session).orElseGet(pages::sessions);
    }

    private View session(Request request) {
        return session(request.params("reference"));
    }

    private View session(String reference) {
        return pages.session(reference.trim().toLowerCase(Locale.ROOT)).orElseThrow(() -> new BadRequest(404, pages.sessionUnknown()));
    }

    private View violations(Request request) {
        return pages.violations(range(request), by(request), query(request, "mode").map(mode -> Shown.of(mode)
            .orElseThrow(() -> new BadRequest(400, "mode can be enforce or observe, or be left out for both."))));
    }

    private View diagnosis(Request request) {
        return pages.diagnosis(request.params("topic")).orElseThrow(() -> new BadRequest(404,
            "There is no such diagnosis, reply code or command; " + View.BASE + "/diagnoses lists them."));
    }

    private View simulate(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("commands", "auth", "startTls", "tls"));
        return pages.simulation(form.lines("commands", COMMANDS, COMMAND_LENGTH),
            beginning(form.text("auth").map(GuardRoutes::offer).orElse(AuthOffer.ALWAYS), form.flag("startTls"), form.flag("tls")));
    }

    private static AuthOffer offer(String name) {
        return Stream.of(AuthOffer.values()).filter(offer -> offer.name().replace("_", "").equalsIgnoreCase(name)).findFirst()
            .orElseThrow(() -> new BadRequest(400, "auth can be never, underTls or always."));
    }

    private static SessionState beginning(AuthOffer offer, boolean startTls, boolean tls) {
        return SessionState.on(Port.plain().withStartTls(startTls).withAuth(offer, Authentication.PROPOSED_PLAIN)).tls(tls).build();
    }

    private View checkAuth(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("username", "password", "backend"));
        String name = form.required("username");
        String password = form.required("password");
        Optional<String> wanted = form.text("backend");
        List<Safeguarded> asked = backends.all().stream().filter(backend -> wanted.isEmpty() || wanted.get().equals(backend.name()))
            .collect(Collectors.toList());
        if (asked.isEmpty()) {
            throw new BadRequest(404, "There is no such backend; " + View.BASE + "/backends lists them.");
        }
        List<Answer> answers = AuthCheck.ask(asked, Credentials.of(asJamesHasIt(name), Secret.of(password)));
        return pages.authCheck(names(), answers);
    }

    private static String asJamesHasIt(String name) {
        try {
            return Username.of(name).asString();
        } catch (RuntimeException e) {
            throw new BadRequest(400, "The username can be nobody's: James does not take it for one.");
        }
    }

    private List<String> names() {
        return backends.all().stream().map(Safeguarded::name).collect(Collectors.toList());
    }

    private static Range range(Request request) {
        return query(request, "since").map(text -> Range.parse(text).orElseThrow(() -> new BadRequest(400,
            "since can be a time before now, such as 15m, 6h or 1d, or a moment, such as 2026-01-31T12:00:00Z."))).orElse(Range.DAY);
    }

    private static ViolationCount.By by(Request request) {
        String name = query(request, "by").orElse("rule");
        return Stream.of(ViolationCount.By.values()).filter(by -> by.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
            .orElseThrow(() -> new BadRequest(400, "by can be rule, client or verb."));
    }

    private static Optional<String> query(Request request, String name) {
        return Optional.ofNullable(request.queryParams(name)).map(String::trim).filter(text -> !text.isEmpty());
    }

    private interface Handler {
        View handle(Request request);
    }
}
