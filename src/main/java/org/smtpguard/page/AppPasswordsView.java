package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.smtpguard.credential.AppPassword;

/** The app passwords of a user, and a form to create one. */
final class AppPasswordsView extends View {
    private final List<String> backends;
    private final Optional<String> user;
    private final List<AppPassword> all;
    private final AppPasswordFacts facts;

    /** @param user empty to ask for one */
    AppPasswordsView(List<String> backends, Optional<String> user, List<AppPassword> all, AppPasswordFacts facts) {
        this.backends = backends;
        this.user = user;
        this.all = all;
        this.facts = facts;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("backends", backends).and("user", user.map(Names::clean)).and("appPasswords", facts.of(all)).map();
    }

    @Override
    String title() {
        return user.map(name -> "App passwords of " + Names.cut(name)).orElse("App passwords");
    }

    @Override
    Place place() {
        return Place.APP_PASSWORDS;
    }

    @Override
    Element content() {
        if (backends.isEmpty()) {
            return el("div", BlockFacts.banner("warn", "No port has an AppPasswordBackend."));
        }
        return el("div",
            el("p", "One password for each device of a user. A device that is lost loses nothing but its own.").css("muted"),
            el("form",
                el("label", "User").at("for", "app-user"),
                el("input").at("id", "app-user").at("name", "user").at("value", user.orElse("")).at("required").at("maxlength", 255)
                    .at("autocomplete", "off").at("autocapitalize", "none").at("spellcheck", "false")
                    .at("placeholder", "alice@example.org"),
                el("div", el("button", "Show")).css("row"))
                .css("card form narrow").at("action", Place.APP_PASSWORDS.href()).at("method", "get"),
            user.map(this::ofUser));
    }

    private Element ofUser(String name) {
        return el("div",
            el("section", el("h2", "Oldest first"),
                all.isEmpty() ? el("p", "This user has no app passwords.").css("muted")
                    : el("div", all.stream().map(facts::card)).css("blocks")).css("card"),
            el("section", el("h2", "A new one"),
                el("p", "The password is shown once, on the next page.").css("muted"),
                el("form",
                    field("label", "Device", "Office scanner", true),
                    field("expires", "Expires", "90d, 2027-01-31, or empty for never", false),
                    field("networks", "Only from these networks", "192.0.2.0/24, or empty for all", false),
                    field("senders", "May send as", "empty for the user's own address", false),
                    el("div", el("button", "Create")).css("row"))
                    .css("form narrow").at("action", AppPasswordFacts.address(name)).at("method", "post").at("autocomplete", "off"))
                .css("card"));
    }

    private static List<Element> field(String name, String label, String example, boolean isRequired) {
        Element input = el("input").at("id", "app-" + name).at("name", name).at("placeholder", example).at("maxlength", 1000)
            .at("autocapitalize", "none").at("spellcheck", "false");
        return List.of(el("label", label).at("for", "app-" + name), isRequired ? input.at("required") : input);
    }
}
