package org.smtpguard.james.channel;

import org.smtpguard.diagnosis.Diagnosis;
import org.smtpguard.protocol.Reply;

/** A refusal as a response, with its diagnosis for the transcript. */
public final class RefusalResponse extends WrittenResponse {
    private final Diagnosis diagnosis;

    public RefusalResponse(Reply reply, Diagnosis diagnosis) {
        super(reply);
        this.diagnosis = diagnosis;
    }

    public Diagnosis diagnosis() {
        return diagnosis;
    }
}
