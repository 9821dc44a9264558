package org.smtpguard.james.channel;

import java.util.List;
import java.util.stream.Collectors;

import org.apache.james.protocols.api.Response;
import org.apache.james.protocols.smtp.SMTPResponse;
import org.smtpguard.protocol.Printable;
import org.smtpguard.protocol.Reply;

/** Converts replies to James' responses, and adapts James' own responses. */
public final class Responses {
    private static final int CODE_AND_SEPARATOR = 4;
    private static final int CRLF = 2;

    private Responses() {
    }

    public static Response of(Reply reply) {
        return new WrittenResponse(reply);
    }

    /** The same reply with its lines built once. A subclass, such as the response that starts TLS, is returned unchanged. */
    public static Response written(Response response) {
        return response.getClass() == SMTPResponse.class ? new WrittenResponse(response) : response;
    }

    /**
     * James' reply, cleaned and cut if it violates RFC 5321 §4.2: James repeats the argument of EHLO, including control
     * characters and any length.
     */
    public static Response fit(Response response) {
        if (areFit(response.getLines())) {
            return response;
        }
        Reply reply = reply(response);
        return of(response.isEndSession() ? reply.thenClose() : reply);
    }

    /** The same reply, after which the connection is closed. */
    public static Response thenClose(Response response) {
        return of(reply(response).thenClose());
    }

    private static Reply reply(Response response) {
        return Reply.of(Integer.parseInt(response.getRetCode()), response.getLines().stream()
            .map(line -> line.toString().substring(Math.min(CODE_AND_SEPARATOR, line.length())))
            .collect(Collectors.toList()));
    }

    private static boolean areFit(List<CharSequence> lines) {
        for (CharSequence line : lines) {
            if (!isFit(line)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFit(CharSequence line) {
        return line.length() <= Reply.LINE_LIMIT - CRLF && Printable.clean(line.toString()).contentEquals(line);
    }
}
