package org.smtpguard.james.backends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepositoryException;
import org.junit.jupiter.api.Test;

class UsersRepositoryCompatTest {
    private static final Username ALICE = Username.of("alice@localhost");
    private static final String RIGHT = "right";

    /** As {@code UsersRepository} is up to James 3.8. */
    public interface YesOrNo {
        boolean test(Username name, String password) throws UsersRepositoryException;
    }

    /** As it is from 3.9 on. */
    public interface WhoItIs {
        Optional<Username> test(Username name, String password) throws UsersRepositoryException;
    }

    /** As it may be one day. */
    public interface Other {
        int test(Username name, String password);
    }

    @Test
    void yesMeansTheUserWhoWasNamed() throws Exception {
        YesOrNo james = (name, password) -> password.equals(RIGHT);
        UsersRepositoryCompat test = UsersRepositoryCompat.of(YesOrNo.class);

        assertThat(test.test(james, ALICE, RIGHT)).contains(ALICE);
        assertThat(test.test(james, ALICE, "wrong")).isEmpty();
    }

    @Test
    void aNewerJamesMayNameTheUserOtherwise() throws Exception {
        Username canonical = Username.of("alice.liddell@localhost");
        WhoItIs james = (name, password) -> Optional.of(canonical).filter(any -> password.equals(RIGHT));
        UsersRepositoryCompat test = UsersRepositoryCompat.of(WhoItIs.class);

        assertThat(test.test(james, ALICE, RIGHT)).contains(canonical);
        assertThat(test.test(james, ALICE, "wrong")).isEmpty();
    }

    @Test
    void whatJamesThrowsIsThrown() {
        YesOrNo yesOrNo = (name, password) -> {
            throw new UsersRepositoryException("down");
        };
        WhoItIs whoItIs = (name, password) -> {
            throw new UsersRepositoryException("down");
        };

        assertThatThrownBy(() -> UsersRepositoryCompat.of(YesOrNo.class).test(yesOrNo, ALICE, RIGHT))
            .isInstanceOf(UsersRepositoryException.class);
        assertThatThrownBy(() -> UsersRepositoryCompat.of(WhoItIs.class).test(whoItIs, ALICE, RIGHT))
            .isInstanceOf(UsersRepositoryException.class);
    }

    @Test
    void anotherFormIsFoundOutBeforeAnybodyIsAsked() {
        assertThatThrownBy(() -> UsersRepositoryCompat.of(Other.class)).isInstanceOf(IllegalStateException.class);
    }
}
