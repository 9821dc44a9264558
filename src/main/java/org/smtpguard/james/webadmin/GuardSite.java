package org.smtpguard.james.webadmin;

import java.io.FileNotFoundException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.james.core.Username;
import org.apache.james.utils.PropertiesProvider;
import org.apache.james.webadmin.authentication.AuthenticationFilter;
import org.apache.james.webadmin.authentication.NoAuthenticationFilter;
import org.apache.james.webadmin.utils.ErrorResponder;
import org.apache.james.webadmin.utils.ErrorResponder.ErrorType;
import org.eclipse.jetty.http.BadMessageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.credential.Secret;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.james.auth.LoginProtection;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.guard.OfferedAuth;
import org.smtpguard.page.Answer;
import org.smtpguard.page.Document;
import org.smtpguard.page.Pages;
import org.smtpguard.page.Range;
import org.smtpguard.page.Shown;
import org.smtpguard.page.View;
import org.smtpguard.resilience.Health;
import org.smtpguard.resilience.Safeguarded;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.Port.AuthOffer;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.ViolationCount;
import org.smtpguard.transcript.Violations;
import spark.Filter;
import spark.Request;
import spark.Response;
import spark.Route;
import spark.Service;

/**
 * The guard's routes in WebAdmin and their handlers. Each returns JSON or HTML, depending on {@code Accept}.
 *
 * <p>Threads: WebAdmin's own, which block only while backends are queried ({@link AuthCheck}).
 */
