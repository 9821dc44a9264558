package org.smtpguard.james;

import org.apache.james.protocols.smtp.SMTPResponse;
import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.protocol.Reply;

/** A refusal on its way to the client, with what it was made of, for who keeps transcripts. */
final class RefusalResponse extends SMTPResponse {
    private final Diagnosis diagnosis;

    RefusalResponse(Reply reply, Diagnosis diagnosis) {
        super(Integer.toString(reply.code()), reply.texts().get(0));
        reply.texts().stream().skip(1).forEach(this::appendLine);
        setEndSession(reply.closesConnection());
        this.diagnosis = diagnosis;
    }

    Diagnosis diagnosis() {
        return diagnosis;
    }
}
