package org.smtpguard.it.server;

import java.util.regex.Pattern;

/**
 * James did not come up, with all that it said about it.
 */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** How a stack trace in a log begins to tell of an exception, the deepest last. */
    private static final Pattern REASON = Pattern.compile("^(Caused by: )?[a-z][\\w.$]*\\.[A-Z][\\w$]*(Exception|Error|Fault)[\\w$]*: ");

    private final String what;
    private final String log;

    StartFailure(String what, String log) {
        super(what + System.lineSeparator() + log);
        this.what = what;
        this.log = log;
    }

    /** What happened and, where James gave one, its reason, without a stack trace. */
    String summary() {
        return log.lines()
            .filter(line -> REASON.matcher(line).find())
            .reduce((before, deeper) -> deeper)
            .map(reason -> what + ": " + withoutClass(reason))
            .orElse(what + ".");
    }

    /** The class says nothing to an administrator, unless its message is but a name. */
    private static String withoutClass(String reason) {
        String message = REASON.matcher(reason).replaceFirst("");
        return message.contains(" ") ? message : reason.replaceFirst("^Caused by: ", "");
    }

    public String log() {
        return log;
    }
}
