package org.smtpguard.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Reply;

/** Renders a diagnosis as a reply, in the configured style. Immutable. */
public final class ReplyRenderer {
    /** The placeholder for the diagnosis id in a help URL. */
    public static final String ID_PLACEHOLDER = "{id}";

    private static final String ALTERNATIVE = " | ";
    /** Leaves room on the line for the text after it. */
    private static final int DETAIL_LIMIT = 160;

    private final ReplyStyle style;
    private final Optional<String> helpUrl;
    private final boolean namesHelpCommand;

    /** @param helpUrl the operator's help page; {@value #ID_PLACEHOLDER} in it is replaced by the diagnosis id */
    public ReplyRenderer(ReplyStyle style, Optional<String> helpUrl) {
        this(style, helpUrl, true);
    }

    private ReplyRenderer(ReplyStyle style, Optional<String> helpUrl, boolean namesHelpCommand) {
        this.style = Objects.requireNonNull(style, "style");
        this.helpUrl = Objects.requireNonNull(helpUrl, "helpUrl");
        this.namesHelpCommand = namesHelpCommand;
    }

    /** The same for a port on which the guard does not answer HELP: the replies do not refer to HELP. */
    public ReplyRenderer withoutHelpCommand() {
        return new ReplyRenderer(style, helpUrl, false);
    }

    /** @param session the reference of the session, as in the server's log */
    public Reply render(Diagnosis diagnosis, String session) {
        return Reply.of(diagnosis.code(), diagnosis.status(),
            style == ReplyStyle.BRIEF ? List.of(brief(diagnosis, session)) : full(diagnosis, session));
    }

    /** The text after "Next: ". */
    static String alternatives(List<String> next) {
        return String.join(ALTERNATIVE, next);
    }

    private String brief(Diagnosis diagnosis, String session) {
        String details = diagnosis.details().isEmpty() ? "" : " (" + Printable.cut(diagnosis.details().get(0), DETAIL_LIMIT) + ")";
        return diagnosis.summary() + details + "; next: " + diagnosis.next().get(0) + " [" + diagnosis.id() + " " + session + "]";
    }

    private List<String> full(Diagnosis diagnosis, String session) {
        List<String> lines = new ArrayList<>();
        lines.add(diagnosis.summary() + " [" + diagnosis.id() + "]");
        lines.addAll(diagnosis.details());
        lines.add("State: " + diagnosis.state());
        lines.add("Next: " + alternatives(diagnosis.next()));
        lines.add("Help: " + help(diagnosis) + " (session " + session + ")");
        return lines;
    }

    private String help(Diagnosis diagnosis) {
        Optional<String> page = helpUrl.map(url -> url.replace(ID_PLACEHOLDER, diagnosis.id().toString()));
        return namesHelpCommand ? "HELP " + diagnosis.id() + page.map(url -> " or " + url).orElse("")
            : page.orElse("ask the operator of this server");
    }
}
