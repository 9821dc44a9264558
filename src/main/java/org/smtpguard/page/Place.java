package org.smtpguard.page;

/** The parts of the site, as its navigation names them. */
enum Place {
    OVERVIEW("Overview", ""),
    VIOLATIONS("Refusals", "/violations"),
    DIAGNOSES("Diagnoses", "/diagnoses"),
    BACKENDS("Backends", "/backends"),
    SIMULATE("Simulate", "/simulate"),
    AUTH("Check a log-in", "/auth/check"),
    SESSIONS("Sessions", "/sessions");

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

    /** @param rest safe in a path as it stands */
    String href(String rest) {
        return href() + "/" + rest;
    }
}
