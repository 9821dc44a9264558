package org.smtpguard.james.backends;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

import org.apache.james.core.Username;
import org.apache.james.user.api.UsersRepository;

/**
 * Calls {@code UsersRepository.test} of the running James: up to 3.8 it returns a boolean, from 3.9 on the user's name. A call
 * compiled against one version does not link with the other.
 */
final class UsersRepositoryCompat {
    private final MethodHandle handle;
    private final boolean returnsBoolean;

    private UsersRepositoryCompat(MethodHandle handle, boolean returnsBoolean) {
        this.handle = handle;
        this.returnsBoolean = returnsBoolean;
    }

    static UsersRepositoryCompat ofThisJames() {
        return of(UsersRepository.class);
    }

    /** @throws IllegalStateException if the type has neither form of the method */
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

    /** The user's name if the password is right; otherwise empty. */
    Optional<Username> test(Object repository, Username name, String password) throws Exception {
        Object answer;
        try {
            answer = handle.invoke(repository, name, password);
        } catch (Exception | Error fault) {
            throw fault;
        } catch (Throwable fault) {
            throw new IllegalStateException(fault);
        }
        if (returnsBoolean) {
            return (Boolean) answer ? Optional.of(name) : Optional.empty();
        }
        return ((Optional<?>) answer).map(Username.class::cast);
    }
}
