package org.smtpguard.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.smtpguard.page.StateGraph.Node;
import org.smtpguard.sequence.Greeting;
import org.smtpguard.sequence.Move;
import org.smtpguard.sequence.Port;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.sequence.SessionState;

class StateGraphTest {
    private static final SessionState CONNECTED = SessionState.on(Port.plain()).build();
    private static final SessionState GREETED = CONNECTED.toBuilder().greeting(Greeting.EHLO).build();

    private final SequenceTable table = new SequenceTable();
    private final StateGraph submission = StateGraph.ofSubmission(table);

    @Test
    void holdsWhatTheTableCallsNextAndNothingElse() {
        assertThat(submission.edges().stream().map(edge -> edge.from() + ": " + edge.move())).containsExactlyInAnyOrder(
            "Connected in clear text: EHLO", "Greeted in clear text: MAIL", "Greeted in clear text: STARTTLS",
            "Sender given in clear text: RCPT", "Sender given in clear text: RSET", "Recipients given in clear text: RCPT",
            "Recipients given in clear text: DATA", "Recipients given in clear text: RSET",
            "Greet again under TLS: EHLO", "Greeted under TLS: MAIL", "Greeted under TLS: AUTH",
            "Sender given under TLS: RCPT", "Sender given under TLS: RSET", "Recipients given under TLS: RCPT",
            "Recipients given under TLS: DATA", "Recipients given under TLS: RSET",
            "Greeted TLS and AUTH: MAIL", "Sender given TLS and AUTH: RCPT", "Sender given TLS and AUTH: RSET",
            "Recipients given TLS and AUTH: RCPT", "Recipients given TLS and AUTH: DATA", "Recipients given TLS and AUTH: RSET");
        assertThat(submission.edges().stream().map(StateGraph.Edge::toString)).contains(
            "Greeted in clear text: STARTTLS leads to Greet again under TLS", "Greeted under TLS: AUTH leads to Greeted TLS and AUTH",
            "Recipients given under TLS: RSET leads to Greeted under TLS");
    }

    @Test
    void isOfThePortThatOffersTheLeastOfWhatASessionHasSeen() {
        assertThat(lanes(Set.of(GREETED), Set.of())).containsExactly("in clear text");
        assertThat(lanes(Set.of(GREETED), Set.of(Move.AUTH))).containsExactly("in clear text", "authenticated");
        assertThat(lanes(Set.of(GREETED), Set.of(Move.STARTTLS))).containsExactly("in clear text", "under TLS");
        assertThat(lanes(Set.of(CONNECTED.toBuilder().tls(true).build()), Set.of())).containsExactly("under TLS", "TLS and AUTH");
        assertThat(lanes(Set.of(GREETED, GREETED.toBuilder().tls(true).authenticated(true).build()), Set.of()))
            .containsExactly("in clear text", "under TLS", "TLS and AUTH");
        assertThat(lanes(Set.of(GREETED.toBuilder().authenticated(true).build()), Set.of(Move.STARTTLS))).hasSize(4);
    }

    @Test
    void everyNodeAndEdgeIsInThePicture() {
        for (Node here : submission.nodes()) {
            Document picture = Jsoup.parse(new StateDiagram(submission).draw(Optional.of(here), Optional.of("VRFY")).toString());

            assertThat(picture.select(".node")).hasSameSizeAs(submission.nodes());
            assertThat(picture.select(".here .name").text()).isEqualTo(here.title());
            assertThat(picture.select(".here .small").text()).endsWith("VRFY");
            assertThat(picture.select(".edge")).hasSize((int) submission.edges().stream()
                .filter(edge -> edge.move() == Move.DATA || !edge.from().equals(edge.to())).count());
            assertThat(picture.select("desc").text()).contains(submission.edges().get(0).toString());
        }
    }

    private List<String> lanes(Set<SessionState> states, Set<Move> told) {
        return StateGraph.of(table, states, told).lanes().stream().map(StateGraph.Lane::title).collect(Collectors.toList());
    }
}
