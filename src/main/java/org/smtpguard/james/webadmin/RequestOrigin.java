package org.smtpguard.james.webadmin;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.smtpguard.credential.InvalidConfigurationException;

/**
 * Refuses requests to WebAdmin that come from a page of another site: those with another origin ({@code Origin},
 * {@code Sec-Fetch-Site}) and, if WebAdmin has no authentication, those with an unknown {@code Host}, as in DNS rebinding.
 * Immutable.
 */
public final class RequestOrigin {
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[0-9a-f:.]+]|[a-z0-9._-]+)(?::(\\d{1,5}))?");
    private static final Pattern ORIGIN = Pattern.compile("(https?)://(.+)");
    private static final String OCTET = "(\\d|[1-9]\\d|1\\d\\d|2[0-4]\\d|25[0-5])";
    private static final Pattern LOOPBACK = Pattern.compile("localhost|\\[::1]|127\\." + OCTET + "\\." + OCTET + "\\." + OCTET);
    /** {@code none}: the user has entered the URL, or opened a bookmark. */
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");
    private static final Set<String> FORWARDING_HEADERS = Set.of("Forwarded", "X-Forwarded-Host", "X-Forwarded-Server");

    private final Set<String> sites;
    private final Set<String> names;
    private final boolean authenticated;

    private RequestOrigin(Set<String> sites, Set<String> names, boolean authenticated) {
        this.sites = sites;
        this.names = names;
        this.authenticated = authenticated;
    }

    /**
     * @param sites names or addresses that browsers use for this server, with the port if it is not the default
     * @param bound the address that WebAdmin is bound to, if clients may use it
     * @param authenticated whether WebAdmin requires a token or a password, which a browser does not send automatically
     * @throws InvalidConfigurationException if a site is not a host name
     */
    public static RequestOrigin of(Collection<String> sites, Optional<String> bound, boolean authenticated) {
        Set<String> known = sites.stream().map(site -> site.trim().toLowerCase(Locale.ROOT)).filter(site -> !site.isEmpty())
            .collect(Collectors.toUnmodifiableSet());
        if (!known.stream().allMatch(site -> AUTHORITY.matcher(site).matches())) {
            throw new InvalidConfigurationException(
                "smtpguard.hosts in webadmin.properties has a value that is not a host name; write names"
                + " or addresses without http:// and path, such as mail.example.org or mail.example.org:8443, separated by commas.");
        }
        return new RequestOrigin(known, Stream.concat(known.stream().map(RequestOrigin::name), bound.map(RequestOrigin::bracketed).stream())
            .collect(Collectors.toUnmodifiableSet()), authenticated);
    }

    private static String name(String authority) {
        Matcher matcher = AUTHORITY.matcher(authority);
        return matcher.matches() ? matcher.group(1) : "";
    }

    private static String bracketed(String address) {
        String lower = address.toLowerCase(Locale.ROOT);
        return lower.contains(":") ? "[" + lower + "]" : lower;
    }

    /**
     * The reason for refusing a request; empty if it is allowed.
     *
     * @param header the value of a header field by its name, {@code null} if there is none
     * @param scheme http or https
     */
    public Optional<String> refusal(Function<String, String> header, String scheme) {
        Optional<String> site = Optional.ofNullable(header.apply("Sec-Fetch-Site"));
        if (site.isPresent() && !OWN_SITE.contains(site.get())) {
            return Optional.of("This request comes from a page of another site. Enter the URL in the browser.");
        }
        String host = Optional.ofNullable(header.apply("Host")).orElse("").toLowerCase(Locale.ROOT);
        Optional<String> origin = Optional.ofNullable(header.apply("Origin"));
        if (origin.isPresent() && !isOwn(origin.get().toLowerCase(Locale.ROOT), host, scheme)) {
            return Optional.of("This request comes from a page of another site. If it is this site, behind a proxy: make the proxy keep the"
                + " Host header, or add this site to smtpguard.hosts (webadmin.properties).");
        }
        return authenticated ? Optional.empty() : unknownHost(header, host);
    }

    private boolean isOwn(String origin, String host, String scheme) {
        Matcher matcher = ORIGIN.matcher(origin);
        return matcher.matches() && (sites.contains(matcher.group(2)) || (AUTHORITY.matcher(host).matches()
            && matcher.group(1).equals(scheme) && authority(matcher.group(2), scheme).equals(authority(host, scheme))));
    }

    /** Adds the scheme's default port, so that authorities can be compared. */
    private static String authority(String host, String scheme) {
        Matcher matcher = AUTHORITY.matcher(host);
        return matcher.matches() && matcher.group(2) == null ? host + (scheme.equals("https") ? ":443" : ":80") : host;
    }

    private Optional<String> unknownHost(Function<String, String> header, String host) {
        if (FORWARDING_HEADERS.stream().anyMatch(name -> header.apply(name) != null)) {
            // Jetty uses these instead of Host, and any page can make a browser send them.
            return Optional.of("This WebAdmin has no authentication, and the request has been forwarded. Behind a proxy, set"
                + " jwt.enabled=true in webadmin.properties, or remove Forwarded and X-Forwarded-Host in the proxy.");
        }
        String name = name(host);
        if (LOOPBACK.matcher(name).matches() || names.contains(name)) {
            return Optional.empty();
        }
        return Optional.of("This WebAdmin has no authentication, and the request has an unknown Host. Use localhost or"
            + " 127.0.0.1, add the host to smtpguard.hosts (webadmin.properties), or set jwt.enabled=true.");
    }
}
