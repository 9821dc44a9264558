package org.smtpguard.bench;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.smtpguard.it.server.Redis;

/** A server that shares a Redis of its own; what Redis does is not counted as the server's work. */
final class RedisBeside implements Server {
    private final Function<Redis, Server> maker;
    private Optional<Redis> redis = Optional.empty();
    private Optional<Server> server = Optional.empty();

    RedisBeside(Function<Redis, Server> maker) {
        this.maker = maker;
    }

    @Override
    public void start() {
        redis = Optional.of(Redis.start());
        server = Optional.of(maker.apply(redis.get()));
        server.get().start();
    }

    @Override
    public InetSocketAddress address(int port) {
        return server.orElseThrow().address(port);
    }

    @Override
    public List<ProcessHandle> processes() {
        return server.orElseThrow().processes();
    }

    @Override
    public void close() {
        server.ifPresent(Server::close);
        redis.ifPresent(Redis::close);
    }
}
