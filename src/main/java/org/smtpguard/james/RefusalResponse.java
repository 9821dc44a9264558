package org.smtpguard.james;

import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.protocol.Reply;

/** A refusal on its way to the client, with what it was made of, for who keeps transcripts. */
final class RefusalResponse extends WrittenResponse {
    private final Diagnosis diagnosis;

    RefusalResponse(Reply reply, Diagnosis diagnosis) {
        super(reply);
        this.diagnosis = diagnosis;
    }

    Diagnosis diagnosis() {
        return diagnosis;
    }
}
