package org.smtpguard.it;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One way in which one client sends. {@link ClientLibrariesIT} and {@link MailProgramsIT} try all of them; {@code docs/clients.md} has
 * them all.
 */
final class ClientVariant {
    private static final String PLAIN = "PLAIN";
    private static final String LOGIN = "LOGIN";
    private static final String EXTERNAL = "EXTERNAL";
    private static final String SCRAM_256 = "SCRAM-SHA-256";
    private static final String SCRAM_512 = "SCRAM-SHA-512";
    static final String WITHOUT_TLS = "without TLS";
    static final String STARTTLS = "STARTTLS";
    static final String TLS = "TLS from the first byte";
    /** Of another server: James wants a certificate of every client that comes there, or of none. */
    static final String CERTIFICATE = "TLS with a certificate";

    /** Fewer on a contributor's machine, where it should not take minutes. */
    private static final int MESSAGES = Integer.getInteger("smtpguard.clients.messages", 10);
    /** How a log-in was done is seen from a few, too. */
    private static final int FEW = Math.min(MESSAGES, 20);
    private static final List<String> RECIPIENTS = List.of("alice", "bob", "carol", "dave");
    private static final Set<String> LIBRARIES =
        Set.of("smtplib", "nodemailer", "angus", "phpmailer", "go", "perl", "ruby", "commons-net");

