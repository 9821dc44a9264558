package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import org.smtpguard.protocol.DiagnosisId;

/** Elements that several views share. */
final class Parts {
    private Parts() {
    }

    /** A name and its value, for a {@code dl}. */
    static Element fact(String name, Object value) {
        return el("div", el("dt", name), el("dd", value));
    }

    /** The head of a table. */
    static Element head(Element... columns) {
        return el("thead", el("tr", (Object[]) columns));
    }

    static Element column(String name) {
        return el("th", name).at("scope", "col");
    }

    static Element numbers(String name) {
        return column(name).css("number");
    }

    static Element rowOf(Object name) {
        return el("th", name).at("scope", "row");
    }

    /** The id as a link to its article. */
    static Element link(DiagnosisId id) {
        return el("a", id).at("href", Place.DIAGNOSES.href(id.toString()));
    }
}
