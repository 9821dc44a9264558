package org.smtpguard.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.smtpguard.protocol.Verb;
import org.smtpguard.sequence.Port.AuthOffer;

/** The values of the sequence: what makes them equal, and how they are named. */
class SequenceValuesTest {
    private static final Port PORT = Port.plain().withStartTls(true).withAuth(AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>");

    @Test
    void portsAreEqualIfTheyOfferTheSame() {
        assertThat(PORT).isEqualTo(Port.plain().withStartTls(true).withAuth(AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>"))
            .hasSameHashCodeAs(Port.plain().withStartTls(true).withAuth(AuthOffer.UNDER_TLS, "AUTH PLAIN <base64>"))
            .doesNotHaveSameHashCodeAs(Port.plain());
        assertThat(List.of(PORT.withStartTls(false), PORT.withAuth(AuthOffer.ALWAYS, "AUTH PLAIN <base64>"),
            PORT.withAuth(AuthOffer.UNDER_TLS, "AUTH LOGIN"), "a port")).doesNotContain(PORT).allSatisfy(other ->
                assertThat(PORT.equals(other)).isFalse());
        assertThat(PORT.offersStartTls()).isTrue();
        assertThat(Port.plain().offersStartTls()).isFalse();
        assertThat(PORT.authCommand()).hasValue("AUTH PLAIN <base64>");
        assertThat(Port.plain().authCommand()).isEmpty();
    }

    static Stream<Arguments> differences() {
        return Stream.<UnaryOperator<SessionState.Builder>>of(
            state -> state.greeting(Greeting.HELO), state -> state.tls(false), state -> state.authenticated(false),
            state -> state.authenticationNeeded(false), state -> state.sender("other@example.org"), state -> state.recipients(2),
            state -> state.refusedRecipients(List.of()),
            state -> state.refusedRecipients(List.of(RefusedRecipient.of("<other@example.org>", "550 no"))))
            .map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("differences")
    void statesAreEqualIfNothingDiffers(UnaryOperator<SessionState.Builder> difference) {
        assertThat(whole().build()).isEqualTo(whole().build()).hasSameHashCodeAs(whole().build())
            .isNotEqualTo(difference.apply(whole()).build()).isNotEqualTo("a state");
    }

    @Test
    void statesHaveDifferentHashes() {
        assertThat(Stream.of(whole(), whole().tls(false), whole().recipients(5)).map(SessionState.Builder::build).map(Object::hashCode))
            .doesNotHaveDuplicates();
    }

    @Test
    void aStateIsNamedByItsPhaseAndWhatItHas() {
        assertThat(whole().build()).hasToString("RECIPIENTS_GIVEN{EHLO, TLS, authenticated, AUTH needed, sender "
            + "Optional[alice@example.org], 1 recipients, 1 refused, STARTTLS true, AUTH UNDER_TLS}");
        assertThat(SessionState.on(Port.plain()).build()).hasToString("CONNECTED{NONE, sender Optional.empty, 0 recipients, 0 refused,"
            + " STARTTLS false, AUTH NEVER}");
        assertThat(whole().build().sender()).hasValue("alice@example.org");
    }

    @ParameterizedTest
    @CsvSource({"NONE, false, 0, CONNECTED", "VOIDED_BY_TLS, false, 0, CONNECTED", "EHLO, false, 0, GREETED", "HELO, false, 0, GREETED",
        "EHLO, true, 0, SENDER_GIVEN", "HELO, true, 1, RECIPIENTS_GIVEN", "EHLO, true, 7, RECIPIENTS_GIVEN"})
    void aPhaseIsHowFarAMessageHasCome(Greeting greeting, boolean inTransaction, int recipients, Phase phase) {
        SessionState.Builder state = SessionState.on(PORT).greeting(greeting).recipients(recipients);
        assertThat((inTransaction ? state.sender("") : state).build().phase()).isEqualTo(phase);
    }

    @Test
    void eachSituationIsThatOfTheStateInIt() {
        List<Integer> possible = IntStream.range(0, SessionState.SITUATIONS).filter(situation -> SessionState.of(situation).isPresent())
            .boxed().collect(Collectors.toList());

        assertThat(possible).hasSizeGreaterThan(500).allSatisfy(situation ->
            assertThat(SessionState.of(situation).orElseThrow().situation()).isEqualTo(situation));
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void aModeIsFoundByItsNameInAnyCase(Mode mode) {
        assertThat(Mode.of(" " + mode.name() + " ")).hasValue(mode);
        assertThat(Mode.of(mode.toString())).hasValue(mode);
        assertThat(mode.toString()).isEqualTo(mode.name().toLowerCase(Locale.ROOT));
        assertThat(Mode.of("on")).isEmpty();
    }

    @Test
    void aMoveIsFoundByItsVerb() {
        assertThat(Move.values()).allSatisfy(move -> assertThat(Move.of(move.command().verb())).hasValue(move));
        assertThat(Move.of(Verb.NOOP)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "STARTTLS, true,  false, true",
        "STARTTLS, true,  true,  false",
        "STARTTLS, false, false, false",
        "AUTH,     true,  false, false",
        "AUTH,     true,  true,  true",
        "MAIL,     false, false, true"})
    void aMoveIsOfferedAsThePortSays(Move move, boolean startTls, boolean tls, boolean isOffered) {
        SessionState state = SessionState.on(PORT.withStartTls(startTls)).greeting(Greeting.EHLO).tls(tls).build();

        assertThat(move.isOffered(state)).isEqualTo(isOffered);
    }

    @Test
    void aMoveIsUsefulIfItChangesSomething() {
        SessionState greeted = SessionState.on(PORT).greeting(Greeting.EHLO).build();
        SessionState byHelo = SessionState.on(PORT).greeting(Greeting.HELO).build();
        SessionState begun = SessionState.on(PORT).greeting(Greeting.EHLO).sender("").build();
        SessionState loggedIn = SessionState.on(PORT).greeting(Greeting.EHLO).authenticated(true).build();

        assertThat(useful(SessionState.on(PORT).build())).contains(Move.EHLO, Move.HELO, Move.STARTTLS).doesNotContain(Move.RSET);
        assertThat(useful(greeted)).doesNotContain(Move.EHLO, Move.HELO, Move.RSET).contains(Move.STARTTLS, Move.MAIL, Move.QUIT);
        assertThat(useful(byHelo)).contains(Move.EHLO).doesNotContain(Move.HELO);
        assertThat(useful(begun)).contains(Move.RSET).doesNotContain(Move.STARTTLS);
        assertThat(useful(loggedIn)).doesNotContain(Move.STARTTLS);
    }

    @Test
    void startTlsVoidsAGreetingThatThereWas() {
        assertThat(Move.STARTTLS.accepted(SessionState.on(PORT).build()).greeting()).isEqualTo(Greeting.NONE);
        assertThat(Move.STARTTLS.accepted(SessionState.on(PORT).greeting(Greeting.EHLO).build()).greeting())
            .isEqualTo(Greeting.VOIDED_BY_TLS);
    }

    @Test
    void refusedRecipientsAreNamedWithTheirReasonsAsFarAsTheyAreKept() {
        RefusedRecipient bob = RefusedRecipient.of("<bob@example.org>", "550 no such user");
        RefusedRecipients many = RefusedRecipients.none();
        for (int i = 0; i < RefusedRecipients.KEPT + 2; i++) {
            many = many.and(bob);
        }

        assertThat(bob).hasToString("<bob@example.org>: 550 no such user");
        assertThat(bob.reason()).isEqualTo("550 no such user");
        assertThat(RefusedRecipient.of("x".repeat(600), "").recipient()).hasSize(512);
        assertThat(RefusedRecipients.none().and(bob)).hasToString("[<bob@example.org>: 550 no such user]");
        assertThat(many.toString()).endsWith("] and 2 more");
        assertThat(many.size()).isEqualTo(RefusedRecipients.KEPT + 2);
        assertThat(many.stream()).hasSize(RefusedRecipients.KEPT);
    }

    @Test
    void aVerdictNamesTheRule() {
        SequenceRule rule = new SequenceTable().rows().get(0);

        assertThat(Verdict.legal()).hasToString("legal");
        assertThat(Verdict.refusedBy(rule)).hasToString("refused by " + rule.id());
        assertThat(Verdict.refusedBy(rule).refusedBy()).hasValue(rule);
        assertThat(Verdict.legal().alsoObserved(List.of(rule))).hasToString("legal, observed [" + rule.id() + "]");
        assertThat(rule.cause()).isNotBlank();
    }

    private static List<Move> useful(SessionState state) {
        return Stream.of(Move.values()).filter(move -> move.isUseful(state)).collect(Collectors.toList());
    }

    private static SessionState.Builder whole() {
        return SessionState.on(PORT).greeting(Greeting.EHLO).tls(true).authenticated(true).authenticationNeeded(true)
            .sender("alice@example.org").recipients(1).refusedRecipients(List.of(RefusedRecipient.of("<bob@example.org>", "550 no")));
    }
}
