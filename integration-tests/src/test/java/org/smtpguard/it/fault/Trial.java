package org.smtpguard.it.fault;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Has backends suffer, all at once, while people log in at each of them; and looks at those who have nothing to do with it and talk
 * to the same servers.
 */
public final class Trial implements AutoCloseable {
    private static final int CLIENTS = 4;
    private static final Duration PACE = Duration.ofMillis(50);
    private static final Duration PACE_OF_BYSTANDERS = Duration.ofMillis(20);
    /** More than the limit: the first are answered at it, and those who come when the breaker is open, at once. */
    private static final Duration LOAD = Duration.ofMillis(1_600);
    private static final Duration BEFORE_IT_DIES = Duration.ofMillis(700);
    private static final int FLAPS = 12;
    private static final int LONGEST_FLAP_MILLIS = 400;
    private static final int BURST = 30;
    /** So many in a row have to be answered as they should before it is well again. */
    private static final int STEADY = 6;
    private static final Duration GIVEN_UP = Duration.ofSeconds(15);

    private final List<Column> columns;
    private final List<InetSocketAddress> healthy;
    private final long seed;
    private final Metronome metronome = new Metronome();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "trial");
        thread.setDaemon(true);
        return thread;
    });

    /** @param healthy ports whose backends are well, throughout */
    public Trial(List<Column> columns, List<InetSocketAddress> healthy, long seed) {
        this.columns = List.copyOf(columns);
        this.healthy = List.copyOf(healthy);
        this.seed = seed;
    }

    /** How servers are that have nothing else to do. */
    public Bystanders idle() {
        Bystanders seen = new Bystanders();
        amid(goesOn -> watch(seen, goesOn), () -> pause(LOAD));
        return seen;
    }

    /** One row, in the order of the columns; empty where a backend cannot suffer from that. */
    public List<Optional<Cell>> run(Row row, Bystanders seen) {
        List<Optional<Cell>> cells = new ArrayList<>();
        amid(goesOn -> watch(seen, goesOn), () -> cells.addAll(all(columns.stream()
            .map(column -> begin(() -> canSuffer(column, row) ? Optional.of(suffer(column, row)) : Optional.<Cell>empty())))));
        return cells;
    }

    private static boolean canSuffer(Column column, Row row) {
        return column.peer().ailments().containsAll(row.ailments()) && (row != Row.DOWN_AT_START || column.peer().canBeDownAtStart());
    }

    private Cell suffer(Column column, Row row) {
        Peer peer = column.peer();
        Queue<Login> meanwhile = new ConcurrentLinkedQueue<>();
        switch (row) {
            case DIES:
                amid(goesOn -> clients(column, meanwhile, goesOn), () -> {
                    pause(BEFORE_IT_DIES);
                    peer.suffer(Ailment.REFUSES);
                    pause(LOAD);
                });
                break;
            case FLAPS:
                amid(goesOn -> clients(column, meanwhile, goesOn), () -> flap(peer, new Random(seed)));
                break;
            case EXHAUSTED:
                peer.suffer(Ailment.BUSY);
                all(IntStream.range(0, BURST).mapToObj(i -> begin(() -> meanwhile.add(Login.attempt(column.port(), claim(i))))));
                break;
            default:
                for (Ailment ailment : row.ailments()) {
                    peer.suffer(ailment);
                    amid(goesOn -> clients(column, meanwhile, goesOn), () -> pause(LOAD));
                }
                break;
        }
        List<Login> afterwards = new ArrayList<>();
        long end = System.nanoTime();
        peer.suffer(Ailment.NONE);
        Optional<Duration> back = recover(column, afterwards).map(at -> Duration.ofNanos(at - end));
        return new Cell(row, peer.isMissed(), meanwhile, afterwards, back, metronome.stall());
    }

    private static void flap(Peer peer, Random random) {
        for (int i = 0; i < FLAPS; i++) {
            peer.suffer(i % 2 == 1 ? Ailment.NONE : Row.FLAPS.ailments().get(random.nextInt(Row.FLAPS.ailments().size())));
            pause(Duration.ofMillis(random.nextInt(LONGEST_FLAP_MILLIS)));
        }
    }

    /** When it gave the first of some true verdicts in a row; empty if it does not. */
    private static Optional<Long> recover(Column column, Collection<Login> logins) {
        long start = System.nanoTime();
        long first = start;
        for (int i = 0, steady = 0; System.nanoTime() - start < GIVEN_UP.toNanos(); i++) {
            Login login = Login.attempt(column.port(), claim(i));
            logins.add(login);
            steady = login.isTrue() ? steady + 1 : 0;
            if (steady == 1) {
                first = System.nanoTime();
            }
            if (steady == STEADY) {
                return Optional.of(first);
            }
            pause(PACE);
        }
        return Optional.empty();
    }

    private List<CompletableFuture<?>> clients(Column column, Queue<Login> logins, BooleanSupplier goesOn) {
        return IntStream.range(0, CLIENTS).mapToObj(client -> begin(() -> {
            Random random = new Random(seed + client);
            do {
                logins.add(Login.attempt(column.port(), Login.Claim.any(random)));
                pause(PACE);
            } while (goesOn.getAsBoolean());
            return client;
        })).collect(Collectors.toList());
    }

    private List<CompletableFuture<?>> watch(Bystanders seen, BooleanSupplier goesOn) {
        BooleanSupplier paced = () -> {
            pause(PACE_OF_BYSTANDERS);
            return goesOn.getAsBoolean();
        };
        List<CompletableFuture<?>> watched = new ArrayList<>();
        columns.forEach(column -> watched.add(CompletableFuture.runAsync(() -> seen.talk(column.port(), paced), threads)));
        healthy.forEach(port -> watched.add(CompletableFuture.runAsync(() -> seen.logIn(port, paced), threads)));
        return watched;
    }

    /** The events while others go on, who go on until it is over. */
    private static void amid(OngoingTasks tasks, Runnable events) {
        CountDownLatch over = new CountDownLatch(1);
        List<CompletableFuture<?>> ongoing = tasks.begin(() -> over.getCount() > 0);
        try {
            events.run();
        } finally {
            over.countDown();
        }
        ongoing.forEach(CompletableFuture::join);
    }

    private <T> CompletableFuture<T> begin(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, threads);
    }

    private static <T> List<T> all(Stream<CompletableFuture<T>> begun) {
        return begun.collect(Collectors.toList()).stream().map(CompletableFuture::join).collect(Collectors.toList());
    }

    private static Login.Claim claim(int number) {
        return Login.Claim.values()[number % Login.Claim.values().length];
    }

    private static void pause(Duration time) {
        try {
            new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        metronome.close();
    }

    /** What goes on in the background as long as it is told to. */
    private interface OngoingTasks {
        List<CompletableFuture<?>> begin(BooleanSupplier goesOn);
    }
}
