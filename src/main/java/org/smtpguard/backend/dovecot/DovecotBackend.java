package org.smtpguard.backend.dovecot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.Credentials;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.RelayStep;
import org.smtpguard.credential.Workers;

/**
 * Authenticates against Dovecot's auth service, as Postfix and Exim do, with its authentication protocol 1.2. Passwords are
 * sent with PLAIN; the mechanisms in {@code <relay>} are executed by Dovecot.
 *
 * <p>Threads: the caller queues a request for the thread of the {@link DovecotClient}, which communicates with Dovecot and
 * completes the results. No thread blocks, so no {@link Workers} are needed.
 */
public final class DovecotBackend implements CredentialBackend {
    /** Dovecot delays a refusal by 2 s, and by up to 15 s more for an address with many failures. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(20);
    private static final String PLAIN = "PLAIN";
    private static final String RELAY = "relay";
    private static final Pattern MECHANISM = Pattern.compile("[A-Z0-9_-]{1,20}");
    /** Mechanisms whose identity Dovecot cannot know, and those used for passwords in any case. */
    private static final Set<String> NOT_RELAYED = Set.of("ANONYMOUS", "EXTERNAL", PLAIN, "LOGIN");
    private static final String BOUND = "-PLUS";
    /** Octets in base64 (RFC 4954 §4). Below Dovecot's line limit: at a longer line it would close the connection of all users. */
    private static final int MAX_MESSAGE = 12288;
    private static final RelayStep TOO_LONG = RelayStep.verdict("", CredentialResult.refused());

    private final BackendSettings settings;
    private final Set<String> relayed;
    private final Duration limit;
    private final DovecotAddress address;
    private final DovecotClient client;

    public DovecotBackend(BackendSettings settings, Workers workers) {
        this.settings = settings.only(DovecotAddress.ELEMENT, RELAY);
        this.relayed = relayed(settings);
        this.limit = settings.timeout(TIME_LIMIT);
        this.address = DovecotAddress.of(settings);
        this.client = new DovecotClient(address, "smtp-guard-dovecot-" + settings.name(), limit);
    }

    private static Set<String> relayed(BackendSettings settings) {
        Set<String> names = new TreeSet<>();
        Stream.of(settings.text(RELAY).orElse("").split("[\\s,]+")).filter(name -> !name.isEmpty())
            .map(name -> name.toUpperCase(Locale.ROOT)).forEach(names::add);
        names.stream().filter(name -> !MECHANISM.matcher(name).matches() || NOT_RELAYED.contains(name) || name.endsWith(BOUND))
            .findFirst().ifPresent(name -> {
                throw settings.fault("names in <" + RELAY + "> " + name + ", which cannot be relayed" + reasonNotRelayed(name));
            });
        return Set.copyOf(names);
    }

