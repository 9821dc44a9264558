package org.smtpguard.james.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import org.apache.commons.configuration2.Configuration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.ex.ConversionException;
import org.apache.james.protocols.api.handler.ProtocolHandler;

/** The classes that James can load: its own, and those of the jars in {@code extensions-jars/}. */
final class ExtensionClasses implements AutoCloseable {
    private static final String OF_JAMES = "org.apache.james.";

    private final URLClassLoader loader;

    /** @param home the directory of James */
    ExtensionClasses(Path home) {
        this.loader = new URLClassLoader(jars(home.resolve("extensions-jars")), ExtensionClasses.class.getClassLoader());
    }

    private static URL[] jars(Path directory) {
        if (!Files.isDirectory(directory)) {
            return new URL[0];
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).map(ExtensionClasses::url).toArray(URL[]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<Class<?>> find(String name) {
        try {
            return Optional.of(Class.forName(name, false, loader));
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.empty();
        }
    }

    /**
     * Why James cannot make an object of that class.
     *
     * @param wanted what it has to be
     */
    Optional<String> fault(String name, Class<?> wanted) {
        try {
            Class<?> type = Class.forName(name, false, loader);
            if (!wanted.isAssignableFrom(type)) {
                return Optional.of("names " + name + ", which is not a " + wanted.getName() + "; name a class that is one.");
            }
            if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
                return Optional.of("names " + name + ", of which there are no objects; name a class that is not abstract.");
            }
            return constructor(type).isPresent() ? Optional.empty()
                : Optional.of("names " + name + ", which James cannot create; its class needs one constructor with @Inject, or one without"
                    + " parameters.");
        } catch (ClassNotFoundException e) {
            return Optional.of("names " + name + ", which is not on the class path; check the spelling, and that its jar is in"
                + " extensions-jars/.");
        } catch (LinkageError e) {
            return Optional.of("names " + name + ", which cannot be loaded (" + e + "); it may be made for another version of James.");
        }
    }

    /** As Guice chooses it. */
    private static Optional<Constructor<?>> constructor(Class<?> type) {
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        return Arrays.stream(constructors)
            .filter(each -> Arrays.stream(each.getAnnotations()).anyMatch(mark -> mark.annotationType().getSimpleName().equals("Inject")))
            .findFirst()
            .or(() -> Arrays.stream(constructors).filter(each -> each.getParameterCount() == 0)
                .filter(each -> !Modifier.isPrivate(each.getModifiers()) || Modifier.isPrivate(type.getModifiers())).findFirst());
    }

    /**
     * Why a handler of James does not accept its elements. Handlers of others are not tried, since it is unknown what they do then.
     */
    Optional<String> refusal(String name, Configuration elements) {
        Optional<Constructor<?>> constructor = name.startsWith(OF_JAMES) ? find(name).flatMap(ExtensionClasses::constructor)
            : Optional.empty();
        if (constructor.isEmpty() || Arrays.stream(constructor.get().getParameterTypes()).anyMatch(Class::isPrimitive)) {
            return Optional.empty();
        }
        try {
            constructor.get().setAccessible(true);
            // Without what it needs to work: it is to read its elements only.
            ProtocolHandler handler = (ProtocolHandler) constructor.get().newInstance(new Object[constructor.get().getParameterCount()]);
            handler.init(elements);
            return Optional.empty();
        } catch (ConfigurationException | ConversionException | IllegalArgumentException e) {
            return Optional.of("is not accepted by James (" + e.getMessage() + "); correct the elements in it.");
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // It cannot be tried without a server.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
