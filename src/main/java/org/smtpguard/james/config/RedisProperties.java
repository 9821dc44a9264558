package org.smtpguard.james.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

import org.apache.commons.configuration2.PropertiesConfiguration;
import org.apache.commons.configuration2.convert.DefaultListDelimiterHandler;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.smtpguard.bruteforce.redis.RedisSettings;
import org.smtpguard.credential.InvalidConfigurationException;

/** Reads {@code conf/redis.properties}, the file in which James itself looks for Redis, as James does. */
public final class RedisProperties {
    /** Resolved by James' file system. */
    public static final String URL = "file://conf/redis.properties";

    private static final String NAME = "conf/redis.properties";

    private RedisProperties() {
    }

    /**
     * @param file in UTF-8
     * @param files resolves the names of files in it
     * @throws InvalidConfigurationException naming the file, the key and the fix
     */
    public static RedisSettings read(Path file, Function<String, Path> files) {
        if (!Files.exists(file)) {
            throw new InvalidConfigurationException("<store>redis</store> in <bruteForce> needs " + NAME
                + ", which does not exist; create it with redisURL=redis://host:6379.");
        }
        PropertiesConfiguration properties = new PropertiesConfiguration();
        properties.setListDelimiterHandler(new DefaultListDelimiterHandler(','));
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.read(reader);
        } catch (IOException | ConfigurationException e) {
            throw new InvalidConfigurationException(NAME + " cannot be read (" + e.getClass().getSimpleName()
                + "); check its permissions.");
        }
        return RedisSettings.of(NAME, key -> Arrays.asList(properties.getStringArray(key)), files);
    }
}
