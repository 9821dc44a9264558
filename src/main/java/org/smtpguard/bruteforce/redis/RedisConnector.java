package org.smtpguard.bruteforce.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;

/**
 * Opens connections to Redis, in each topology. Connections do not reconnect by themselves: {@link RedisEventLog} opens others, so that
 * there is one place that knows what was not delivered.
 *
 * <p>Threads: any. Lettuce has at most two for I/O, two for computations and a timer, all daemons.
 */
final class RedisConnector {
    /** The least that Lettuce takes. */
    private static final int THREADS = 2;
    private static final long SHUTDOWN_SECONDS = 1;

    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final Supplier<CompletionStage<RedisLink>> connections;

    RedisConnector(RedisSettings settings) {
        this.resources = ClientResources.builder().ioThreadPoolSize(THREADS).computationThreadPoolSize(THREADS)
            .threadFactoryProvider(RedisConnector::daemons).commandLatencyRecorder(CommandLatencyRecorder.disabled()).build();
        ClientOptions.Builder options = ClientOptions.builder()
            .autoReconnect(false)
            .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
            // What is needed is in each version of the protocol; this one is understood by every server.
            .protocolVersion(ProtocolVersion.RESP2)
            // A request for what others append waits for longer than others may; RedisEventLog has limits of its own.
            .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
            .socketOptions(SocketOptions.builder().connectTimeout(RedisSettings.TIMEOUT).keepAlive(true).build());
        settings.ssl().ifPresent(options::sslOptions);
        if (settings.topology() == RedisSettings.Topology.CLUSTER) {
            RedisClusterClient cluster = RedisClusterClient.create(resources, settings.uris());
            cluster.setOptions(ClusterClientOptions.builder(options.build()).build());
            this.client = cluster;
            this.connections = () -> cluster.refreshPartitionsAsync()
                .thenCompose(known -> cluster.connectAsync(StringCodec.UTF8))
                .thenApply(connection -> new RedisLink(connection, connection.async()));
        } else {
            RedisClient servers = RedisClient.create(resources);
            servers.setOptions(options.build());
            this.client = servers;
            this.connections = settings.topology() == RedisSettings.Topology.MASTER_REPLICA
                ? () -> MasterReplica.connectAsync(servers, StringCodec.UTF8, settings.uris()).thenApply(RedisConnector::link)
                : () -> servers.connectAsync(StringCodec.UTF8, settings.uris().get(0)).thenApply(RedisConnector::link);
        }
    }

    private static RedisLink link(StatefulRedisConnection<String, String> connection) {
        return new RedisLink(connection, connection.async());
    }

    private static ThreadFactory daemons(String pool) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "smtp-guard-redis-" + pool + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Never throws. */
    CompletableFuture<RedisLink> connect() {
        try {
            return connections.get().toCompletableFuture();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Returns immediately. */
    void close() {
        client.shutdownAsync(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
            .whenComplete((done, failure) -> resources.shutdown(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS));
    }
}
