package org.smtpguard.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VersionTableTest {
    private static final String TABLE = "| target | limit | 3.8.1 |\n"
        + "|---|---|---|\n"
        + "| (a) AUTH/s | ≥ 323 | 325 met |\n"
        + "| (c) small: times stock | ≥ 1.00 | 1.36 met |\n";

    @Test
    void aRunOfAnotherVersionAddsAColumn() {
        Scenario scenario = new Scenario("a", "", "").mustShow(Target.atLeast("AUTH/s", 323, outcome -> 300.0));

        assertThat(VersionTable.read(TABLE).with(scenario, new Outcome(), "3.9.0").text()).isEqualTo("| target | limit | 3.8.1 | 3.9.0 |\n"
            + "|---|---|---|---|\n"
            + "| (a) AUTH/s | ≥ 323 | 325 met | 300 **missed** |\n"
            + "| (c) small: times stock | ≥ 1.00 | 1.36 met | – |\n");
    }

    @Test
    void aRunOfTheSameVersionReplacesItsCellsAndAddsItsTargetsInOrder() {
        Scenario scenario = new Scenario("b", "", "").mustShow(Target.atMost("p99", 3, outcome -> 2.0));
        VersionTable table = VersionTable.read(TABLE).with(scenario, new Outcome(), "3.8.1")
            .with(new Scenario("a", "", "").mustShow(Target.atLeast("AUTH/s", 323, outcome -> 330.0)), new Outcome(), "3.8.1");

        assertThat(table.text()).isEqualTo("| target | limit | 3.8.1 |\n"
            + "|---|---|---|\n"
            + "| (a) AUTH/s | ≥ 323 | 330 met |\n"
            + "| (b) p99 | ≤ 3.00 | 2.00 met |\n"
            + "| (c) small: times stock | ≥ 1.00 | 1.36 met |\n");
    }

    @Test
    void beforeAnythingWasMeasuredThereIsNone() {
        assertThat(VersionTable.read("").text()).isEqualTo("| target | limit |\n|---|---|\n");
    }
}