    private static final List<ClientVariant> VARIANTS = Stream.of(
            variants("swaks", WITHOUT_TLS, "plain", "pipelining"),
            logins("swaks", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("swaks", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            variants("swaks", STARTTLS, "starttls", "starttls-pipelining"),
            logins("swaks", STARTTLS, LOGIN, "starttls-auth"),
            variants("swaks", TLS, "tls"),
            variants("smtplib", WITHOUT_TLS, "plain"),
            logins("smtplib", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("smtplib", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("smtplib", STARTTLS, "starttls"),
            logins("smtplib", STARTTLS, PLAIN, "starttls-auth"),
            variants("smtplib", TLS, "tls"),
            logins("smtplib", TLS, PLAIN, "tls-auth"),
            logins("smtplib", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            variants("nodemailer", WITHOUT_TLS, "plain"),
            logins("nodemailer", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("nodemailer", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("nodemailer", STARTTLS, "starttls"),
            logins("nodemailer", STARTTLS, PLAIN, "starttls-auth"),
            variants("nodemailer", TLS, "tls"),
            logins("nodemailer", TLS, PLAIN, "tls-auth"),
            variants("angus", WITHOUT_TLS, "plain"),
            logins("angus", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("angus", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            variants("angus", STARTTLS, "starttls"),
            logins("angus", STARTTLS, LOGIN, "starttls-auth"),
            variants("angus", TLS, "tls"),
            logins("angus", TLS, LOGIN, "tls-auth"),
            logins("angus", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            variants("curl", WITHOUT_TLS, "plain"),
            logins("curl", WITHOUT_TLS, PLAIN, "auth-plain", "auth-plain-initial-response", "auth"),
            logins("curl", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("curl", STARTTLS, "starttls"),
            logins("curl", STARTTLS, PLAIN, "starttls-auth"),
            variants("curl", TLS, "tls"),
            logins("curl", TLS, PLAIN, "tls-auth"),
            logins("curl", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            variants("msmtp", WITHOUT_TLS, "plain"),
            logins("msmtp", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("msmtp", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("msmtp", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256", "auth"),
            variants("msmtp", STARTTLS, "starttls"),
            logins("msmtp", STARTTLS, PLAIN, "starttls-auth"),
            logins("msmtp", STARTTLS, SCRAM_256, "starttls-auth-scram-sha-256"),
            variants("msmtp", TLS, "tls"),
            logins("msmtp", TLS, PLAIN, "tls-auth"),
            logins("msmtp", TLS, SCRAM_256, "tls-auth-scram-sha-256"),
            logins("msmtp", CERTIFICATE, EXTERNAL, "tls-auth-external"),
            logins("gsasl", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("gsasl", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("gsasl", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256", "auth"),
            variants("postfix", WITHOUT_TLS, "pipelining", "no-pipelining"),
            logins("postfix", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("postfix", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("postfix", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256"),
            logins("postfix", WITHOUT_TLS, SCRAM_512, "auth-scram-sha-512"),
            variants("postfix", STARTTLS, "starttls"),
            logins("postfix", STARTTLS, PLAIN, "starttls-auth-plain"),
            logins("postfix", STARTTLS, SCRAM_512, "starttls-auth"),
            variants("postfix", TLS, "tls"),
            variants("exim4", WITHOUT_TLS, "plain"),
            logins("exim4", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("exim4", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("exim4", STARTTLS, "starttls"),
            logins("exim4", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("exim4", TLS, "tls"),
            logins("exim4", TLS, PLAIN, "tls-auth-plain"),
            variants("mutt", WITHOUT_TLS, "plain"),
            logins("mutt", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("mutt", WITHOUT_TLS, LOGIN, "auth-login"),
            logins("mutt", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256", "auth"),
            variants("mutt", STARTTLS, "starttls"),
            logins("mutt", STARTTLS, PLAIN, "starttls-auth-plain"),
            logins("mutt", STARTTLS, SCRAM_256, "starttls-auth-scram-sha-256"),
            variants("mutt", TLS, "tls"),
            logins("mutt", TLS, PLAIN, "tls-auth-plain"),
            logins("mutt", TLS, SCRAM_256, "tls-auth-scram-sha-256"),
            variants("s-nail", WITHOUT_TLS, "plain"),
            logins("s-nail", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("s-nail", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("s-nail", STARTTLS, "starttls"),
            logins("s-nail", STARTTLS, PLAIN, "starttls-auth"),
            variants("s-nail", TLS, "tls"),
            logins("s-nail", TLS, PLAIN, "tls-auth"),
            variants("mailutils", WITHOUT_TLS, "plain"),
            logins("mailutils", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("mailutils", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            logins("mailutils", WITHOUT_TLS, SCRAM_256, "auth-scram-sha-256"),
            variants("mailutils", STARTTLS, "starttls"),
            logins("mailutils", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("mailutils", TLS, "tls"),
            logins("mailutils", TLS, PLAIN, "tls-auth-plain"),
            variants("phpmailer", WITHOUT_TLS, "plain"),
            logins("phpmailer", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("phpmailer", WITHOUT_TLS, LOGIN, "auth-login", "auth"),
            variants("phpmailer", STARTTLS, "starttls"),
            logins("phpmailer", STARTTLS, LOGIN, "starttls-auth"),
            variants("phpmailer", TLS, "tls"),
            logins("phpmailer", TLS, LOGIN, "tls-auth"),
            variants("go", WITHOUT_TLS, "plain"),
            logins("go", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("go", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("go", STARTTLS, "starttls"),
            logins("go", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("go", TLS, "tls"),
            logins("go", TLS, PLAIN, "tls-auth-plain"),
            variants("perl", WITHOUT_TLS, "plain"),
            logins("perl", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("perl", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("perl", STARTTLS, "starttls"),
            logins("perl", STARTTLS, PLAIN, "starttls-auth"),
            variants("perl", TLS, "tls"),
            logins("perl", TLS, PLAIN, "tls-auth"),
            variants("ruby", WITHOUT_TLS, "plain"),
            logins("ruby", WITHOUT_TLS, PLAIN, "auth-plain", "auth"),
            logins("ruby", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("ruby", STARTTLS, "starttls"),
            logins("ruby", STARTTLS, PLAIN, "starttls-auth"),
            variants("ruby", TLS, "tls"),
            logins("ruby", TLS, PLAIN, "tls-auth"),
            variants("commons-net", WITHOUT_TLS, "plain"),
            logins("commons-net", WITHOUT_TLS, PLAIN, "auth-plain"),
            logins("commons-net", WITHOUT_TLS, LOGIN, "auth-login"),
            variants("commons-net", STARTTLS, "starttls"),
            logins("commons-net", STARTTLS, PLAIN, "starttls-auth-plain"),
            variants("commons-net", TLS, "tls"),
            logins("commons-net", TLS, PLAIN, "tls-auth-plain"))
        .flatMap(Function.identity())
        .collect(Collectors.toList());

    private final String client;
    private final String name;
    private final String port;
    /** Empty: it does not log in. */
    private final Optional<String> mechanism;

    private ClientVariant(String client, String name, String port, Optional<String> mechanism) {
        this.client = client;
        this.name = name;
        this.port = port;
        this.mechanism = mechanism;
    }

    /** In the order of {@code docs/clients.md}. */
    static List<ClientVariant> all() {
        return VARIANTS;
    }

    /** Those of clients that are a library. */
    static List<ClientVariant> ofLibraries() {
        return VARIANTS.stream().filter(variant -> LIBRARIES.contains(variant.client)).collect(Collectors.toUnmodifiableList());
    }

    /** All others. */
    static List<ClientVariant> ofPrograms() {
        return VARIANTS.stream().filter(variant -> !LIBRARIES.contains(variant.client)).collect(Collectors.toUnmodifiableList());
    }

    private static Stream<ClientVariant> variants(String client, String port, String... names) {
        return Arrays.stream(names).map(name -> new ClientVariant(client, name, port, Optional.empty()));
    }

    private static Stream<ClientVariant> logins(String client, String port, String mechanism, String... names) {
        return Arrays.stream(names).map(name -> new ClientVariant(client, name, port, Optional.of(mechanism)));
    }

    String client() {
        return client;
    }

    String name() {
        return name;
    }

    /** {@link #WITHOUT_TLS} or another of them. */
    String port() {
        return port;
    }

    /** The mechanism that it logs in by; empty: it does not log in. */
    Optional<String> mechanism() {
        return mechanism;
    }

    /** Told to log in, but not how. */
    boolean isOwnChoice() {
        return name.endsWith("auth");
    }

    String user() {
        return mechanism.equals(Optional.of(SCRAM_512)) ? "bob@localhost" : "alice@localhost";
    }

    /** One inbox for all of them would take James longer with each that lies there already. */
    String recipient() {
        return RECIPIENTS.get(VARIANTS.indexOf(this) % RECIPIENTS.size());
    }

    int messages() {
        boolean isByPasswordOrNone = mechanism.stream().allMatch(name -> name.equals(PLAIN) || name.equals(LOGIN));
        return isByPasswordOrNone && !client.equals("gsasl") ? MESSAGES : FEW;
    }

    @Override
    public String toString() {
        return client + " " + name;
    }
}
