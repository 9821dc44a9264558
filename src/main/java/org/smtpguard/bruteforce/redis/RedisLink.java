package org.smtpguard.bruteforce.redis;

import java.net.SocketAddress;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;

/** A connection to Redis, whatever its topology. Thread-safe. */
final class RedisLink {
    final RedisClusterAsyncCommands<String, String> commands;
    private final StatefulConnection<String, String> connection;

    RedisLink(StatefulConnection<String, String> connection, RedisClusterAsyncCommands<String, String> commands) {
        this.connection = connection;
        this.commands = commands;
    }

    /** @param action called on a thread of Lettuce when the connection is lost or closed */
    void onEnd(Runnable action) {
        connection.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisConnected(RedisChannelHandler<?, ?> handler, SocketAddress address) {
                // Connected already.
            }

            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
                action.run();
            }
        });
    }

    void close() {
        connection.closeAsync();
    }
}
