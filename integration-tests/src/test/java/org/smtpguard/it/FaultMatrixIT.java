package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.smtpguard.it.fault.Ailment;
import org.smtpguard.it.fault.Bystanders;
import org.smtpguard.it.fault.Cell;
import org.smtpguard.it.fault.Column;
import org.smtpguard.it.fault.DirectoryOfJames;
import org.smtpguard.it.fault.Peer;
import org.smtpguard.it.fault.Peers;
import org.smtpguard.it.fault.Row;
import org.smtpguard.it.fault.Table;
import org.smtpguard.it.fault.Trial;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.server.Ports;
import org.smtpguard.it.server.Postgres;

/**
 * Whatever befalls the other side of a backend: its users are told the truth or {@code 454}, in time, and never that their password
 * is wrong; everybody else notices nothing; and when it is over it is over.
 *
 * <p>All backends suffer at once, each on a port of its own, with its real server behind a proxy that does what networks do.
 * {@code docs/reliability.md} shows what came of it, with the figures of one run; {@code -Dsmtpguard.update=true} writes those of this
 * run there, {@code -Dsmtpguard.faults.seed} repeats one as far as threads and networks let it.
 */
class FaultMatrixIT {
    private static final long SEED = Long.getLong("smtpguard.faults.seed", RandomSeed.ofTheBuild());
    private static final Path PAGE = Path.of(System.getProperty("smtpguard.it.project", "."), "docs/reliability.md");
    private static final String WHAT_HAPPENS = "what happens";
    private static final String MEANWHILE = "meanwhile";
    private static final String IDLE = "nothing";
    private static final String CANNOT_HAPPEN = "–";
    /** Nobody who has nothing to do with it waits that long, be the machine as busy as it likes. */
    private static final Duration GENEROUS = Duration.ofMillis(500);
    private static final int TOLD = 10;
    /** Later than the limit and the second of grace behind it. */
    private static final Duration TOO_LATE = Duration.ofMillis(2_500);

    private static final List<Column> COLUMNS = new ArrayList<>();
    private static final List<JamesServer> SERVERS = new ArrayList<>();
    private static final Map<Row, List<Optional<Cell>>> CELLS = new EnumMap<>(Row.class);
    private static final Map<String, Bystanders> SEEN = new LinkedHashMap<>();
    @TempDir
    private static Path files;

    @BeforeAll
    static void suffer() throws Exception {
        JamesServer.assumeOnThisMachine("the server reaches loopback");
        Peers peers = new Peers(files, TOO_LATE, SEED);
        DirectoryOfJames directory = peers.james();
        COLUMNS.add(new Column(peers.file()));
        COLUMNS.add(new Column(directory));
        COLUMNS.add(new Column(peers.jdbc()));
        COLUMNS.add(new Column(peers.ldap()));
        COLUMNS.add(new Column(peers.http()));
        ifInstalled(peers::dovecot);
        COLUMNS.add(new Column(peers.imap()));
        COLUMNS.stream().map(Column::peer).filter(Peer::canBeDownAtStart).forEach(peer -> peer.suffer(Ailment.REFUSES));
        List<InetSocketAddress> healthy = List.of(Ports.one(), Ports.one());
        // One James has the users of a directory, and no others: James' own users are either there or in its memory.
        CompletableFuture<JamesServer> ofDirectory = CompletableFuture.supplyAsync(() -> withPorts(JamesServer.guarded()
            .withConf("usersrepository.xml", directory.usersRepository())
            .editConf("mailetcontainer.xml", conf -> conf.replaceFirst("<mailet .*ProvisionUsers\"/>", "")),
            healthy.get(0), column -> column.peer() == directory).start());
        SERVERS.add(withPorts(JamesServer.guarded().withJar(Postgres.driver()), healthy.get(1), column -> column.peer() != directory)
            .start());
        SERVERS.add(ofDirectory.join());
        try (Trial trial = new Trial(COLUMNS, healthy, SEED)) {
            // Once to get warm.
            trial.idle();
            SEEN.put(IDLE, trial.idle());
            for (Row row : Row.values()) {
                if (row == Row.COMES_BACK) {
                    CELLS.put(row, CELLS.get(Row.DIES).stream().map(cell -> cell.map(Cell::comesBack)).collect(Collectors.toList()));
                } else {
                    Bystanders seen = new Bystanders();
                    CELLS.put(row, trial.run(row, seen));
                    SEEN.put(row.title(), seen);
                }
            }
        }
        System.out.println("faults: seed " + SEED + "\n" + cells() + "\n\n" + bystanders());
    }

