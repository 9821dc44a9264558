package org.smtpguard.james.auth;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.credential.BackendChain;
import org.smtpguard.credential.CredentialBackend;
import org.smtpguard.james.backends.BackendSet;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.config.BruteForceElement;
import org.smtpguard.james.config.CertificateName;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.DelegationRule;
import org.smtpguard.james.config.MechanismNames;

/** The settings in {@code <handler class="org.smtpguard.james.Authentication">}. Immutable. */
public final class AuthenticationSettings {
    /** In the order of announcement, strongest first. Relayed mechanisms are announced between these two lists. */
    private static final List<String> STRONG_MECHANISMS = List.of("SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512",
        "SCRAM-SHA-256", "EXTERNAL");
    private static final List<String> DEFAULT_MECHANISMS = List.of("PLAIN", "LOGIN");
    private static final String OWN_MECHANISMS = String.join(" ", STRONG_MECHANISMS) + " " + String.join(" ", DEFAULT_MECHANISMS);

    private final List<String> mechanisms;
    private final Map<String, CredentialBackend> relays;
    private final boolean oldForm;
    private final CertificateName certificateName;
    private final boolean jamesDelegation;
    private final List<DelegationRule> delegationRules;
    private final Optional<BruteForceSettings> bruteForce;
    private final BackendSet backends;

    private AuthenticationSettings(List<String> mechanisms, Map<String, CredentialBackend> relays, boolean oldForm,
                                   CertificateName certificateName, boolean jamesDelegation, List<DelegationRule> delegationRules,
                                   Optional<BruteForceSettings> bruteForce, BackendSet backends) {
        this.mechanisms = mechanisms;
        this.relays = relays;
        this.oldForm = oldForm;
        this.jamesDelegation = jamesDelegation;
        this.delegationRules = delegationRules;
        this.certificateName = certificateName;
        this.bruteForce = bruteForce;
        this.backends = backends;
    }

    /**
     * Reads the element; its backends are shared with all ports.
     *
     * @throws org.smtpguard.credential.InvalidConfigurationException naming the element and the fix
     */
    public static AuthenticationSettings parse(ConfigurationElement handler, Backends backends) {
        handler.onlyAttributes("class").onlyElements("mechanisms", "clientCertificate", "delegation", "delegate", "bruteForce", "backend");
        Optional<ConfigurationElement> element = handler.child("mechanisms");
        List<String> names = element.map(AuthenticationSettings::names).orElse(DEFAULT_MECHANISMS);
        CertificateName certificateName = handler.child("clientCertificate").map(AuthenticationSettings::certificateName)
            .orElse(CertificateName.EMAIL);
        boolean oldForm = element.map(AuthenticationSettings::oldForm).orElse(false);
        boolean jamesDelegation = handler.child("delegation").map(AuthenticationSettings::jamesDelegation).orElse(true);
        List<DelegationRule> rules = handler.children("delegate").stream().map(DelegationRule::parse)
            .collect(Collectors.toUnmodifiableList());
        Optional<BruteForceSettings> bruteForce = handler.child("bruteForce").map(BruteForceElement::parse);
        BackendSet backendSet = BackendSet.parse(handler, backends);
        try {
            Map<String, CredentialBackend> relays = relays(element.orElse(handler), names, backendSet.links());
            List<String> mechanisms = known(element.orElse(handler), names, relays);
            refuseScramWithoutKeys(handler, mechanisms, relays, backendSet.links());
            return new AuthenticationSettings(mechanisms, relays, oldForm, certificateName, jamesDelegation, rules, bruteForce,
                backendSet);
        } catch (RuntimeException e) {
            backendSet.release();
            throw e;
        }
    }

    private static List<String> names(ConfigurationElement element) {
        element.onlyAttributes("oldForm").onlyElements();
        List<String> names = MechanismNames.parse(element.text().orElse("")).collect(Collectors.toList());
        if (names.isEmpty()) {
            throw element.fault("names no mechanism; leave it out for " + String.join(" ", DEFAULT_MECHANISMS)
                + ", or name some of " + OWN_MECHANISMS);
        }
        return names;
    }

