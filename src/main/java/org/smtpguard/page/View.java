package org.smtpguard.page;

import java.util.Map;

/** A page of WebAdmin, as JSON and as HTML with the same content. */
public abstract class View {
    /** The path of the site. */
    public static final String BASE = "/smtp-guard";

    View() {
    }

    /** The content for JSON: maps, lists, texts and numbers. */
    public abstract Map<String, Object> facts();

    /** The page: a complete HTML document without external resources. */
    public final String page() {
        return Document.of(this);
    }

    abstract String title();

    /** The section that is marked in the navigation. */
    abstract Place place();

    /** Whether a browser with scripts updates the page while it is shown. */
    boolean isLive() {
        return false;
    }

    /** The main part, below the title. */
    abstract Element content();
}
