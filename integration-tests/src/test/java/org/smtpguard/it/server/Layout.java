package org.smtpguard.it.server;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the build put things. Maven passes them as system properties; the defaults serve an IDE after one
 * {@code mvn package}.
 */
final class Layout {
    private Layout() {
    }

    static Path lib() {
        return path("smtpguard.it.lib", "target/james/lib");
    }

    static Path guardJar() {
        return path("smtpguard.it.jar", "target/james-smtp-guard-0.1.0.jar");
    }

    static Path fixturesJar() {
        return path("smtpguard.it.fixtures", "target/james-smtp-guard-0.1.0-fixtures.jar");
    }

    static Path project() {
        return path("smtpguard.it.project", ".");
    }

    static Path work() {
        return path("smtpguard.it.work", "target/servers");
    }

    static boolean inDocker() {
        return "docker".equals(System.getProperty("smtpguard.it.engine"));
    }

    static String image() {
        return System.getProperty("smtpguard.it.image", "apache/james:memory-3.8.1");
    }

    private static Path path(String property, String inProject) {
        return Optional.ofNullable(System.getProperty(property)).map(Path::of)
            .orElseGet(() -> Path.of(inProject))
            .toAbsolutePath()
            .normalize();
    }
}
