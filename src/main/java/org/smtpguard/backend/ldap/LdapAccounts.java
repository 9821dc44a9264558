package org.smtpguard.backend.ldap;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.SearchRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.backend.support.LastingProblem;
import org.smtpguard.credential.BackendSettings;
import org.smtpguard.credential.CredentialResult;

/** What a user's entry tells: whether the account is disabled, and the user's name for James. Immutable. */
final class LdapAccounts {
    static final String USERNAME = "usernameAttribute";
    static final String DISABLED = "disabledAttribute";
    static final String DISABLED_VALUES = "disabledValues";
    static final String DISABLED_BITS = "disabledBits";

    /** More than Active Directory uses. */
    private static final int MAX_BITS = 999_999_999;

    private static final Logger LOGGER = LoggerFactory.getLogger(LdapAccounts.class);

    private final LastingProblem problem;
    private final Optional<String> username;
    private final Optional<String> disabled;
    private final Set<String> disabledValues;
    private final int disabledBits;

    private LdapAccounts(BackendSettings settings) {
        this.problem = new LastingProblem(LOGGER, settings.name());
        this.username = settings.text(USERNAME);
        this.disabled = settings.text(DISABLED);
        this.disabledValues = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        settings.text(DISABLED_VALUES).ifPresent(values -> disabledValues.addAll(Arrays.asList(values.split("\\s+"))));
        this.disabledBits = settings.number(DISABLED_BITS, 1, MAX_BITS, 0);
    }

    /**
     * @throws org.smtpguard.credential.InvalidConfigurationException if values or bits are configured without the attribute, or both are
     */
    static LdapAccounts parse(BackendSettings settings) {
        LdapAccounts accounts = new LdapAccounts(settings);
        List<String> tests = Stream.of(DISABLED_VALUES, DISABLED_BITS).filter(test -> settings.text(test).isPresent())
            .collect(Collectors.toList());
        if (tests.size() > 1) {
            throw settings.fault("has <" + DISABLED_VALUES + "> and <" + DISABLED_BITS + ">; keep one");
        }
        if (!tests.isEmpty() && accounts.disabled.isEmpty()) {
            throw settings.fault("has <" + tests.get(0) + "> and no <" + DISABLED + ">; name the attribute in it");
        }
        return accounts;
    }

    /** Whether an attribute has to be read. */
    boolean isRead() {
        return username.isPresent() || disabled.isPresent();
    }

    /** The attributes to request. */
    String[] attributes() {
        return isRead() ? Stream.concat(username.stream(), disabled.stream()).toArray(String[]::new)
            : new String[] {SearchRequest.NO_ATTRIBUTES};
    }

    /** The verdict for a user whose password is right. */
    CredentialResult judge(LdapUser user, Entry entry) {
        if (isDisabled(entry)) {
            return CredentialResult.disabled();
        }
        return username.isEmpty() ? CredentialResult.accepted(user.normalised()) : judgeByName(user, entry, username.get());
    }

    boolean isDisabled(Entry entry) {
        return disabled.map(entry::getAttributeValues).map(this::disables).orElse(false);
    }

    private boolean disables(String[] values) {
        if (disabledBits != 0) {
            return Arrays.stream(values).anyMatch(this::hasBits);
        }
        return disabledValues.isEmpty() || Arrays.stream(values).anyMatch(disabledValues::contains);
    }

    /** A value that is no number counts as disabled. */
    private boolean hasBits(String value) {
        return !value.matches("-?\\d{1,18}") || (Long.parseLong(value) & disabledBits) == disabledBits;
    }

    /**
     * By the only value, or by the name that was sent if that is one of several. Otherwise the user's name is not known: the account
     * cannot be used, and the directory has not failed.
     */
    private CredentialResult judgeByName(LdapUser user, Entry entry, String attribute) {
        String[] values = entry.hasAttribute(attribute) ? entry.getAttributeValues(attribute) : new String[0];
        return Arrays.stream(values).map(value -> new LdapUser(value).normalised())
            .filter(name -> !name.isEmpty() && (values.length == 1 || name.equals(user.normalised())))
            .findFirst().map(CredentialResult::accepted).orElseGet(() -> {
                problem.report("rejects a user whose password is right: the entry has no " + attribute + ", or several, none of them the"
                    + " name that was sent; correct the entry, or <" + USERNAME + ">");
                return CredentialResult.disabled();
            });
    }
}
