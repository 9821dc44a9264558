package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.Map;

/** An error page. */
final class FailureView extends View {
    private final int status;
    private final String message;

    FailureView(int status, String message) {
        this.status = status;
        this.message = message;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("statusCode", status).and("message", message).map();
    }

    @Override
    String title() {
        switch (status) {
            case 403:
                return "Refused";
            case 404:
                return "Not found";
            case 429:
                return "Too many";
            default:
                return "Not understood";
        }
    }

    @Override
    Place place() {
        return Place.NOWHERE;
    }

    @Override
    Element content() {
        return el("section", el("p", message)).css("card");
    }
}
