package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import org.smtpguard.credential.IssuedAppPassword;

/** A new app password with its secret, which no other page shows. */
final class AppPasswordMadeView extends View {
    private final IssuedAppPassword made;
    private final AppPasswordFacts facts;

    AppPasswordMadeView(IssuedAppPassword made, AppPasswordFacts facts) {
        this.made = made;
        this.facts = facts;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("user", Names.clean(made.appPassword().user())).and("secret", secret())
            .and("appPassword", facts.of(made.appPassword())).map();
    }

    private String secret() {
        return new String(made.secret().bytes(), StandardCharsets.US_ASCII);
    }

    @Override
    String title() {
        return "App password created";
    }

    @Override
    Place place() {
        return Place.APP_PASSWORDS;
    }

    @Override
    Element content() {
        String user = made.appPassword().user();
        return el("div",
            BlockFacts.banner("good", "Type it into the device now: it is not stored, and not shown again."),
            el("section", el("h2", Names.cut(made.appPassword().label())),
                el("dl",
                    Parts.fact("user name", el("span", Names.clean(user)).css("code")),
                    Parts.fact("password", el("strong", secret()).css("code")))).css("card"),
            el("p", el("a", "All app passwords of this user").at("href", AppPasswordFacts.address(user))));
    }
}
