package org.smtpguard.james.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import org.apache.james.protocols.api.ProtocolSession.AttachmentKey;
import org.apache.james.protocols.api.ProtocolTransport;
import org.apache.james.protocols.smtp.SMTPConfigurationImpl;
import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.SMTPSessionImpl;
import org.junit.jupiter.api.Test;
import org.smtpguard.james.guard.OfferedAuth;
import org.smtpguard.james.guard.Sessions;

class NotesTest {
    private final Sessions sessions = new Sessions(OfferedAuth.none());
    private final SMTPSession session = session();
    private final Notes notes = Notes.of(session);

    @Test
    @SuppressWarnings("deprecation") // Nothing else gives all attachments of a session.
    void theyAreOneAttachmentAndOutliveTransactions() {
        sessions.state(session);
        notes.countError();
        notes.requireAuthentication();
        session.resetState();

        assertThat(Notes.of(session)).isSameAs(notes);
        assertThat(session.getConnectionState().keySet()).extracting(AttachmentKey::asString).containsExactly("smtpguard.notes");
        assertThat(notes.countError()).isEqualTo(2);
        assertThat(sessions.state(session).isAuthenticationNeeded()).isTrue();
    }

    @Test
    void sessionsThatAreOfferedTheSameShareIt() {
        assertThat(sessions.state(session).port()).isSameAs(sessions.state(session()).port());
    }

    @Test
    void aGreetingIsVoidUnderTlsIfItWasSaidInClearText() {
        notes.greeted(false);
        assertThat(notes.isGreetingVoid(false)).isFalse();
        assertThat(notes.isGreetingVoid(true)).isTrue();

        notes.greeted(true);
        assertThat(notes.isGreetingVoid(true)).isFalse();
    }

    @Test
    void anErrorIsAConsequenceOnlyOfAFailureInItsGroup() {
        assertThat(notes.takeConsequence()).isFalse();

        notes.onGroupFailure();
        assertThat(notes.takeConsequence()).isTrue();

        notes.onGroupEnd();
        assertThat(notes.takeConsequence()).isFalse();
    }

    @Test
    void ofOneFailureAHundredErrorsAreConsequences() {
        notes.onGroupFailure();
        for (int errors = 0; errors < 100; errors++) {
            assertThat(notes.takeConsequence()).isTrue();
        }

        assertThat(notes.takeConsequence()).isFalse();
    }

    private static SMTPSession session() {
        return new SMTPSessionImpl(mock(ProtocolTransport.class), new SMTPConfigurationImpl());
    }
}
