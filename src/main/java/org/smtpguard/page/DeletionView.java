package org.smtpguard.page;

import static org.smtpguard.page.Element.el;

import java.util.Map;

/** That transcripts were deleted. */
final class DeletionView extends View {
    private final int deleted;

    DeletionView(int deleted) {
        this.deleted = deleted;
    }

    @Override
    public Map<String, Object> facts() {
        return Facts.of("deleted", deleted).map();
    }

    @Override
    String title() {
        return "Deleted";
    }

    @Override
    Place place() {
        return Place.SESSIONS;
    }

    @Override
    Element content() {
        return el("div",
            BlockFacts.banner("good", "Deleted: " + (deleted == 1 ? "1 transcript." : deleted + " transcripts.")
                + " The log is not changed. Of a session that is still open, what follows is kept again."),
            el("p", el("a", "All sessions").at("href", Place.SESSIONS.href())));
    }
}
