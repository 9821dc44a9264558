package org.smtpguard.page;

import java.util.Map;

/** Something to be shown, in two forms that say the same. */
public abstract class View {
    /** Where all of it stands; every address below begins so. */
    public static final String BASE = "/smtp-guard";

    View() {
    }

    /** For programs: maps, lists, texts and numbers, to be written as JSON. */
    public abstract Map<String, Object> facts();

    /** For readers: a whole HTML document, which needs nothing from elsewhere. */
    public final String page() {
        return Document.of(this);
    }

    abstract String title();

    /** What is marked in the navigation. */
    abstract Place place();

    /** What stands in the main part, below the title. */
    abstract Element content();
}