@Singleton
public final class GuardSite {
    private static final Logger LOGGER = LoggerFactory.getLogger(GuardSite.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int COMMANDS = 200;
    private static final int COMMAND_LENGTH = 1000;
    private static final List<String> EXAMPLE = List.of("EHLO client.example", "DATA", "MAIL FROM:<alice@example.org>",
        "RCPT TO:<bob@example.org>", "MAIL FROM:<carol@example.org>");
    private static final String CORS = "Access-Control-Allow-Origin";
    private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::");
    private static final int SEE_OTHER = 303;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_LARGE = 413;
    private static final int INTERNAL_ERROR = 500;

    private final Pages pages;
    private final Backends backends;
    private final Supplier<Health> guessing;
    private final AuthCheck authCheck;
    private final SessionRequests sessions;
    private final BlockRequests blocks;
    private final AppPasswordRequests appPasswords;
    private final RequestOrigin origin;

    @Inject
    public GuardSite(SequenceTable table, DiagnosisCatalogue catalogue, Transcripts transcripts, Violations violations,
                     Backends backends, LoginProtection protection, Logbook logbook, AuthenticationFilter authentication,
                     PropertiesProvider properties) {
        this.pages = new Pages(table, catalogue, transcripts, violations, protection::limiter, Clock.system(ZoneId.systemDefault()));
        this.sessions = new SessionRequests(pages, Clock.systemUTC());
        this.blocks = new BlockRequests(protection::limiter, pages);
        this.backends = backends;
        this.appPasswords = new AppPasswordRequests(backends, pages, Clock.systemUTC());
        this.guessing = protection::health;
        this.authCheck = new AuthCheck(logbook, Clock.systemUTC());
        this.origin = origin(properties, !(authentication instanceof NoAuthenticationFilter));
    }

    private static RequestOrigin origin(PropertiesProvider properties, boolean authenticated) {
        try {
            Configuration configuration = properties.getConfiguration("webadmin");
            return RequestOrigin.of(List.of(configuration.getStringArray("smtpguard.hosts")),
                Optional.ofNullable(configuration.getString("host", null)).filter(host -> !ANY_ADDRESS.contains(host)), authenticated);
        } catch (FileNotFoundException e) {
            return RequestOrigin.of(List.of(), Optional.empty(), authenticated);
        } catch (ConfigurationException e) {
            throw new InvalidConfigurationException("webadmin.properties cannot be read: " + e.getMessage());
        }
    }

    public void define(Service service) {
        if (!ConfidentialRequests.install()) {
            LOGGER.warn("The log is not written by Logback: if it shows the logging context (MDC), it shows the body of each request"
                + " to {}. Set the loggers below org.apache.james.webadmin.mdc to WARN.", View.BASE);
        }
        Filter preflight = (request, response) -> refuseCrossOriginPreflight(service, request, response);
        service.before(View.BASE, preflight);
        service.before(View.BASE + "/*", preflight);
        // Thrown by Jetty for an invalid query or form. James would answer 500.
        service.exception(BadMessageException.class, this::unreadable);
        service.internalServerError(GuardSite::internalError);
        get(service, "", this::overview, "since");
        get(service, "/", this::overview, "since");
        get(service, "/sessions", sessions::list, SessionRequests.LIST);
        get(service, "/sessions/:reference", request -> sessions.session(request.params("reference")));
        delete(service, "/sessions", sessions::delete, SessionRequests.FILTERS);
        delete(service, "/sessions/:reference", request -> sessions.delete(request.params("reference")));
        post(service, "/sessions/" + Pages.DELETE, sessions::deleteForm);
        get(service, "/violations", this::violations, "since", "by", "mode");
        get(service, "/diagnoses", request -> pages.diagnoses());
        get(service, "/diagnoses/:topic", this::diagnosis);
        get(service, "/blocks", this::blocks, "of");
        post(service, "/blocks", blocks::block);
        post(service, "/blocks/" + Pages.LIFT, blocks::liftForm);
        delete(service, "/blocks", request -> query(request, "of").map(blocks::lift).orElseThrow(() -> new BadRequestException(400,
            "Name the network or the user: DELETE " + View.BASE + "/blocks/192.0.2.7, or ?of=192.0.2.7.")), "of");
        delete(service, "/blocks/:of", request -> blocks.liftPath(end(request, 1)));
        delete(service, "/blocks/:address/:bits", request -> blocks.liftPath(end(request, 2)));
        get(service, "/app-passwords", appPasswords::find, "user");
        get(service, "/app-passwords/:user", appPasswords::list);
        post(service, "/app-passwords/:user", appPasswords::issue);
        post(service, "/app-passwords/:user/" + Pages.REVOKE, appPasswords::revokeForm);
        delete(service, "/app-passwords/:user", appPasswords::revokeAll);
        delete(service, "/app-passwords/:user/:id", appPasswords::revokePath);
        get(service, "/backends", request -> pages.backends(backends.status()));
        get(service, "/simulate", request -> pages.simulation(EXAMPLE, beginning(AuthOffer.UNDER_TLS, true, false)));
        post(service, "/simulate", this::simulate);
        get(service, "/auth/check", request -> pages.authCheck(names(), List.of()));
        post(service, "/auth/check", this::checkAuth);
        Route nothing = (request, response) -> answer(request, response, () -> {
            throw notFound();
        });
        String anything = View.BASE + "/*";
        service.get(anything, nothing);
        service.head(anything, nothing);
        service.post(anything, nothing);
        service.put(anything, nothing);
        service.patch(anything, nothing);
        service.delete(anything, nothing);
    }

    /** @param parameters the names of the valid query parameters */
    private void get(Service service, String path, Handler handler, String... parameters) {
        Route route = route(View.BASE + path, knowing(parameters, handler));
        service.get(View.BASE + path, route);
        service.head(View.BASE + path, route);
    }

    private void delete(Service service, String path, Handler handler, String... parameters) {
        service.delete(View.BASE + path, route(View.BASE + path, knowing(parameters, handler)));
    }

    private static Handler knowing(String[] parameters, Handler handler) {
        return request -> {
            request.queryParams().stream().filter(name -> !List.of(parameters).contains(name)).findFirst().ifPresent(unknown -> {
                throw new BadRequestException(400, parameters.length == 0 ? "This URL takes no parameters."
                    : "There is an unknown parameter; known are " + String.join(", ", parameters) + ".");
            });
            return handler.handle(request);
        };
    }

    private void post(Service service, String path, Handler handler) {
        service.post(View.BASE + path, route(View.BASE + path, handler));
    }

    private Route route(String path, Handler handler) {
        return (request, response) -> answer(request, response, () -> {
            if (!isCanonical(path, request.uri())) {
                throw notFound();
            }
            return handler.handle(request);
        });
    }

    /**
     * Spark also matches other spellings of a path, such as double slashes or encoded characters. A proxy's access rules may
     * not.
     */
    static boolean isCanonical(String path, String uri) {
        String[] wanted = path.split("/", -1);
        String[] found = uri.split("/", -1);
        return wanted.length == found.length && IntStream.range(0, wanted.length).allMatch(i -> wanted[i].startsWith(":")
            ? !found[i].isEmpty() && !found[i].contains(";") : wanted[i].equals(found[i]));
    }

    private static BadRequestException notFound() {
        return new BadRequestException(NOT_FOUND, "There is no such URL; see " + View.BASE + " for those available.");
    }

    private Optional<String> refusal(Request request) {
        return origin.refusal(request::headers, request.scheme());
    }

    /** James allows CORS preflight requests from any site; the guard's routes do not. */
    private void refuseCrossOriginPreflight(Service service, Request request, Response response) {
        RawResponse.remove(response, CORS);
        Optional<String> refusal = request.requestMethod().equalsIgnoreCase("OPTIONS") ? refusal(request) : Optional.empty();
        if (refusal.isPresent()) {
            response.type("application/json");
            service.halt(FORBIDDEN, error(FORBIDDEN, refusal.get()));
        }
    }

    private void unreadable(BadMessageException fault, Request request, Response response) {
        RawResponse.remove(response, CORS);
        // The immediate cause in Jetty 9; in Jetty 12 (James 3.9) it is wrapped.
        boolean isTooLarge = Stream.iterate(fault.getCause(), Objects::nonNull, Throwable::getCause)
            .anyMatch(IllegalStateException.class::isInstance);
        response.status(isTooLarge ? TOO_LARGE : 400);
        response.body(isTooLarge ? error(TOO_LARGE, "The form is too large.") : error(400, "The query or the form cannot be read:"
            + " its percent-encoding or UTF-8 is invalid."));
    }

    /**
     * James' own response, unless the cause is an {@code Accept} that Spark fails on. It does so before it selects a filter or
     * a route, so no exception handler is called.
     */
    private static Object internalError(Request request, Response response) {
        response.type("application/json");
        if (!Accepted.isReadable(accept(request))) {
            response.status(400);
            return error(400, "The header Accept cannot be read; leave it out, or send application/json or text/html.");
        }
        return ErrorResponder.builder().statusCode(INTERNAL_ERROR).type(ErrorType.SERVER_ERROR)
            .message("WebAdmin encountered an unexpected internal error").asString();
    }

    private static String accept(Request request) {
        return Optional.ofNullable(request.headers("Accept")).orElse("");
    }

    private Object answer(Request request, Response response, Supplier<View> view) throws JsonProcessingException {
        boolean isHtml = Accepted.isHtml(accept(request));
        response.header("Vary", "Accept");
        response.header("Cache-Control", "no-store");
        response.header("X-Content-Type-Options", "nosniff");
        // With no-referrer, a browser would send the guard's own forms with "Origin: null", like those of other sites.
        response.header("Referrer-Policy", "same-origin");
        response.header("Content-Security-Policy", Document.POLICY);
        response.type(isHtml ? "text/html; charset=utf-8" : "application/json");
        RawResponse.remove(response, CORS);
        try {
            refusal(request).ifPresent(why -> {
                throw new BadRequestException(FORBIDDEN, why);
            });
            View found = view.get();
            return isHtml ? found.page() : JSON.writeValueAsString(found.facts());
        } catch (SeeOtherException e) {
            response.status(SEE_OTHER);
            response.header("Location", e.location());
            return "";
        } catch (BadRequestException e) {
            response.status(e.status());
            return isHtml ? pages.failure(e.status(), e.getMessage()).page() : error(e.status(), e.getMessage());
        }
    }

    private static String error(int status, String message) {
        ErrorType type = status == NOT_FOUND ? ErrorType.NOT_FOUND : status >= INTERNAL_ERROR ? ErrorType.SERVER_ERROR
            : ErrorType.INVALID_ARGUMENT;
        return ErrorResponder.builder().statusCode(status).type(type).message(message).asString();
    }

    private View overview(Request request) {
        return pages.overview(range(request), backends.status(), guessing.get());
    }

    private View blocks(Request request) {
        return query(request, "of").map(blocks::explain).orElseGet(pages::blocks);
    }

    /** The last parts of the path, as they were sent. */
    static String end(Request request, int parts) {
        String[] all = request.uri().split("/", -1);
        return Stream.of(all).skip(all.length - parts).collect(Collectors.joining("/"));
    }

    private View violations(Request request) {
        return pages.violations(range(request), by(request), query(request, "mode").map(mode -> Shown.of(mode)
            .orElseThrow(() -> new BadRequestException(400, "mode can be enforce or observe, or be left out for both."))));
    }

    private View diagnosis(Request request) {
        return pages.diagnosis(request.params("topic")).orElseThrow(() -> new BadRequestException(404,
            "There is no such diagnosis, reply code or command; " + View.BASE + "/diagnoses lists them."));
    }

    private View simulate(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("commands", "auth", "startTls", "tls"));
        return pages.simulation(form.lines("commands", COMMANDS, COMMAND_LENGTH),
            beginning(form.text("auth").map(GuardSite::offer).orElse(form.flag("startTls") ? AuthOffer.UNDER_TLS : AuthOffer.ALWAYS),
                form.flag("startTls"), form.flag("tls")));
    }

