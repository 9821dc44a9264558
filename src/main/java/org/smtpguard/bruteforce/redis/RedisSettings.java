package org.smtpguard.bruteforce.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.smtpguard.credential.InvalidConfigurationException;

/** Where Redis is and how it is reached, as in {@code conf/redis.properties} of James. Immutable; shows no password. */
public final class RedisSettings {
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final String URL = "redisURL";
    private static final String TOPOLOGY = "redis.topology";
    private static final String SENTINEL_PASSWORD = "redis.sentinelPassword";
    private static final String SSL = "redis.ssl.enabled";
    private static final String IGNORE_CERTIFICATE = "redis.ignoreCertificateCheck";
    private static final String STORE_PATH = "redis.keystore.file.path";
    private static final String STORE_PASSWORD = "redis.keystore.password";
    private static final String SENTINEL_SCHEME = "sentinel";
    private static final Pattern AFTER_ADDRESS = Pattern.compile("://[^/?#]*[/?#].*@");
    private static final String CLIENT_NAME = "smtp-guard";

    private final Topology topology;
    private final List<RedisURI> uris;
    private final Optional<File> trustStore;
    private final String trustStorePassword;

    private RedisSettings(Topology topology, List<RedisURI> uris, Optional<File> trustStore, String trustStorePassword) {
        this.topology = topology;
        this.uris = uris;
        this.trustStore = trustStore;
        this.trustStorePassword = trustStorePassword;
    }

    /**
     * @param file where the properties are, for messages
     * @param values of a key: several where the text has commas; none if the key is absent
     * @param files resolves names of files
     * @throws InvalidConfigurationException that names the file and the key
     */
    public static RedisSettings of(String file, Function<String, List<String>> values, Function<String, Path> files) {
        return new Reader(file, values, files).read();
    }

    Topology topology() {
        return topology;
    }

    /** One, unless the topology is a cluster or master and replicas. */
    List<RedisURI> uris() {
        return uris;
    }

    Optional<SslOptions> ssl() {
        return trustStore.map(store -> SslOptions.builder().jdkSslProvider().truststore(store, trustStorePassword).build());
    }

    /** Host and port of each server, or its socket. */
    @Override
    public String toString() {
        return uris.stream().flatMap(uri -> uri.getSentinels().isEmpty() ? Stream.of(uri) : uri.getSentinels().stream())
            .map(uri -> uri.getSocket() == null ? uri.getHost() + ":" + uri.getPort() : uri.getSocket())
            .collect(Collectors.joining(", "));
    }

    /** How several Redis servers work together. */
    enum Topology {
        STANDALONE, MASTER_REPLICA, CLUSTER, SENTINEL;

        private String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Used once. */
    private static final class Reader {
        private final String file;
        private final Function<String, List<String>> values;
        private final Function<String, Path> files;

        private Reader(String file, Function<String, List<String>> values, Function<String, Path> files) {
            this.file = file;
            this.values = values;
            this.files = files;
        }

        private RedisSettings read() {
            Topology topology = topology();
            boolean isTls = flag(SSL);
            boolean isUnchecked = flag(IGNORE_CERTIFICATE);
            List<RedisURI> uris = uris(topology);
            uris.stream().flatMap(uri -> Stream.concat(Stream.of(uri), uri.getSentinels().stream())).forEach(uri -> {
                uri.setTimeout(TIMEOUT);
                uri.setClientName(CLIENT_NAME);
                if (isTls) {
                    uri.setSsl(true);
                }
                if (isUnchecked) {
                    uri.setVerifyPeer(false);
                }
            });
            text(SENTINEL_PASSWORD).ifPresent(password -> {
                RedisCredentials credentials = RedisCredentials.just(null, password);
                uris.forEach(uri -> uri.getSentinels().forEach(sentinel ->
                    sentinel.setCredentialsProvider(RedisCredentialsProvider.from(() -> credentials))));
            });
            String password = text(STORE_PASSWORD).orElse("");
            return new RedisSettings(topology, List.copyOf(uris), text(STORE_PATH).map(name -> trustStore(name, password)), password);
        }

