package org.smtpguard.backend.http;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.bootstrap.AsyncRequesterBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncRequester;
import org.apache.hc.core5.http.nio.AsyncClientEndpoint;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.ssl.BasicClientTlsStrategy;
import org.apache.hc.core5.http.protocol.HttpProcessorBuilder;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.http.protocol.RequestUserAgent;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.Timeout;

/**
 * HTTP/1.1 connections to one web service. Each request has a connection of its own, which is closed when the request is
 * answered, times out or is cancelled. Connections are not reused: if the server or a firewall had dropped an idle one, the
 * next request would fail, and it must not be repeated.
 *
 * <p>Threads: callers never block. The host name is resolved on a few daemon threads that end when idle; a few I/O threads
 * connect, write, read and complete the futures, until {@link #close()} and the last response.
 */
final class HttpConnections implements AutoCloseable {
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final Duration IDLE = Duration.ofSeconds(5);
    /** Limits of a response's head: octets per line, and lines. */
    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_LINES = 100;

    private final HttpHost service;
    private final Timeout limit;
    private final Executor lookUps;
    private final HttpAsyncRequester requester;

    /**
     * @param tls for {@code https}
     * @param limit maximum time to connect, and between two reads
     */
    HttpConnections(String name, URI url, Optional<SSLContext> tls, Duration limit) {
        this.service = HttpHost.create(url);
        this.limit = Timeout.of(limit);
        this.lookUps = lookUps("smtp-guard-http-" + name);
        AsyncRequesterBootstrap bootstrap = AsyncRequesterBootstrap.bootstrap()
            .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(THREADS).build())
            .setHttp1Config(Http1Config.custom().setMaxLineLength(MAX_LINE).setMaxHeaderCount(MAX_LINES).build())
            .setHttpProcessor(HttpProcessorBuilder.create()
                .addAll(new RequestContent(), RequestTargetHost.INSTANCE, new RequestUserAgent("James-SMTP-Guard")).build())
            // The number of concurrent requests is limited elsewhere.
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
            .setDefaultMaxPerRoute(Integer.MAX_VALUE);
        tls.ifPresent(context -> bootstrap.setTlsStrategy(new BasicClientTlsStrategy(context)));
        this.requester = bootstrap.create();
        requester.start();
    }

    private static Executor lookUps(String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, IDLE.toMillis(), TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
                Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** @return the response; if it is cancelled, or completed by the caller, the connection is closed */
    CompletableFuture<HttpAnswer> send(AsyncRequestProducer request) {
        CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
        CompletableFuture<AsyncClientEndpoint> connected = new CompletableFuture<>();
        CompletableFuture.runAsync(() -> {
            // The request may have timed out while queued behind slow name look-ups.
            if (!answer.isDone()) {
                // Never cancelled: a connection established at that moment would leak.
                requester.connect(service, limit, null, completing(connected));
            }
        }, lookUps).whenComplete((any, fault) -> fail(connected, fault));
        connected.thenAccept(connection -> {
            answer.whenComplete((any, fault) -> connection.releaseAndDiscard());
            if (!answer.isDone()) {
                connection.execute(request, new HttpAnswerReader(), completing(answer));
            }
        }).whenComplete((any, fault) -> fail(answer, fault));
        return answer;
    }

    private static void fail(CompletableFuture<?> future, Throwable fault) {
        if (fault != null) {
            future.completeExceptionally(fault);
        }
    }

    private static <T> FutureCallback<T> completing(CompletableFuture<T> future) {
        return new FutureCallback<>() {
            @Override
            public void completed(T result) {
                future.complete(result);
            }

            @Override
            public void failed(Exception fault) {
                future.completeExceptionally(fault);
            }

            @Override
            public void cancelled() {
                future.cancel(false);
            }
        };
    }

    /** Returns immediately. Open requests are completed; no new ones are accepted. */
    @Override
    public void close() {
        requester.initiateShutdown();
    }
}