    private static AuthOffer offer(String name) {
        return Stream.of(AuthOffer.values()).filter(offer -> offer.name().replace("_", "").equalsIgnoreCase(name)).findFirst()
            .orElseThrow(() -> new BadRequestException(400, "auth can be never, underTls or always."));
    }

    private static SessionState beginning(AuthOffer offer, boolean startTls, boolean tls) {
        return SessionState.on(Port.plain().withStartTls(startTls).withAuth(offer, OfferedAuth.PROPOSED_PLAIN)).tls(tls).build();
    }

    private View checkAuth(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("username", "password", "backend"));
        String name = form.required("username");
        String password = form.required("password");
        if (name.indexOf('\0') >= 0 || password.indexOf('\0') >= 0) {
            throw new BadRequestException(400, "A NUL cannot be part of a username or a password (RFC 4616).");
        }
        Optional<String> wanted = form.text("backend");
        List<Safeguarded> all = backends.all();
        // As at log-in: no backend sees an app password of another.
        boolean isClaimed = all.stream().anyMatch(backend -> backend.claims(Secret.of(password)));
        List<Safeguarded> queried = all.stream().filter(backend -> wanted.isEmpty() || wanted.get().equals(backend.name()))
            .filter(backend -> !isClaimed || backend.claims(Secret.of(password))).collect(Collectors.toList());
        if (queried.isEmpty()) {
            throw new BadRequestException(404, "There is no such backend; " + View.BASE + "/backends lists them.");
        }
        List<Answer> answers = authCheck.check(queried, Credentials.of(normalise(name), Secret.of(password)), request.ip());
        return pages.authCheck(names(), answers);
    }

    private static String normalise(String name) {
        try {
            return Username.of(name).asString();
        } catch (RuntimeException e) {
            throw new BadRequestException(400, "The username is not a valid user name in James.");
        }
    }

    private List<String> names() {
        return backends.all().stream().map(Safeguarded::name).collect(Collectors.toList());
    }

    private static Range range(Request request) {
        return query(request, "since").map(text -> Range.parse(text).orElseThrow(() -> new BadRequestException(400,
            "since can be a duration before now, such as 15m, 6h or 1d, or a time, such as 2026-01-31T12:00:00Z."))).orElse(Range.DAY);
    }

    private static ViolationCount.By by(Request request) {
        String name = query(request, "by").orElse("rule");
        return Stream.of(ViolationCount.By.values()).filter(by -> by.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
            .orElseThrow(() -> new BadRequestException(400, "by can be rule, client or verb."));
    }

    /** A parameter of the query; empty if it is missing or blank. */
    static Optional<String> query(Request request, String name) {
        String[] values = Optional.ofNullable(request.queryParamsValues(name)).orElse(new String[0]);
        if (values.length > 1) {
            throw new BadRequestException(400, "The parameter " + name + " occurs twice.");
        }
        return Stream.of(values).findFirst().map(String::trim).filter(text -> !text.isEmpty());
    }

    private interface Handler {
        View handle(Request request);
    }
}
