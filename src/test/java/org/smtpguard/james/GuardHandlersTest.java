package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.util.ArrayList;
import java.util.List;

import org.apache.james.protocols.smtp.SMTPSession;
import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.junit.jupiter.api.Test;
import org.smtpguard.james.auth.ConfiguredAuthHandler;
import org.smtpguard.james.guard.GuardGreeting;

class GuardHandlersTest {
    private final List<String> jamesOwn = new CoreCmdHandlerLoader().getHandlers();
    private final List<String> ours = new GuardHandlers().getHandlers();

    @Test
    void isJamesOwnListInItsOrderWithAnAuthHandlerThatAnswersNothingAndAGreetingThatCanWait() {
        List<String> expected = new ArrayList<>(jamesOwn);
        expected.set(expected.indexOf(AuthCmdHandler.class.getName()), ConfiguredAuthHandler.class.getName());
        expected.set(expected.indexOf(JamesWelcomeMessageHandler.class.getName()), GuardGreeting.class.getName());

        assertThat(ours).isEqualTo(expected);
    }

    /** Otherwise the test above would hold for a James that no longer names what we swap. */
    @Test
    void jamesOwnListNamesWhatIsSwappedOnce() {
        assertThat(jamesOwn).containsOnlyOnce(AuthCmdHandler.class.getName(), JamesWelcomeMessageHandler.class.getName());
        assertThat(ours).doesNotContain(AuthCmdHandler.class.getName(), JamesWelcomeMessageHandler.class.getName());
    }

    @Test
    void theAuthHandlerInTheListAnswersNothingAndAnnouncesNothing() {
        ConfiguredAuthHandler handler = new ConfiguredAuthHandler();

        assertThat(handler.getImplCommands()).isEmpty();
        assertThat(handler.getMailParamNames()).isEmpty();
        assertThat(handler.getImplementedEsmtpFeatures(mock(SMTPSession.class))).isEmpty();
    }

    @Test
    void everyHandlerCanBeLoaded() {
        assertThat(ours).allSatisfy(name -> assertThat(Class.forName(name)).isNotInterface());
    }
}
