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
 * Connections to one web service, of HTTP/1.1. Each question has one of its own, which is closed when there is an answer, or none
 * is waited for any more. So none is used twice: one that the server has closed in the meantime, or a firewall has forgotten, would
 * fail the next question, and that may not be asked again.
 *
 * <p>Threads: the caller's hands a question over and goes on. The service's name is looked up, which may take its time, on a few
 * daemons that go when there is nothing to do; a few others connect, write and read for all questions and complete the stages, until
 * {@link #close()} and the last answer.
 */
final class HttpConnections implements AutoCloseable {
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final Duration IDLE = Duration.ofSeconds(5);
    /** Octets of a line, and lines, of an answer's head. */
    private static final int LONGEST_LINE = 8 * 1024;
    private static final int MOST_LINES = 100;

    private final HttpHost service;
    private final Timeout limit;
    private final Executor lookUps;
    private final HttpAsyncRequester requester;

    /**
     * @param tls for {@code https}
     * @param limit how long connecting may take, and each silence
     */
    HttpConnections(String name, URI url, Optional<SSLContext> tls, Duration limit) {
        this.service = HttpHost.create(url);
        this.limit = Timeout.of(limit);
        this.lookUps = lookUps("smtp-guard-http-" + name);
        AsyncRequesterBootstrap bootstrap = AsyncRequesterBootstrap.bootstrap()
            .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(THREADS).build())
            .setHttp1Config(Http1Config.custom().setMaxLineLength(LONGEST_LINE).setMaxHeaderCount(MOST_LINES).build())
            .setHttpProcessor(HttpProcessorBuilder.create()
                .addAll(new RequestContent(), RequestTargetHost.INSTANCE, new RequestUserAgent("James-SMTP-Guard")).build())
            // How many are asked at once is none of its business.
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

    /** @return the answer; cancelled, or completed by somebody else, it takes the connection with it */
    CompletableFuture<HttpAnswer> ask(AsyncRequestProducer question) {
        CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
        CompletableFuture<AsyncClientEndpoint> connected = new CompletableFuture<>();
        CompletableFuture.runAsync(() -> {
            // Questions may have grown old behind names that took their time.
            if (!answer.isDone()) {
                // Not to be cancelled: a connection that is there in the same moment would be nobody's.
                requester.connect(service, limit, null, completing(connected));
            }
        }, lookUps).whenComplete((any, fault) -> fail(connected, fault));
        connected.thenAccept(connection -> {
            answer.whenComplete((any, fault) -> connection.releaseAndDiscard());
            if (!answer.isDone()) {
                connection.execute(question, new HttpAnswerReader(), completing(answer));
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

    /** Returns at once. Whoever waits gets an answer yet, and nobody is asked any more. */
    @Override
    public void close() {
        requester.initiateShutdown();
    }
}
