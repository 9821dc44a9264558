package org.smtpguard.page;

import static org.smtpguard.page.Element.el;
import static org.smtpguard.page.Parts.column;
import static org.smtpguard.page.Parts.head;
import static org.smtpguard.page.Parts.numbers;
import static org.smtpguard.page.Parts.rowOf;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A form to check a user name and a password, and the backends' answers. Shows neither name nor password. */
final class AuthCheckView extends View {
    private final List<String> backends;
    private final List<Answer> answers;

    AuthCheckView(List<String> backends, List<Answer> answers) {
        this.backends = backends;
        this.answers = answers;
    }

    @Override
    public Map<String, Object> facts() {
        return answers.isEmpty() ? Facts.of("backends", backends).map()
            : Facts.of("answers", answers.stream().map(answer -> Facts.of("backend", answer.backend()).and("verdict", verdict(answer))
                .and("reason", answer.reason()).and("millis", answer.millis()).map()).collect(Collectors.toList())).map();
    }

    private static String verdict(Answer answer) {
        return answer.verdict().toLowerCase(Locale.ROOT);
    }

    @Override
    String title() {
        return "Check a log-in";
    }

    @Override
    Place place() {
        return Place.AUTH;
    }

    @Override
    Element content() {
        return el("div",
            el("p", "Each backend is queried independently of the others. This is a real log-in attempt: if every backend refuses it, it "
                + "is logged and counted as a failed log-in. The password is neither logged, stored nor shown again.").css("muted"),
            answers.isEmpty() ? Optional.empty() : Optional.of(el("section", el("h2", "Answers"), table()).css("card")),
            backends.isEmpty() ? el("p", "No port has a backend.").css("muted") : form());
    }

    private Element table() {
        return el("table",
            head(column("backend"), column("result"), column("reason"),
                numbers("ms")),
            el("tbody", answers.stream().map(answer -> el("tr", rowOf(answer.backend()),
                el("td", el("span", verdict(answer)).css("verdict " + verdict(answer))), el("td", answer.reason()).css("words"),
                el("td", answer.millis()).css("number").at("data-label", "ms")))));
    }

    private Element form() {
        return el("form",
            el("label", "User name").at("for", "username"),
            el("input").at("id", "username").at("name", "username").at("required").at("autocomplete", "off").at("spellcheck", "false")
                .at("autocapitalize", "none"),
            el("label", "Password").at("for", "password"),
            el("input").at("id", "password").at("name", "password").at("type", "password").at("required").at("autocomplete", "off"),
            el("label", "Backend").at("for", "backend"),
            el("select", Stream.concat(Stream.of(el("option", "all").at("value", "")),
                backends.stream().map(name -> el("option", name).at("value", name)))).at("id", "backend").at("name", "backend"),
            el("div", el("button", "Check")).css("row"))
            .css("card form narrow").at("action", Place.AUTH.href()).at("method", "post").at("autocomplete", "off");
    }
}
