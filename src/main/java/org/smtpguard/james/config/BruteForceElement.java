package org.smtpguard.james.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.bruteforce.BruteForceSettings;
import org.smtpguard.bruteforce.Network;
import org.smtpguard.bruteforce.NetworkPrefixes;
import org.smtpguard.credential.BackendSettings;

/** Reads {@code <bruteForce>}. */
public final class BruteForceElement {
    private static final int FAILURE_LIMIT = 1_000;
    private static final int LEAST_ENTRIES = 1_000;
    private static final int ENTRY_LIMIT = 100_000_000;
    private static final Duration LONGEST = Duration.ofDays(366);

    private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);
    private static final String NO_DELAY = "0s";

    private BruteForceElement() {
    }

    /** @throws org.smtpguard.credential.InvalidConfigurationException naming the element and the fix */
    public static BruteForceSettings parse(ConfigurationElement element) {
        element.onlyAttributes("mode", "entries").onlyElements("perNetwork", "perUser", "knownNetworks", "exempt", "store", "failureDelay");
        BruteForceSettings settings = BruteForceSettings.defaults();
        Optional<ConfigurationElement> perNetwork = element.child("perNetwork");
        if (perNetwork.isPresent()) {
            settings = settings.with(networkLimit(perNetwork.get()), prefixes(perNetwork.get()));
        }
        Optional<ConfigurationElement> perUser = element.child("perUser");
        if (perUser.isPresent()) {
            perUser.get().onlyAttributes("failures", "within").onlyElements();
            settings = settings.with(new BruteForceSettings.UserLimit(perUser.get().number("failures", 1, FAILURE_LIMIT).orElse(50),
                time(perUser.get(), "within", Duration.ofHours(24))));
        }
        Optional<ConfigurationElement> known = element.child("knownNetworks");
        if (known.isPresent()) {
            settings = settings.keepingKnown(time(known.get().onlyAttributes("keep").onlyElements(), "keep", Duration.ofDays(30)));
        }
        Optional<ConfigurationElement> exempt = element.child("exempt");
        if (exempt.isPresent()) {
            settings = settings.exempting(networks(exempt.get()));
        }
        Optional<ConfigurationElement> delay = element.child("failureDelay");
        if (delay.isPresent()) {
            settings = settings.delayingFailures(delay(delay.get().onlyAttributes().onlyElements()));
        }
        Optional<ConfigurationElement> store = element.child("store");
        if (store.isPresent()) {
            settings = settings.storedIn(store(store.get()));
        }
        return settings.bounded(element.number("entries", LEAST_ENTRIES, ENTRY_LIMIT).orElse(1_000_000)).with(mode(element));
    }

    private static BruteForceSettings.Mode mode(ConfigurationElement element) {
        String name = element.attribute("mode").orElse("enforce");
        return Stream.of(BruteForceSettings.Mode.values()).filter(mode -> mode.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
            .orElseThrow(() -> element.fault("has mode=\"" + name + "\"; it can be enforce, observe or off"));
    }

    private static BruteForceSettings.NetworkLimit networkLimit(ConfigurationElement element) {
        element.onlyAttributes("failures", "within", "block", "maxBlock", "ipv4Prefix", "ipv6Prefix").onlyElements();
        Duration block = time(element, "block", Duration.ofMinutes(5));
        Duration maxBlock = time(element, "maxBlock", Duration.ofHours(24));
        if (maxBlock.compareTo(block) < 0) {
            throw element.fault("has a maxBlock shorter than its block; a block is doubled until maxBlock");
        }
        return new BruteForceSettings.NetworkLimit(element.number("failures", 1, FAILURE_LIMIT).orElse(20),
            time(element, "within", Duration.ofHours(1)), block, maxBlock);
    }

    private static NetworkPrefixes prefixes(ConfigurationElement element) {
        return new NetworkPrefixes(element.number("ipv4Prefix", 1, 32).orElse(32), element.number("ipv6Prefix", 1, 128).orElse(64));
    }

    private static Duration time(ConfigurationElement element, String attribute, Duration byDefault) {
        return element.attribute(attribute).map(text -> BackendSettings.duration(text)
            .filter(time -> time.compareTo(Duration.ofSeconds(1)) >= 0 && time.compareTo(LONGEST) <= 0)
            .orElseThrow(() -> element.fault("has " + attribute + "=\"" + text
                + "\"; it can be a time from 1s to 30d, such as 5m, 24h or 30d"))).orElse(byDefault);
    }

    private static Duration delay(ConfigurationElement element) {
        String text = element.text().orElse("").trim();
        return text.equals(NO_DELAY) ? Duration.ZERO : BackendSettings.duration(text).filter(time -> time.compareTo(LONGEST_DELAY) <= 0)
            .orElseThrow(() -> element.fault("is \"" + text + "\"; it can be a time up to 10s, such as 1s or 500ms, or 0s for no delay"));
    }

    private static List<Network> networks(ConfigurationElement element) {
        element.onlyAttributes().onlyElements();
        return Arrays.stream(element.text().orElse("").split("[\\s,]+")).filter(text -> !text.isEmpty())
            .map(text -> Network.parse(text).orElseThrow(() -> element.fault("names \"" + text
                + "\", which is no network; write addresses or networks such as 127.0.0.0/8 ::1 192.0.2.0/24")))
            .collect(Collectors.toUnmodifiableList());
    }

    private static BruteForceSettings.Store store(ConfigurationElement element) {
        element.onlyAttributes().onlyElements();
        String name = element.text().orElse("local");
        return Stream.of(BruteForceSettings.Store.values()).filter(store -> store.name().toLowerCase(Locale.ROOT).equals(name)).findFirst()
            .orElseThrow(() -> element.fault("is \"" + name + "\"; it can be local or redis"));
    }
}