    /** The backend that relays each mechanism. Only one may: an exchange cannot be moved to another backend. */
    private static Map<String, CredentialBackend> relays(ConfigurationElement element, List<String> names, List<BackendChain.Link> links) {
        Map<String, CredentialBackend> relays = new HashMap<>();
        for (BackendChain.Link link : links) {
            CredentialBackend backend = link.backend();
            backend.relayed().stream().filter(names::contains).forEach(name -> {
                CredentialBackend other = relays.put(name, backend);
                if (other != null) {
                    throw element.fault("names " + name + ", which <backend name=\"" + other.name() + "\"> and <backend name=\""
                        + backend.name() + "\"> relay; remove it from one of them");
                }
            });
        }
        return Map.copyOf(relays);
    }

    /** The mechanisms in the order of announcement. */
    private static List<String> known(ConfigurationElement element, List<String> names, Map<String, CredentialBackend> relays) {
        List<String> elsewhere = names.stream().filter(name -> !STRONG_MECHANISMS.contains(name) && !DEFAULT_MECHANISMS.contains(name))
            .collect(Collectors.toList());
        elsewhere.stream().filter(name -> !relays.containsKey(name)).findFirst().ifPresent(unknown -> {
            throw element.fault("names " + unknown + ", which is unknown and relayed by no backend; known are " + OWN_MECHANISMS);
        });
        return Stream.of(STRONG_MECHANISMS.stream().filter(names::contains), elsewhere.stream(),
                DEFAULT_MECHANISMS.stream().filter(names::contains))
            .flatMap(Function.identity()).collect(Collectors.toUnmodifiableList());
    }

    private static boolean oldForm(ConfigurationElement element) {
        String value = element.attribute("oldForm").orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw element.fault("has oldForm=\"" + value + "\"; it can be true or false");
        }
        return value.equals("true");
    }

    private static boolean jamesDelegation(ConfigurationElement element) {
        String value = element.onlyAttributes().onlyElements().text().orElse("");
        if (!value.equals("james") && !value.equals("none")) {
            throw element.fault("has \"" + value + "\"; it can be james or none");
        }
        return value.equals("james");
    }

    private static CertificateName certificateName(ConfigurationElement element) {
        String name = element.onlyAttributes("name").onlyElements().requiredAttribute("name");
        return CertificateName.of(name).orElseThrow(() -> element.fault("has name=\"" + name + "\"; it can be email or cn"));
    }

    /** A backend that can only check passwords has no SCRAM keys. */
    private static void refuseScramWithoutKeys(ConfigurationElement handler, List<String> mechanisms, Map<String, CredentialBackend> relays,
                                               List<BackendChain.Link> links) {
        Optional<CredentialBackend> keyless = links.stream().map(BackendChain.Link::backend)
            .filter(backend -> !backend.hasKeys()).findFirst();
        mechanisms.stream().filter(name -> name.startsWith("SCRAM-") && !relays.containsKey(name)).findFirst()
            .ifPresent(scram -> keyless.ifPresent(backend -> {
                throw handler.fault("offers " + scram + ", for which <backend name=\"" + backend.name() + "\"> has no keys: it can only"
                    + " check passwords; remove the mechanism from <mechanisms>, or remove the backend");
            }));
    }

    /** The names of the mechanisms, in the order of announcement. */
    public List<String> mechanisms() {
        return mechanisms;
    }

    /** The backend that relays the mechanism, if any. */
    public Optional<CredentialBackend> relayOf(String mechanism) {
        return Optional.ofNullable(relays.get(mechanism));
    }

    /** Whether {@code AUTH=} is announced as well, for obsolete clients. */
    public boolean announcesOldForm() {
        return oldForm;
    }

    /** Whether James is queried for delegations. */
    boolean queriesJamesForDelegation() {
        return jamesDelegation;
    }

    /** Delegations that are allowed without querying James. */
    List<DelegationRule> delegationRules() {
        return delegationRules;
    }

    /** The limits on guessing, if this port has them. */
    public Optional<BruteForceSettings> bruteForce() {
        return bruteForce;
    }

    public BackendSet backends() {
        return backends;
    }

    /** The field of a client's certificate that has the user name. */
    public CertificateName certificateName() {
        return certificateName;
    }
}
