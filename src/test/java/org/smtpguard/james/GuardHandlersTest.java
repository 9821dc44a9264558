package org.smtpguard.james;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.apache.james.protocols.smtp.core.esmtp.AuthCmdHandler;
import org.apache.james.smtpserver.CoreCmdHandlerLoader;
import org.apache.james.smtpserver.JamesWelcomeMessageHandler;
import org.junit.jupiter.api.Test;
import org.smtpguard.james.guard.GuardGreeting;

class GuardHandlersTest {
    private final List<String> jamesOwn = new CoreCmdHandlerLoader().getHandlers();
    private final List<String> ours = new GuardHandlers().getHandlers();

    @Test
    void isJamesOwnListInItsOrderWithoutItsAuthAndWithAGreetingThatCanWait() {
        List<String> expected = new ArrayList<>(jamesOwn);
        expected.remove(AuthCmdHandler.class.getName());
        expected.set(expected.indexOf(JamesWelcomeMessageHandler.class.getName()), GuardGreeting.class.getName());

        assertThat(ours).isEqualTo(expected);
    }

    /** Otherwise the test above would hold for a James that no longer names what we take out. */
    @Test
    void jamesOwnListNamesWhatIsTakenOutAndSwappedOnce() {
        assertThat(jamesOwn).containsOnlyOnce(AuthCmdHandler.class.getName(), JamesWelcomeMessageHandler.class.getName());
        assertThat(ours).doesNotContain(AuthCmdHandler.class.getName(), JamesWelcomeMessageHandler.class.getName());
    }

    @Test
    void everyHandlerCanBeLoaded() {
        assertThat(ours).allSatisfy(name -> assertThat(Class.forName(name)).isNotInterface());
    }
}
