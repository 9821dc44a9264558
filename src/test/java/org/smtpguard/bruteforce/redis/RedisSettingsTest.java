package org.smtpguard.bruteforce.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.smtpguard.credential.InvalidConfigurationException;

/** What conf/redis.properties may say. */
class RedisSettingsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "redisURL=redis://redis.example.org | redis.example.org:6379 | STANDALONE",
        "redisURL=rediss://user:secret@redis.example.org:7000/2 redis.topology=standalone | redis.example.org:7000 | STANDALONE",
        "redisURL=redis-socket:///run/redis.sock | /run/redis.sock | STANDALONE",
        "redisURL=redis://a,redis://b:7001 redis.topology=master-replica | a:6379, b:7001 | MASTER_REPLICA",
        "redisURL=redis-sentinel://a,b#mymaster redis.topology=master-replica | a:26379, b:26379 | MASTER_REPLICA",
        "redisURL=redis://a,redis://b redis.topology=cluster | a:6379, b:6379 | CLUSTER",
        "redisURL=redis-sentinel://:secret@a:26380,b#mymaster redis.topology=sentinel | a:26380, b:26379 | SENTINEL"})
    void eachTopologyIsReadAndShownWithoutPasswords(String text, String shown, RedisSettings.Topology topology) {
        RedisSettings settings = read(text);

        assertThat(settings).hasToString(shown);
        assertThat(settings.topology()).isEqualTo(topology);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "redis.topology=standalone | has no redisURL; write the address of Redis",
        "redisURL=redis://a redis.topology=ring | has redis.topology=ring; it can be standalone, master-replica, cluster or sentinel",
        "redisURL=redis://a,redis://b | has a redisURL with several servers",
        "redisURL=secret@a:6379 | has a redisURL that is not valid (it is not shown",
        "redisURL=redis://:sec#ret@a:6379 | has a redisURL that is not valid (it is not shown",
        "redisURL=redis://a redis.topology=sentinel | without sentinels; write redisURL=redis-sentinel://",
        "redisURL=redis-sentinel://a#m redis.topology=cluster | of sentinels and redis.topology=cluster; write redis.topology=sentinel",
        "redisURL=redis-sentinel://a redis.topology=sentinel | without the name of the master",
        "redisURL=redis://a redis.ssl.enabled=on | has redis.ssl.enabled=on; it can be true or false",
        "redisURL=redis://a redis.keystore.file.path=/no/such/file redis.keystore.password=secret | which cannot be opened"})
    void aMistakeNamesTheFileAndTheKeyAndShowsNoPassword(String text, String message) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(InvalidConfigurationException.class)
            .hasMessageStartingWith("conf/redis.properties ").hasMessageContaining(message).hasMessageNotContaining("secret")
            .hasNoCause();
    }

    @Test
    void tlsIsByTheSchemeOrByTheKeyAndTheCertificateIsCheckedUnlessSaidOtherwise() {
        assertThat(read("redisURL=redis://a").uris()).noneMatch(uri -> uri.isSsl());
        assertThat(read("redisURL=rediss://a").uris()).allMatch(uri -> uri.isSsl() && uri.isVerifyPeer());
        assertThat(read("redisURL=redis://a redis.ssl.enabled=true").uris()).allMatch(uri -> uri.isSsl() && uri.isVerifyPeer());
        assertThat(read("redisURL=rediss://a redis.ignoreCertificateCheck=true").uris()).noneMatch(uri -> uri.isVerifyPeer());
    }

    @Test
    void certificatesOfACompanyAreInAFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("trust.p12");
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, new char[0]);
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "secret".toCharArray());
        }

        assertThat(read("redisURL=rediss://a redis.keystore.file.path=" + file + " redis.keystore.password=secret").ssl()).isPresent();
        assertThat(read("redisURL=rediss://a").ssl()).isEmpty();
    }

    @Test
    void whatJamesAloneUsesIsIgnored() {
        assertThat(read("redisURL=redis://a redis.readFrom=replica redis.ioThreads=8")).hasToString("a:6379");
    }

    private static RedisSettings read(String text) {
        Map<String, String> values = new HashMap<>();
        for (String property : text.split(" ")) {
            int equals = property.indexOf('=');
            values.put(property.substring(0, equals), property.substring(equals + 1));
        }
        return RedisSettings.of("conf/redis.properties",
            key -> values.containsKey(key) ? Arrays.asList(values.get(key).split(",")) : List.of(), Path::of);
    }
}
