package org.smtpguard.james.webadmin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordRequest;
import org.smtpguard.credential.AppPasswords;
import org.smtpguard.credential.InvalidRequestException;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.page.Pages;
import org.smtpguard.page.View;
import org.smtpguard.resilience.Safeguarded;
import spark.Request;

/**
 * Requests about app passwords. Threads: WebAdmin's own, which wait for the store.
 */
final class AppPasswordRequests {
    private static final Logger LOGGER = LoggerFactory.getLogger(AppPasswordRequests.class);
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String BY = "WebAdmin";
    private static final int LINES = 50;
    private static final int LINE_LENGTH = 1000;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int UNAVAILABLE = 503;

    private final Backends backends;
    private final Pages pages;
    private final Clock clock;

    AppPasswordRequests(Backends backends, Pages pages, Clock clock) {
        this.backends = backends;
        this.pages = pages;
        this.clock = clock;
    }

    /** For a user, by the query, or none. */
    View find(Request request) {
        return GuardSite.query(request, "user").map(this::list).orElseGet(() -> pages.appPasswords(names(), Optional.empty(), List.of()));
    }

    View list(Request request) {
        return list(decoded(GuardSite.end(request, 1)));
    }

    private View list(String user) {
        List<AppPassword> all = new ArrayList<>();
        all().forEach(backend -> all.addAll(await(backend.appPasswords().orElseThrow().list(user))));
        return pages.appPasswords(names(), Optional.of(user), all);
    }

    View issue(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("label", "expires", "networks", "senders", "by", "backend"));
        AppPasswordRequest wanted = AppPasswordRequest
            .of(decoded(GuardSite.end(request, 1)), form.required("label"), form.text("by").orElse(BY))
            .expiring(form.text("expires").map(String::trim).filter(text -> !text.isEmpty()).map(this::end))
            .from(words(form, "networks")).sendingAs(words(form, "senders"));
        return pages.appPasswordMade(await(one(form.text("backend")).issue(wanted)));
    }

    View revokeForm(Request request) {
        GuardForm form = GuardForm.of(request, Set.of("id", "by"));
        return revoke(decoded(GuardSite.end(request, 2).split("/", 2)[0]), form.required("id"), form.text("by").orElse(BY));
    }

    View revokePath(Request request) {
        String[] parts = GuardSite.end(request, 2).split("/", 2);
        return revoke(decoded(parts[0]), decoded(parts[1]), BY);
    }

    private View revoke(String user, String id, String by) {
        List<AppPassword> revoked = all().stream()
            .map(backend -> await(backend.appPasswords().orElseThrow().revoke(user, id, by))).flatMap(Optional::stream)
            .collect(Collectors.toList());
        if (revoked.isEmpty()) {
            throw new BadRequestException(NOT_FOUND, "The user has no app password with this id.");
        }
        return pages.appPasswordsRevoked(user, revoked);
    }

    View revokeAll(Request request) {
        String user = decoded(GuardSite.end(request, 1));
        return pages.appPasswordsRevoked(user, all().stream()
            .flatMap(backend -> await(backend.appPasswords().orElseThrow().revokeAll(user, BY)).stream()).collect(Collectors.toList()));
    }

    private List<Safeguarded> all() {
        List<Safeguarded> found = backends.all().stream().filter(backend -> backend.appPasswords().isPresent())
            .collect(Collectors.toList());
        if (found.isEmpty()) {
            throw new BadRequestException(CONFLICT, "No port has an AppPasswordBackend.");
        }
        return found;
    }

    private List<String> names() {
        return backends.all().stream().filter(backend -> backend.appPasswords().isPresent()).map(Safeguarded::name)
            .collect(Collectors.toList());
    }

    private AppPasswords one(Optional<String> name) {
        List<Safeguarded> found = all().stream().filter(backend -> name.isEmpty() || name.get().equals(backend.name()))
            .collect(Collectors.toList());
        if (found.size() != 1) {
            throw new BadRequestException(name.isEmpty() ? 400 : NOT_FOUND, "Name in backend the one that gets the app password: "
                + String.join(", ", names()) + ".");
        }
        return found.get(0).appPasswords().orElseThrow();
    }

    private Instant end(String text) {
        return AppPasswordRequest.expiry(text, clock.instant()).orElseThrow(() -> new BadRequestException(400, "The field expires has to be"
            + " a number of days such as 90d, a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z."));
    }

    /** Of a list, or of one text with spaces, commas or line ends. */
    private static List<String> words(GuardForm form, String name) {
        return form.has(name) ? form.lines(name, LINES, LINE_LENGTH).stream().flatMap(line -> Stream.of(line.split("[\\s,]+")))
            .filter(word -> !word.isEmpty()).collect(Collectors.toList()) : List.of();
    }

    private static String decoded(String part) {
        try {
            // In a path, unlike in a query, a plus is a plus.
            return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(400, "The percent-encoding is invalid.");
        }
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadRequestException(UNAVAILABLE, "The server is stopping.");
        } catch (TimeoutException e) {
            throw new BadRequestException(UNAVAILABLE, "The store of app passwords did not answer in time.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InvalidRequestException) {
                throw new BadRequestException(400, e.getCause().getMessage());
            }
            LOGGER.warn("A request of WebAdmin about app passwords failed: {}", e.getCause().getMessage());
            throw new BadRequestException(UNAVAILABLE, "The store of app passwords is unavailable; the log has the reason.");
        }
    }
}
