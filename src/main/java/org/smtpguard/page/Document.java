package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.stream.Stream;

/**
 * The frame of every page: one HTML document without images or external resources. It works without its one script, which updates pages
 * and copies text.
 */
public final class Document {
    private static final String CSS = resource("page.css");
    private static final String SCRIPT = resource("page.js");
    private static final String ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath"
        + " d='M16 2 27 6v9c0 8-5 12.5-11 15C10 27.5 5 23 5 15V6z' fill='%232f6f8f'/%3E%3Cpath d='M10 16l4 4 8-9' fill='none'"
        + " stroke='%23fff' stroke-width='3'/%3E%3C/svg%3E";

    /**
     * The Content-Security-Policy of every page: nothing is loaded but the page itself, framing is denied, and forms are sent only to
     * this server. The style sheet and the script are identified by their hashes; nothing else runs.
     */
    public static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(CSS) + "'; script-src 'sha256-" + hash(SCRIPT)
        + "'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private Document() {
    }

    static String of(View view) {
        Element head = el("head",
            el("meta").at("charset", "utf-8"),
            el("meta").at("name", "viewport").at("content", "width=device-width, initial-scale=1"),
            el("meta").at("name", "color-scheme").at("content", "light dark"),
            el("meta").at("name", "robots").at("content", "noindex"),
            el("title", view.title() + " - SMTP Guard"),
            el("link").at("rel", "icon").at("href", ICON));
        Element body = el("body",
            el("a", "Skip to the content").css("skip").at("href", "#main"),
            el("header", el("div",
                el("a", el("span").css("mark").at("aria-hidden", "true"), "SMTP Guard").css("brand").at("href", View.BASE),
                navigation(view.place()), find()).css("wide")),
            main(view),
            el("footer", el("p", "Counts and sessions are those of this James, since it started; other nodes keep their own. ",
                "Programs get the same as JSON, with ", el("code", "Accept: application/json"), ".")).css("wide"));
        StringBuilder out = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">");
        head.writeTo(out);
        // Both are constants, and the only texts that are not escaped. They are inserted at the ends of the head and the body.
        out.insert(out.length() - "</head>".length(), "<style>" + CSS + "</style>");
        body.writeTo(out);
        out.insert(out.length() - "</body>".length(), "<script>" + SCRIPT + "</script>");
        return out.append("</html>\n").toString();
    }

    private static Element main(View view) {
        Element main = el("main", el("h1", view.title()), view.content()).at("id", "main").at("tabindex", "-1").css("wide");
        return view.isLive() ? main.at("data-live") : main;
    }

    private static Element navigation(Place here) {
        return el("nav", el("ul", Stream.of(Place.values()).filter(place -> place != Place.NOWHERE).map(place -> {
            Element link = el("a", place.label()).at("href", place.href());
            return el("li", place == here ? link.at("aria-current", "page") : link);
        }))).at("aria-label", "Parts");
    }

    private static Element find() {
        return el("form",
            el("label", "Session, address or user").css("unseen").at("for", "ref"),
            el("input").at("id", "ref").at("name", "ref").at("type", "search").at("placeholder", "session, IP, user").at("required")
                .at("maxlength", 255).at("autocomplete", "off").at("autocapitalize", "none").at("spellcheck", "false"),
            el("button", "Find"))
            .css("find").at("action", Place.SESSIONS.href()).at("method", "get").at("role", "search");
    }

    private static String resource(String name) {
        try (InputStream in = Document.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
