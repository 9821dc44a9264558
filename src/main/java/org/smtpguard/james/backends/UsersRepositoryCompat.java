package org.smtpguard.james.backends;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;

/**
 * {@code UsersRepository.test} of the James that runs: up to 3.8 it says yes or no, from 3.9 on it gives the user's name. A call
 * that is compiled against one of them does not link with the other.
 */
final class UsersRepositoryCompat {
    private final MethodHandle handle;
    private final boolean isYesOrNo;

    private UsersRepositoryCompat(MethodHandle handle, boolean isYesOrNo) {
        this.handle = handle;
        this.isYesOrNo = isYesOrNo;
    }

    static UsersRepositoryCompat ofThisJames() {
        return of(UsersRepository.class);
    }

    /** @throws IllegalStateException if the type has the method in neither form */
    static UsersRepositoryCompat of(Class<?> repositories) {
        try {
            return new UsersRepositoryCompat(handle(repositories, boolean.class), true);
        } catch (NoSuchMethodException e) {
            try {
                return new UsersRepositoryCompat(handle(repositories, Optional.class), false);
            } catch (NoSuchMethodException neither) {
                throw new IllegalStateException("This James has another UsersRepository.test(Username, String)", neither);
            }
        }
    }

    private static MethodHandle handle(Class<?> repositories, Class<?> result) throws NoSuchMethodException {
        try {
            return MethodHandles.publicLookup().findVirtual(repositories, "test",
                MethodType.methodType(result, Username.class, String.class));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("This James has no public UsersRepository.test", e);
        }
    }

    /** The user's name if the password is theirs. */
    Optional<Username> ask(Object repository, Username name, String password) throws Exception {
        Object answer;
        try {
            answer = handle.invoke(repository, name, password);
        } catch (Exception | Error fault) {
            throw fault;
        } catch (Throwable fault) {
            throw new IllegalStateException(fault);
        }
        if (isYesOrNo) {
            return (Boolean) answer ? Optional.of(name) : Optional.empty();
        }
        return ((Optional<?>) answer).map(Username.class::cast);
    }
}