        private Topology topology() {
            String name = text(TOPOLOGY).orElse(Topology.STANDALONE.text());
            return Arrays.stream(Topology.values()).filter(topology -> topology.text().equals(name)).findFirst()
                .orElseThrow(() -> fault("has " + TOPOLOGY + "=" + name + "; it can be standalone, master-replica, cluster or sentinel"));
        }

        private boolean flag(String key) {
            String text = text(key).orElse("false");
            if (!text.equals("true") && !text.equals("false")) {
                throw fault("has " + key + "=" + text + "; it can be true or false");
            }
            return text.equals("true");
        }

        private List<RedisURI> uris(Topology topology) {
            List<String> urls = values.apply(URL).stream().map(String::strip).filter(url -> !url.isEmpty()).collect(Collectors.toList());
            if (urls.isEmpty()) {
                throw fault("has no " + URL + "; write the address of Redis, such as " + URL + "=redis://redis.example.org:6379");
            }
            // In the URL of sentinels a comma separates hosts; in others, URLs.
            boolean isSentinel = scheme(urls.get(0)).endsWith(SENTINEL_SCHEME);
            if (topology == Topology.SENTINEL && !isSentinel) {
                throw fault("has " + TOPOLOGY + "=sentinel and a " + URL + " without sentinels; write " + URL
                    + "=redis-sentinel://host1:26379,host2:26379#name-of-the-master");
            }
            if (isSentinel && topology != Topology.SENTINEL && topology != Topology.MASTER_REPLICA) {
                throw fault("has a " + URL + " of sentinels and " + TOPOLOGY + "=" + topology.text() + "; write " + TOPOLOGY + "=sentinel");
            }
            List<String> addresses = isSentinel ? List.of(String.join(",", urls)) : urls;
            if (topology == Topology.STANDALONE && addresses.size() > 1) {
                throw fault("has a " + URL + " with several servers and " + TOPOLOGY + "=standalone; name one server, or the topology");
            }
            if (isSentinel && !addresses.get(0).contains("#") && !addresses.get(0).contains("sentinelMasterId=")) {
                throw fault("has a " + URL + " of sentinels without the name of the master; write it at the end, after #");
            }
            List<RedisURI> uris = new ArrayList<>();
            for (String address : addresses) {
                uris.add(uri(address));
            }
            return uris;
        }

        private static String scheme(String url) {
            return url.substring(0, Math.max(0, url.indexOf("://")));
        }

        /** The reason that Lettuce gives is not passed on, since it quotes the URL, which may contain a password. */
        private RedisURI uri(String address) {
            try {
                RedisURI uri = RedisURI.create(address);
                // A password with a special character ends the address early, and would be shown as a host.
                boolean isCut = AFTER_ADDRESS.matcher(address).find();
                boolean isAddress = !isCut && (uri.getSocket() != null || !uri.getSentinels().isEmpty()
                    || (uri.getHost() != null && !uri.getHost().isEmpty()));
                if (isAddress) {
                    return uri;
                }
            } catch (IllegalArgumentException e) {
                throw unreadableUrl();
            }
            throw unreadableUrl();
        }

        private InvalidConfigurationException unreadableUrl() {
            return fault("has a " + URL + " that is not valid (it is not shown, since it may contain a password); write"
                + " redis://host:6379, or rediss://host:6379 for TLS; a password with other characters than letters and digits must be"
                + " percent-encoded");
        }

        private File trustStore(String name, String password) {
            try {
                File store = files.apply(name).toFile();
                KeyStore.getInstance(store, password.toCharArray());
                return store;
            } catch (IOException | UncheckedIOException | GeneralSecurityException | IllegalArgumentException e) {
                throw fault("has " + STORE_PATH + "=" + name + ", which cannot be opened (" + e.getClass().getSimpleName()
                    + "); check the path and " + STORE_PASSWORD);
            }
        }

        private Optional<String> text(String key) {
            String text = String.join(",", values.apply(key)).strip();
            return Optional.of(text).filter(value -> !value.isEmpty());
        }

        private InvalidConfigurationException fault(String sentence) {
            return new InvalidConfigurationException(file + " " + sentence + ".");
        }
    }
}
