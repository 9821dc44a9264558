package org.smtpguard.james.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.util.Size;
import org.smtpguard.james.config.MechanismNames;

/** The keywords with which a port answers EHLO (RFC 5321 §4.1.1.1). Immutable. */
final class Announcement {
    /** Those of James, on every port. */
    private static final List<String> ALWAYS = List.of("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME");

    private final HierarchicalConfiguration<ImmutableNode> port;
    private final Optional<List<String>> mechanisms;

    /** @param mechanisms those of the guard that can succeed; empty if James answers AUTH */
    Announcement(HierarchicalConfiguration<ImmutableNode> port, Optional<List<String>> mechanisms) {
        this.port = port;
        this.mechanisms = mechanisms;
    }

    /** Without TLS; empty if the port has TLS from the first octet. */
    List<String> inClearText() {
        return Flag.of(port, "tls[@socketTLS]", false) ? List.of() : keywords(false);
    }

    /** Under TLS; empty if the port has no TLS. */
    List<String> underTls() {
        return Flag.of(port, "tls[@socketTLS]", false) || Flag.of(port, "tls[@startTLS]", false) ? keywords(true) : List.of();
    }

    private List<String> keywords(boolean isUnderTls) {
        List<String> keywords = new ArrayList<>(ALWAYS);
        if (Flag.of(port, "tls[@startTLS]", false) && !isUnderTls) {
            keywords.add("STARTTLS");
        }
        size().ifPresent(octets -> keywords.add("SIZE " + octets));
        List<String> auth = auth(isUnderTls);
        if (!auth.isEmpty()) {
            keywords.add("AUTH " + String.join(" ", auth));
        }
        return keywords;
    }

    private Optional<Long> size() {
        try {
            return Optional.of(Size.parse(port.getString("maxmessagesize", "0"), Size.Unit.K).asBytes()).filter(octets -> octets > 0);
        } catch (IllegalArgumentException e) {
            // James rejects it, which is reported.
            return Optional.empty();
        }
    }

    private List<String> auth(boolean isUnderTls) {
        String announce = port.getString("auth.announce", "").trim().toLowerCase(Locale.ROOT);
        String old = port.getString("authRequired", "false").trim().toLowerCase(Locale.ROOT);
        boolean isAnnounced = announce.isEmpty() ? old.equals("true") || old.equals("announce") : !announce.equals("never");
        if (!isAnnounced || (Flag.of(port, "auth.requireSSL", false) && !isUnderTls)) {
            return List.of();
        }
        boolean hasPasswords = Flag.of(port, "auth.plainAuthEnabled", true);
        List<String> offered = mechanisms.orElse(List.of("LOGIN", "PLAIN")).stream()
            .filter(name -> hasPasswords || !MechanismNames.isPassword(name))
            .filter(name -> isUnderTls || !(name.endsWith("-PLUS") || name.equals("EXTERNAL"))).collect(Collectors.toList());
        if (port.getKeys("auth.oidc").hasNext()) {
            int first = (int) offered.stream().takeWhile(name -> !MechanismNames.isPassword(name)).count();
            offered.addAll(first, List.of("OAUTHBEARER", "XOAUTH2"));
        }
        return offered;
    }
}
