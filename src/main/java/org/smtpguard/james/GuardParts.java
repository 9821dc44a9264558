package org.smtpguard.james;

import com.google.inject.Inject;
import com.google.inject.Injector;
import com.google.inject.Key;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.start.StartErrors;
import org.smtpguard.sequence.SequenceTable;

/**
 * The objects of {@link GuardModule}, for the classes that James instantiates. Guice would reject those in words of its own if
 * {@code extensions.properties} does not name the module. Without the module, Guice makes this class in James' own injector, which has
 * none of the objects.
 */
final class GuardParts {
    private final Injector injector;
    private final StartErrors errors;

    @Inject
    GuardParts(Injector injector, StartErrors errors) {
        this.injector = injector;
        this.errors = errors;
    }

    /** @throws InvalidConfigurationException if the module is missing */
    <T> T get(Class<T> type) {
        if (injector.getExistingBinding(Key.get(SequenceTable.class)) == null) {
            String line = "guice.extension.module=" + NamedClass.GUARD_MODULE.className();
            String sentence = "The line " + line + " is missing in extensions.properties; add it, or if there is such a line, append "
                + NamedClass.GUARD_MODULE.className() + " to it after a comma.";
            errors.missingModule(sentence);
            throw new InvalidConfigurationException(sentence);
        }
        return injector.getInstance(type);
    }

    StartErrors errors() {
        return errors;
    }
}
