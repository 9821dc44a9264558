package org.smtpguard.james.channel;

import java.util.ArrayList;
import java.util.List;

import org.apache.james.protocols.api.Response;
import org.smtpguard.protocol.Reply;

/**
 * A reply whose lines are built once. James' {@code SMTPResponse} builds them at each call, and each reply is read several
 * times: to check it, for the transcript, and by James. Immutable.
 */
class WrittenResponse implements Response {
    private final String code;
    private final List<CharSequence> lines;
    private final boolean endsSession;

    private WrittenResponse(String code, List<CharSequence> lines, boolean endsSession) {
        this.code = code;
        this.lines = lines;
        this.endsSession = endsSession;
    }

    WrittenResponse(Reply reply) {
        this(Integer.toString(reply.code()), lines(reply), reply.closesConnection());
    }

    WrittenResponse(Response response) {
        this(response.getRetCode(), List.copyOf(response.getLines()), response.isEndSession());
    }

    private static List<CharSequence> lines(Reply reply) {
        List<CharSequence> lines = new ArrayList<>(reply.texts().size());
        for (String text : reply.texts()) {
            boolean isLast = lines.size() == reply.texts().size() - 1;
            lines.add(reply.code() + (isLast ? " " : "-") + text);
        }
        return List.copyOf(lines);
    }

    @Override
    public String getRetCode() {
        return code;
    }

    @Override
    public List<CharSequence> getLines() {
        return lines;
    }

    @Override
    public boolean isEndSession() {
        return endsSession;
    }

    @Override
    public String toString() {
        return lines.toString();
    }
}
