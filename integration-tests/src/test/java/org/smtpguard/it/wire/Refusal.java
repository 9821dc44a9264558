package org.smtpguard.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A refusal as the guard words it in full style, line by line; the session's reference is the only thing left open.
 */
public final class Refusal implements Consumer<Reply> {
    private static final Pattern SESSION = Pattern.compile("\\(session ([0-9a-f]{8,})\\)$");
    private static final int LONGEST_LINE = 510;

    private final String status;
    private final String cause;
    private final String id;
    private final List<String> details = new ArrayList<>();
    private String state = "";
    private String next = "";
    private String page = "";

    private Refusal(String status, String cause, String id) {
        this.status = status;
        this.cause = cause;
        this.id = id;
    }

    /**
     * @param status the reply code and the enhanced code, {@code "503 5.5.1"}
     * @param cause the first line up to the diagnosis
     */
    public static Refusal refusal(String status, String cause, String id) {
        return new Refusal(status, cause, id);
    }

    /** A line between the first and the state. */
    public Refusal detail(String line) {
        details.add(line);
        return this;
    }

    public Refusal state(String expected) {
        state = expected;
        return this;
    }

    public Refusal next(String expected) {
        next = expected;
        return this;
    }

    /** The page that the operator keeps of it. */
    public Refusal page(String url) {
        page = " or " + url;
        return this;
    }

    @Override
    public void accept(Reply reply) {
        List<String> texts = new ArrayList<>(List.of(cause + " [" + id + "]"));
        texts.addAll(details);
        texts.add("State: " + state);
        texts.add("Next: " + next);
        texts.add("Help: HELP " + id + page + " (session ?)");
        assertThat(reply.lines().stream().map(line -> SESSION.matcher(line).replaceFirst("(session ?)")).collect(Collectors.toList()))
            .containsExactlyElementsOf(asLines(texts));
        keepsToTheProtocol(reply);
    }

    /** What RFC 5321 §4.2 and §4.5.3.1.5 want of any reply. */
    public static void keepsToTheProtocol(Reply reply) {
        String code = reply.lines().get(0).substring(0, 3);
        assertThat(reply.lines()).allSatisfy(line -> assertThat(line)
            .startsWith(code)
            .hasSizeLessThanOrEqualTo(LONGEST_LINE)
            .matches("[\\x20-\\x7e]*"));
    }

    /** The reference by which the log knows the session. */
    public static String session(Reply reply) {
        Matcher matcher = SESSION.matcher(reply.lines().get(reply.lines().size() - 1));
        assertThat(matcher.find()).as("a reference to the session in %s", reply).isTrue();
        return matcher.group(1);
    }

    private List<String> asLines(List<String> texts) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            lines.add((i < texts.size() - 1 ? status.replaceFirst(" ", "-") : status) + " " + texts.get(i));
        }
        return lines;
    }
}
