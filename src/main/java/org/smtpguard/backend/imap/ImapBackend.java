package org.smtpguard.backend.imap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

import com.google.common.net.HostAndPort;
import org.smtpguard.backend.support.TlsTrust;
import org.smtpguard.backend.support.UserNames;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.Workers;

/**
 * Authenticates by logging in to an IMAP server ({@code docs/backends/imap.md}). Each request uses a connection of its own:
 * IMAP has no way to log in a second time on one connection.
 *
 * <p>Threads: {@link #verify} submits the request to the pool for blocking calls and returns; one thread of that pool runs the
 * whole dialogue. When the request is answered, times out (on the JDK's timer) or is cancelled, the socket is closed, which
 * also ends any call that this thread is blocked in.
 */
public final class ImapBackend implements CredentialBackend {
    /** Dovecot delays a refusal by 2 s, and by up to 15 s more for an address with many failures. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(20);
    private static final String ADDRESS = "address";
    private static final String TLS = "tls";
    private static final int IMAPS_PORT = 993;
    private static final int IMAP_PORT = 143;
    private static final String SEND_CLIENT_ADDRESS = "sendClientAddress";

    private final BackendSettings settings;
    private final Workers workers;
    private final ImapDialogue.Tls tls;
    private final boolean sendsClientAddress;
    private final SSLContext context;
    private final HostAndPort address;

    /**
     * @param settings {@code <address>}; optional: {@code <tls>}, {@code <sendClientAddress>}, {@code <trustStore>} and
     *     {@code <trustStorePassword>}
     * @throws org.smtpguard.credential.InvalidConfigurationException if a value is invalid
     */
    public ImapBackend(BackendSettings settings, Workers workers) {
        this.settings = settings.only(ADDRESS, TLS, SEND_CLIENT_ADDRESS, TlsTrust.STORE, TlsTrust.PASSWORD);
        this.workers = workers;
        this.tls = tls(settings);
        this.sendsClientAddress = settings.text(SEND_CLIENT_ADDRESS).isEmpty() || settings.flag(SEND_CLIENT_ADDRESS);
        this.context = TlsTrust.context(settings);
        this.address = address(settings).withDefaultPort(tls == ImapDialogue.Tls.IMAPS ? IMAPS_PORT : IMAP_PORT);
    }

    private static ImapDialogue.Tls tls(BackendSettings settings) {
        String name = settings.text(TLS).orElse("imaps");
        ImapDialogue.Tls tls = Arrays.stream(ImapDialogue.Tls.values())
            .filter(each -> name(each).equals(name)).findFirst()
            .orElseThrow(() -> settings.fault("has <tls>" + name + "</tls>; it can be imaps, starttls or none"));
        if (tls == ImapDialogue.Tls.NONE && settings.text(TlsTrust.STORE).isPresent()) {
            throw settings.fault("has a <" + TlsTrust.STORE + "> and <tls>none</tls>, which checks no certificate; remove one of them");
        }
        return tls;
    }

    private static String name(ImapDialogue.Tls tls) {
        return tls.name().toLowerCase(Locale.ROOT);
    }

    private static HostAndPort address(BackendSettings settings) {
        String text = settings.required(ADDRESS);
        try {
            HostAndPort address = HostAndPort.fromString(text);
            if (!address.getHost().isEmpty() && address.getPortOrDefault(1) > 0 && text.matches("[\\w.:\\[\\]-]+")) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // Reported below.
        }
        throw settings.fault("has <address>" + text + "</address>, which is not a valid address; write it as imap.example.org:993");
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Optional<String> summary() {
        return Optional.of("IMAP");
    }

    @Override
    public Duration timeLimit() {
        return settings.timeout(TIME_LIMIT);
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        String user = UserNames.normalise(credentials.username());
        if (user.isEmpty() || credentials.password().isEmpty() || hasIllegalCharacter(credentials)) {
            // The same for every user: no user has such a name or password.
            return CompletableFuture.completedFuture(CredentialResult.refused());
        }
        return query(credentials.origin(), dialogue -> {
            if (sendsClientAddress) {
                dialogue.identify(credentials.origin());
            }
            ImapReply reply = dialogue.logIn(user, credentials.password());
            dialogue.logOut();
            return result(reply, user);
        });
    }

    /** Neither PLAIN nor LOGIN can express NUL; CR and LF are never sent in a line-based protocol. */
    private static boolean hasIllegalCharacter(Credentials credentials) {
        String both = credentials.username() + new String(credentials.password().bytes(), ISO_8859_1);
        return both.chars().anyMatch(c -> c == 0 || c == '\r' || c == '\n');
    }

    private static CredentialResult result(ImapReply reply, String user) {
        switch (reply.status()) {
            case OK:
                return CredentialResult.accepted(user);
            case NO:
                return ImapResponseCode.resultOf(reply.code(), reply.text());
            case BAD:
                return CredentialResult.unavailable("it rejects the log-in as an invalid command (BAD)").perhapsForThisUser();
            default:
                return CredentialResult.unavailable("it requests more than a name and a password").perhapsForThisUser();
        }
    }

    /** Checks that a log-in is possible, without logging in. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return query(Origin.byHand(), dialogue -> {
            dialogue.logOut();
            return CredentialResult.unknown();
        }).thenApply(result -> Optional.of(result.reason()).filter(any -> result.kind() == CredentialResult.Kind.UNAVAILABLE));
    }

    @Override
    public Optional<String> address() {
        return Optional.of(address.toString());
    }

    private CompletableFuture<CredentialResult> query(Origin origin, ImapRequest request) {
        ImapConnection connection = new ImapConnection(address.getHost(), address.getPort());
        CompletableFuture<CredentialResult> answer = new CompletableFuture<>();
        workers.blocking().execute(origin, answer, () -> {
            // The time limit starts here: waiting for a worker is not the server's delay.
            long millis = timeLimit().toMillis();
            CredentialResult late = CredentialResult.unavailable("no answer within " + millis + " ms").perhapsForThisUser();
            answer.completeOnTimeout(late, millis, TimeUnit.MILLISECONDS);
            ImapDialogue dialogue = new ImapDialogue(connection);
            try {
                dialogue.open(tls, context);
                answer.complete(request.run(dialogue));
            } catch (ImapException e) {
                CredentialResult unavailable = CredentialResult.unavailable(e.getMessage());
                answer.complete(connection.isUsed() ? unavailable.perhapsForThisUser() : unavailable);
            } catch (IOException e) {
                CredentialResult unavailable = CredentialResult.unavailable(e);
                answer.complete(connection.isUsed() ? unavailable.because(unavailable.reason() + ", at " + address).perhapsForThisUser()
                    : unavailable.because(unavailable.reason() + ", connecting to " + address));
            }
        });
        answer.whenComplete((result, fault) -> connection.abort());
        return answer;
    }

    @Override
    public String toString() {
        return "ImapBackend " + name() + " (" + address + ", " + name(tls) + ")";
    }

    private interface ImapRequest {
        CredentialResult run(ImapDialogue dialogue) throws IOException;
    }
}
