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
import java.util.concurrent.ThreadLocalRandom;
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
import org.smtpguard.it.fault.Ailment;
import org.smtpguard.it.fault.Bystanders;
import org.smtpguard.it.fault.Cell;
import org.smtpguard.it.fault.Column;
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
    private static final long SEED = Long.getLong("smtpguard.faults.seed", ThreadLocalRandom.current().nextLong(1_000_000_000L));
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
    private static final Map<Row, List<Optional<Cell>>> CELLS = new EnumMap<>(Row.class);
    private static final Map<String, Bystanders> SEEN = new LinkedHashMap<>();
    @TempDir
    private static Path files;
    private static JamesServer server;

    @BeforeAll
    static void suffer() throws Exception {
        Peers peers = new Peers(files, TOO_LATE, SEED);
        for (Peer peer : List.of(peers.file(), peers.jdbc())) {
            COLUMNS.add(new Column(peer));
        }
        InetSocketAddress healthy = Ports.one();
        JamesServer.Builder builder = JamesServer.guarded().withJar(Postgres.driver()).withConf("healthy-users", Peers.USERS)
            .withPort(healthy, chain("<backend class=\"FileBackend\" name=\"healthy\"><file>file://conf/healthy-users</file></backend>"));
        COLUMNS.forEach(column -> builder.withPort(column.port(), chain(column.backend())));
        COLUMNS.stream().map(Column::peer).filter(peer -> peer.canBeDownAtStart()).forEach(peer -> peer.suffer(Ailment.REFUSES));
        server = builder.start();
        try (Trial trial = new Trial(COLUMNS, List.of(healthy), SEED)) {
            // Once to get warm.
            trial.idle();
            SEEN.put(IDLE, trial.idle());
            for (Row row : Row.values()) {
                if (row == Row.COMES_BACK) {
                    CELLS.put(row, CELLS.get(Row.DIES).stream().map(cell -> cell.map(Cell::comesBack)).collect(Collectors.toList()));
                } else {
                    Bystanders seen = new Bystanders();
                    CELLS.put(row, trial.run(row, seen));
                    if (CELLS.get(row).stream().anyMatch(Optional::isPresent)) {
                        SEEN.put(row.title(), seen);
                    }
                }
            }
        }
        System.out.println("faults: seed " + SEED + "\n" + cells() + "\n\n" + bystanders());
    }

    @AfterAll
    static void stop() {
        COLUMNS.forEach(Column::close);
        if (server != null) {
            server.close();
        }
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
