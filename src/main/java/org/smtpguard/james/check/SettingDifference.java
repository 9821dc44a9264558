package org.smtpguard.james.check;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.smtpguard.james.check.Finding.Severity;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.PortSettings;

/**
 * James' own settings of a port that have another effect with the guard, or an unexpected effect on it, with the message of
 * {@code check}. Each is a row of {@code docs/compatibility.md}.
 */
enum SettingDifference {
    PLAIN_AUTH_OFF("auth.plainAuthEnabled", NamedClass.AUTHENTICATION, Severity.OK,
        port -> !Flag.of(port, "auth.plainAuthEnabled", true) && PortSettings.offersMoreThanPasswords(port),
        "is false: PLAIN and LOGIN are off on this port."),
    NO_MECHANISM_LEFT("auth.plainAuthEnabled", NamedClass.AUTHENTICATION, Severity.WARNING,
        port -> !Flag.of(port, "auth.plainAuthEnabled", true) && !PortSettings.offersMoreThanPasswords(port),
        "is false: PLAIN and LOGIN are off on this port, and no other mechanism is configured: AUTH is not offered here. Add one to"
            + " <mechanisms>, or remove the element."),
    NO_GREETING("heloEhloEnforcement", NamedClass.SEQUENCE_GUARD, Severity.OK, port -> !Flag.of(port, "heloEhloEnforcement", true),
        "is false: SEQ-EHLO-MISSING and SEQ-EHLO-AFTER-TLS are off on this port unless a <rule> says otherwise."),
    NOT_ANNOUNCED("auth.announce", NamedClass.AUTHENTICATION, Severity.WARNING,
        port -> "never".equalsIgnoreCase(text(port, "auth.announce")),
        "is never: AUTH is not announced, and accepted under TLS only; James itself also accepts it in clear text."),
    NOT_REQUIRED("authRequired", NamedClass.AUTHENTICATION, Severity.WARNING,
        port -> port.containsKey("authRequired") && !port.containsKey("auth.announce")
            && !Set.of("true", "announce").contains(text(port, "authRequired").toLowerCase(Locale.ROOT)),
        "is false: AUTH is not announced, and accepted under TLS only; James itself also accepts it in clear text."),
    HIDDEN_OAUTH("auth.saslMechanisms", NamedClass.AUTHENTICATION, Severity.WARNING, PortSettings::hidesOAuth,
        "has no factory for OAUTHBEARER and XOAUTH2: James 3.10 does not offer them, though <oidc> is configured. Add"
            + " OauthBearerSaslMechanismFactory and XOauth2SaslMechanismFactory, or remove the element."),
    SASL_MECHANISMS("auth.saslMechanisms", NamedClass.AUTHENTICATION, Severity.OK,
        port -> PortSettings.hasSaslFactories(port) && !PortSettings.hidesOAuth(port),
        "adds its mechanisms to <mechanisms> on James 3.10, except PLAIN and LOGIN: James verifies the client, and no backend is queried."),
    GSSAPI("auth.gssapi", NamedClass.AUTHENTICATION, Severity.OK, port -> isSet(port, "auth.gssapi"),
        "configures GSSAPI on James 3.10, if <saslMechanisms> names its factory: James verifies the client, and no backend is queried."),
    OIDC("auth.oidc", NamedClass.AUTHENTICATION, Severity.OK, port -> isSet(port, "auth.oidc"),
        "adds OAUTHBEARER and XOAUTH2: James verifies the tokens, and no backend is queried."),
    VERIFY_IDENTITY("verifyIdentity", NamedClass.AUTHENTICATION, Severity.OK,
        port -> isSet(port, "verifyIdentity")
            && !Set.of("false", "disabled").contains(text(port, "verifyIdentity").toLowerCase(Locale.ROOT)),
        "compares the sender with the user that logged in and with James' own aliases: aliases that only a backend knows are refused."),
    JMX("handlerchain[@enableJmx]", NamedClass.SEQUENCE_GUARD, Severity.OK, port -> Flag.of(port, "handlerchain[@enableJmx]", false),
        "is true: James' JMX counters do not count what the guard refuses; the guard's metrics do.");

    private final String setting;
    private final NamedClass handler;
    private final Severity severity;
    private final Predicate<HierarchicalConfiguration<ImmutableNode>> isSet;
    private final String sentence;

    SettingDifference(String setting, NamedClass handler, Severity severity, Predicate<HierarchicalConfiguration<ImmutableNode>> isSet,
                      String sentence) {
        this.setting = setting;
        this.handler = handler;
        this.severity = severity;
        this.isSet = isSet;
        this.sentence = sentence;
    }

    /** Those that apply to a port with these handlers. */
    static List<SettingDifference> of(HierarchicalConfiguration<ImmutableNode> port, List<String> handlers) {
        return Arrays.stream(values())
            .filter(difference -> handlers.contains(difference.handler.className()) && difference.isSet.test(port))
            .collect(Collectors.toUnmodifiableList());
    }

    /** The element, as {@code check} names it. */
    String element() {
        return "<" + setting.substring(setting.indexOf('.') + 1).replaceFirst("\\[@(.*)]", " $1") + ">";
    }

    Severity severity() {
        return severity;
    }

    String sentence() {
        return sentence;
    }

    private static String text(HierarchicalConfiguration<ImmutableNode> port, String key) {
        return port.getString(key, "").trim();
    }

    private static boolean isSet(HierarchicalConfiguration<ImmutableNode> port, String key) {
        return port.containsKey(key) || port.getKeys(key).hasNext();
    }
}