    /** No column is no reason to have none. */
    private static void ifInstalled(Callable<Peer> peer) throws Exception {
        try {
            COLUMNS.add(new Column(peer.call()));
        } catch (TestAbortedException e) {
            System.err.println("faults: " + e.getMessage());
        }
    }

    private static JamesServer.Builder withPorts(JamesServer.Builder builder, InetSocketAddress healthy, Predicate<Column> which) {
        builder.withConf("healthy-users", Peers.USERS).withPort(healthy,
            chain("<backend class=\"FileBackend\" name=\"healthy\"><file>file://conf/healthy-users</file></backend>"));
        COLUMNS.stream().filter(which).forEach(column -> builder.withPort(column.port(), chain(column.backend())));
        return builder;
    }

    @AfterAll
    static void stop() {
        COLUMNS.forEach(Column::close);
        SERVERS.forEach(JamesServer::close);
    }

    @TestFactory
    Stream<DynamicContainer> tellsTheTruthOrThatItCannotInTime() {
        return IntStream.range(0, COLUMNS.size()).mapToObj(i -> DynamicContainer.dynamicContainer(COLUMNS.get(i).toString(),
            CELLS.entrySet().stream().filter(cells -> cells.getValue().get(i).isPresent()).map(cells -> DynamicTest.dynamicTest(
                cells.getKey().title(), () -> assertThat(cells.getValue().get(i).orElseThrow().flaws().stream().limit(TOLD)).isEmpty()))));
    }

    @TestFactory
    Stream<DynamicTest> leavesEverybodyElseAlone() {
        return SEEN.entrySet().stream().map(seen -> DynamicTest.dynamicTest(seen.getKey(), () -> {
            assertThat(seen.getValue().flaws()).isEmpty();
            assertThat(seen.getValue().commands().quantile(0.5)).isPositive().isLessThan(GENEROUS);
            assertThat(seen.getValue().logins().quantile(0.5)).isPositive().isLessThan(GENEROUS);
        }));
    }

    /** All but the figures. */
    @Test
    void hasWhatWasSeenOnItsPage() throws IOException {
        if (Boolean.getBoolean("smtpguard.update")) {
            cells().write(PAGE);
            bystanders().write(PAGE);
        }

        assertThat(Table.read(PAGE, WHAT_HAPPENS).shape()).containsAllEntriesOf(cells().shape());
        assertThat(Table.read(PAGE, MEANWHILE).shape()).containsExactlyEntriesOf(bystanders().shape());
    }

    private static Table cells() {
        Table table = new Table(WHAT_HAPPENS, COLUMNS.stream().map(Column::toString).collect(Collectors.toList()));
        CELLS.forEach((row, cells) -> table.add(row.title(),
            cells.stream().map(cell -> cell.map(Cell::toString).orElse(CANNOT_HAPPEN)).collect(Collectors.toList())));
        return table;
    }

    private static Table bystanders() {
        Table table = new Table(MEANWHILE, List.of("a command other than AUTH, ms", "AUTH at another backend, ms"));
        SEEN.forEach((title, seen) -> table.add(title, List.of(seen.commands().toString(), seen.logins().toString())));
        return table;
    }

    private static String chain(String backend) {
        return "<handlerchain coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\">"
            + "<handler class=\"org.smtpguard.james.SequenceGuard\"><limits errors=\"0\" authFailures=\"0\"/></handler>"
            + "<handler class=\"org.smtpguard.james.Authentication\">" + backend + "</handler></handlerchain>";
    }
}