    private static String reasonNotRelayed(String name) {
        if (name.equals(PLAIN) || name.equals("LOGIN")) {
            return ": Dovecot checks passwords in any case; remove it";
        }
        return name.endsWith(BOUND) ? ": it is bound to the client's TLS, which Dovecot does not see; remove " + BOUND
            : "; name mechanisms by which Dovecot learns who the client is, such as CRAM-MD5 or SCRAM-SHA-1";
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public Optional<String> summary() {
        return Optional.of("Dovecot");
    }

    @Override
    public Duration timeLimit() {
        return limit;
    }

    @Override
    public Set<String> relayed() {
        return relayed;
    }

    @Override
    public CompletionStage<CredentialResult> verify(Credentials credentials) {
        Optional<String> message = message(credentials).map(DovecotBackend::base64).filter(DovecotBackend::fits);
        return message.isEmpty() ? CompletableFuture.completedFuture(CredentialResult.refused())
            : answered(client.start(PLAIN, parameters(credentials.origin(), message)), DovecotBackend::verdictOnPassword,
                Function.identity());
    }

    /** A PLAIN message (RFC 4616); empty if name or password is empty or contains NUL, which PLAIN cannot express. */
    private static Optional<byte[]> message(Credentials credentials) {
        byte[] password = credentials.password().bytes();
        String username = credentials.username();
        boolean hasNul = username.indexOf('\0') >= 0 || new String(password, ISO_8859_1).indexOf('\0') >= 0;
        if (username.isEmpty() || password.length == 0 || hasNul) {
            return Optional.empty();
        }
        byte[] name = ("\0" + username + "\0").getBytes(UTF_8);
        byte[] message = Arrays.copyOf(name, name.length + password.length);
        System.arraycopy(password, 0, message, name.length, password.length);
        return Optional.of(message);
    }

    @Override
    public CompletionStage<RelayStep> relay(String mechanism, Origin origin, Optional<byte[]> initialResponse) {
        Optional<String> message = initialResponse.map(DovecotBackend::base64);
        return message.filter(text -> !fits(text)).isPresent() ? CompletableFuture.completedFuture(TOO_LONG)
            : relayed(client.start(mechanism, parameters(origin, message)));
    }

    private static CompletableFuture<RelayStep> relayed(CompletableFuture<DovecotReply> reply) {
        return answered(reply, DovecotBackend::step, unavailable -> RelayStep.verdict("", unavailable));
    }

    private static RelayStep step(DovecotReply reply) {
        return reply.challenge()
            .map(challenge -> RelayStep.challenge(challenge, response -> fits(base64(response)) ? relayed(reply.respond(response))
                : CompletableFuture.completedFuture(TOO_LONG)))
            .orElseGet(() -> RelayStep.verdict(reply.user().orElse(""), verdict(reply)));
    }

    private static CredentialResult verdictOnPassword(DovecotReply reply) {
        if (reply.challenge().isPresent()) {
            return CredentialResult.unavailable("it answered a password with a challenge").perhapsForThisUser();
        }
        // A Dovecot proxy usually accepts any password, since its backend server checks it; the reply does not show
        // whether it was checked.
        return reply.isAccepted() && reply.has("proxy")
            ? CredentialResult.unavailable("it is a proxy for that user, and may not check the password itself")
                .forThisUser()
            : verdict(reply);
    }

    private static CredentialResult verdict(DovecotReply reply) {
        if (reply.isAccepted()) {
            if (reply.has("anonymous")) {
                return CredentialResult.refused();
            }
            return reply.has("nologin") ? CredentialResult.disabled() : reply.user().map(CredentialResult::accepted)
                .orElseGet(() -> CredentialResult.unavailable("it accepted without naming a user").forThisUser());
        }
        if (reply.isBecauseOf("temp_fail", "temp")) {
            // Either of its user database or for this user only: Dovecot does not tell which.
            return CredentialResult.unavailable("it reported a temporary failure; see its log").perhapsForThisUser();
        }
        if (reply.isBecauseOf("user_disabled", "user_disabled")) {
            return CredentialResult.disabled();
        }
        // Dovecot does not distinguish an unknown user, a wrong password, and a user who may not act as another.
        return reply.isBecauseOf("pass_expired", "pass_expired") ? CredentialResult.expired() : CredentialResult.refused();
    }

    private static List<String> parameters(Origin origin, Optional<String> message) {
        List<String> parameters = new ArrayList<>(List.of("service=smtp"));
        origin.sessionId().ifPresent(id -> parameters.add("session=" + id));
        // Without the interface of a link-local address: Dovecot may be on another machine.
        origin.remoteAddress().ifPresent(address -> parameters.add("rip=" + address.replaceFirst("%.*", "")));
        if (origin.isUnderTls()) {
            parameters.add("secured=tls");
        }
        // Has to come last.
        message.ifPresent(base64 -> parameters.add("resp=" + base64));
        return parameters;
    }

    private static String base64(byte[] message) {
        return Base64.getEncoder().encodeToString(message);
    }

    private static boolean fits(String base64) {
        return base64.length() <= MAX_MESSAGE;
    }

    private static <T> CompletableFuture<T> answered(CompletableFuture<DovecotReply> reply, Function<DovecotReply, T> read,
                                                     Function<CredentialResult, T> unavailable) {
        CompletableFuture<T> answer = reply.handle((said, fault) -> fault == null ? read.apply(said) : unavailable.apply(result(fault)));
        answer.whenComplete((any, fault) -> {
            if (answer.isCancelled()) {
                reply.cancel(false);
            }
        });
        return answer;
    }

    private static CredentialResult result(Throwable fault) {
        CredentialResult unavailable = CredentialResult.unavailable(reason(fault));
        return fault instanceof DovecotException && ((DovecotException) fault).isOfService() ? unavailable
            : unavailable.perhapsForThisUser();
    }

    private static String reason(Throwable fault) {
        return fault instanceof DovecotException ? fault.getMessage() : fault.getClass().getName();
    }

    /** Checks the greeting and that Dovecot offers the mechanisms needed. */
    @Override
    public CompletionStage<Optional<String>> check() {
        return client.mechanisms().handle((offered, fault) -> fault != null ? Optional.of(reason(fault))
            : Stream.concat(Stream.of(PLAIN), relayed.stream().sorted()).filter(name -> !offered.contains(name)).findFirst()
                .map(DovecotConnection::notOffered));
    }

    @Override
    public Optional<String> address() {
        return Optional.of(address.toString());
    }

    @Override
    public void close() {
        client.close();
    }
}
