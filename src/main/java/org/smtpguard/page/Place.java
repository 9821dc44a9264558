package org.smtpguard.page;

/** The sections of the site, as in its navigation. */
enum Place {
    OVERVIEW("Overview", ""),
    SESSIONS("Sessions", "/sessions"),
    VIOLATIONS("Refusals", "/violations"),
    DIAGNOSES("Diagnoses", "/diagnoses"),
    BLOCKS("Blocks", "/blocks"),
    APP_PASSWORDS("App passwords", "/app-passwords"),
    BACKENDS("Backends", "/backends"),
    SIMULATE("Simulate", "/simulate"),
    AUTH("Check a log-in", "/auth/check"),
    /** Not in the navigation. */
    NOWHERE("", "");

    private final String label;
    private final String path;

    Place(String label, String path) {
        this.label = label;
        this.path = path;
    }

    String label() {
        return label;
    }

    String href() {
        return View.BASE + path;
    }

    /** @param rest safe in a path without encoding */
    String href(String rest) {
        return href() + "/" + rest;
    }
}
