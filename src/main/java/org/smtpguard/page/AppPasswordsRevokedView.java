package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;

import org.smtpguard.credential.AppPassword;

/** App passwords that were revoked. */
final class AppPasswordsRevokedView extends View {
    private final String user;
    private final List<AppPassword> revoked;
    private final AppPasswordFacts facts;

    AppPasswordsRevokedView(String user, List<AppPassword> revoked, AppPasswordFacts facts) {
        this.user = user;
        this.revoked = revoked;
        this.facts = facts;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("user", Names.clean(user)).and("revoked", facts.of(revoked)).map();
    }

    @Override
    String title() {
        return "Revoked";
    }

    @Override
    Place place() {
        return Place.APP_PASSWORDS;
    }

    @Override
    Element content() {
        return el("div",
            BlockFacts.banner("good", "Revoked: no device can log in with it any more. A session that it has opened ends at its next"
                + " message."),
            el("section", el("h2", "What was revoked"), revoked.isEmpty() ? el("p", "There was none that was not revoked yet.").css("muted")
                : el("div", revoked.stream().map(facts::card)).css("blocks")).css("card"),
            el("p", el("a", "All app passwords of this user").at("href", AppPasswordFacts.address(user))));
    }
}
