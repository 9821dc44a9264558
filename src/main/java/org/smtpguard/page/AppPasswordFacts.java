package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.fact;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.smtpguard.credential.AppPassword;

/** App passwords, as facts and as elements. */
final class AppPasswordFacts {
    static final String REVOKE = "revoke";

    private final Instant now;
    private final Times times;

    AppPasswordFacts(Instant now, Times times) {
        this.now = now;
        this.times = times;
    }

    /** Whether it can be used, and otherwise why not. */
    enum State {
        USABLE, EXPIRED, REVOKED;

        static State of(AppPassword one, Instant now) {
            return one.isRevoked() ? REVOKED : one.isExpired(now) ? EXPIRED : USABLE;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Map<String, Object> of(AppPassword one) {
        return Facts.of("id", one.id()).and("label", Names.clean(one.label())).and("state", State.of(one, now).word())
            .and("created", one.created()).and("createdBy", Names.clean(one.createdBy())).and("expires", one.expires())
            .and("networks", one.networks()).and("senders", one.senders())
            .and("lastUse", one.lastUse().map(use -> Facts.of("time", use.time()).and("address", use.address())
                .and("mechanism", use.mechanism())))
            .and("revoked", one.revoked()).and("revokedBy", one.revokedBy().map(Names::clean)).map();
    }

    List<Map<String, Object>> of(List<AppPassword> all) {
        return all.stream().map(this::of).collect(Collectors.toList());
    }

    static String address(String user) {
        // In a path, a space is no plus.
        return Place.APP_PASSWORDS.href(URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    Element card(AppPassword one) {
        State state = State.of(one, now);
        return el("article",
            el("h3", Names.cut(one.label()), " ",
                el("span", state.word()).css("verdict " + (state == State.USABLE ? "accepted" : "refused"))),
            el("dl",
                fact("id", el("span", one.id()).css("code")),
                fact("created", el("span", times.second(one.created()), " by ", Names.cut(one.createdBy()))),
                one.expires().map(end -> fact("expires", times.second(end))),
                fact("last used", one.lastUse().map(use -> el("span", times.second(use.time()), " by ", use.mechanism(),
                    use.address().map(from -> " from " + from).orElse(""))).orElseGet(() -> el("span", "never"))),
                fact("may send as", String.join(", ", one.senders())),
                one.networks().isEmpty() ? Optional.empty() : Optional.of(fact("only from", String.join(", ", one.networks()))),
                one.revoked().map(when -> fact("revoked", el("span", times.second(when), one.revokedBy()
                    .map(by -> " by " + Names.cut(by)).orElse(""))))),
            state == State.REVOKED ? Optional.empty() : Optional.of(el("form",
                el("button", "Revoke").at("name", "id").at("value", one.id()).at("aria-label", "Revoke " + Names.cut(one.label())))
                .at("action", address(one.user()) + "/" + REVOKE).at("method", "post")));
    }
}
