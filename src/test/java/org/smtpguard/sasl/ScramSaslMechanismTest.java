package org.smtpguard.sasl;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.StringPreparation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.smtpguard.credential.CredentialResult;
import org.smtpguard.credential.InstallationSecret;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.KeyResult;
import org.smtpguard.credential.KeyShape;
import org.smtpguard.credential.Origin;
import org.smtpguard.credential.ScramKeys;

/** The exchange of RFC 7677 section 3, and what goes wrong with it. */
class ScramSaslMechanismTest {
    private static final ScramMechanism SHA_256 = ScramMechanism.SCRAM_SHA_256;
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String NONCE = CLIENT_NONCE + SERVER_NONCE;
    private static final String SERVER_FIRST = "r=" + NONCE + ",s=" + SALT + ",i=4096";
    private static final String CLIENT_FINAL = "c=biws,r=" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final InstallationSecret SECRET = InstallationSecret.of(new byte[32]);
    private static final byte[] END_POINT = {1, 2, 3};

    @Test
    void theExchangeOfTheRfcSucceedsAndTheServerProvesItself() {
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());

        assertThat(say(exchange, "n,,n=user,r=" + CLIENT_NONCE)).isEqualTo(SERVER_FIRST);
        assertThat(say(exchange, CLIENT_FINAL)).isEqualTo("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        SaslStep end = step(exchange.respond(new byte[0]).toCompletableFuture());
        assertThat(end.type()).isEqualTo(SaslStep.Type.SUCCESS);
        assertThat(end.username()).isEqualTo("user");
    }

    @Test
    void withoutAnInitialResponseTheServerBeginsWithAnEmptyChallenge() {
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());

        assertThat(step(exchange.begin(Optional.empty()).toCompletableFuture()).challenge()).isEmpty();
        assertThat(say(exchange, "n,,n=user,r=" + CLIENT_NONCE)).isEqualTo(SERVER_FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "c=biws,r=" + NONCE + ",p=AHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=biws,r=" + NONCE + ",p=AAAA",
        "c=biws,r=" + CLIENT_NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "c=eSws,r=" + NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="})
    void aProofThatDoesNotFitIsRefused(String last) {
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());
        say(exchange, "n,,n=user,r=" + CLIENT_NONCE);

        SaslStep step = reply(exchange, last);

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.result().kind()).isEqualTo(CredentialResult.Kind.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "n", "n,,", "n,,n=user", "n,,r=x", "x,,n=user,r=x",
        "p=tls-unique,,n=user,r=x", "p=tls-server-end-point,,n=user,r=x", "n,b=user,n=user,r=x",
        "n,a=,n=user,r=x", "n,,n=,r=x", "n,,n=user,r=", "n,,r=x,n=user",
        "n,,n=user,r=x y", "n,,n=user,r=\u00e4", "n,,n=user,r=x,", "n,,n=user,r=x,x", "n,,n=us\0er,r=x",
        // An extension that must not be ignored (RFC 5802 5.1), where it belongs and where it does not.
        "n,,m=x,n=user,r=x", "n,,n=user,r=x,m=x",
        // A name has no escapes but =2C and =3D (RFC 5802 5.1).
        "n,,n=us=er,r=x", "n,,n=us=2Der,r=x", "n,,n=us=2cer,r=x", "n,,n=user=,r=x", "n,a=us=2Der,n=user,r=x"})
    void aFirstMessageThatIsNoneIsMalformed(String first) {
        assertThat(reply(scram("SCRAM-SHA-256", false).start(Peer.inClearText()), first).type()).isEqualTo(SaslStep.Type.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c=biws", "c=biws,r=" + NONCE, "p=AAAA", "c=!!,r=" + NONCE + ",p=AAAA", "c=biws,r=" + NONCE + ",p=",
        "c=biws,r=" + NONCE + ",p=AAA", "c=biw,r=" + NONCE + ",p=AAAA",
        "c=biws,r=" + NONCE + ",m=x,p=AAAA", "r=" + NONCE + ",c=biws,p=AAAA"})
    void aLastMessageThatIsNoneIsMalformed(String last) {
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());
        say(exchange, "n,,n=user,r=" + CLIENT_NONCE);

        assertThat(reply(exchange, last).type()).isEqualTo(SaslStep.Type.MALFORMED);
    }

    @Test
    void aStrangerIsAskedLikeAUserAndTheSameEachTimeAndFailsAtTheProof() {
        ScramSaslMechanism scram = scram("SCRAM-SHA-256", false);
        SaslExchange first = scram.start(Peer.inClearText());
        SaslExchange second = scram.start(Peer.inClearText());

        String challenge = say(first, "n,,n=stranger,r=" + CLIENT_NONCE);

        assertThat(challenge).matches("r=.*,s=[A-Za-z0-9+/]{22}==,i=15000").isEqualTo(say(second, "n,,n=stranger,r=" + CLIENT_NONCE));
        assertThat(reply(first, CLIENT_FINAL).type()).isEqualTo(SaslStep.Type.REFUSED);
    }

    @Test
    void anUnknownUserHasOneSaltForAMechanismAndItsPlusOnAllPortsAndServers() {
        Peer tls = Peer.underTls(Optional.of(END_POINT), Optional.empty());
        String plain = salt(say(scram("SCRAM-SHA-256", false).start(Peer.inClearText()), "n,,n=nobody,r=" + CLIENT_NONCE));

        assertThat(salt(say(scram("SCRAM-SHA-256", true).start(tls), "n,,n=nobody,r=" + CLIENT_NONCE))).isEqualTo(plain);
        assertThat(salt(say(scram("SCRAM-SHA-256-PLUS", true).start(tls), "p=tls-server-end-point,,n=nobody,r=" + CLIENT_NONCE)))
            .isEqualTo(plain);
        assertThat(salt(say(scram("SCRAM-SHA-256", false).start(Peer.inClearText()), "n,,n=nobody2,r=" + CLIENT_NONCE)))
            .isNotEqualTo(plain);
    }

    @Test
    void whatAnUnknownUserIsAskedDoesNotFollowTheLookUps() {
        ScramSaslMechanism scram = scram("SCRAM-SHA-256", false);
        String before = say(scram.start(Peer.inClearText()), "n,,n=nobody,r=" + CLIENT_NONCE);

        say(scram.start(Peer.inClearText()), "n,,n=user,r=" + CLIENT_NONCE);

        assertThat(say(scram.start(Peer.inClearText()), "n,,n=nobody,r=" + CLIENT_NONCE)).isEqualTo(before);
    }

    @Test
    void anUnknownUserIsAskedForWhatMostKeysHaveAlsoWithALongSalt() {
        KeyCensus census = KeyCensus.counted(Map.of(KeyShape.of(4096, 80), 3L, KeyShape.of(4096, 16), 2L, KeyShape.of(15000, 16), 4L));
        ScramSaslMechanism scram = ScramSaslMechanism.of("SCRAM-SHA-256", false, counting(census), Questions.identities(), SECRET,
            () -> SERVER_NONCE);

        String challenge = say(scram.start(Peer.inClearText()), "n,,n=nobody,r=" + CLIENT_NONCE);

        assertThat(challenge).endsWith(",i=4096");
        byte[] salt = Base64.getDecoder().decode(salt(challenge));
        assertThat(salt).hasSize(80);
        assertThat(Arrays.copyOfRange(salt, 40, 80)).isNotEqualTo(Arrays.copyOf(salt, 40)).isNotEqualTo(new byte[40]);
    }

    @Test
    void isOfferedOnlyWhereAUserMayHaveKeys() {
        assertThat(ScramSaslMechanism.of("SCRAM-SHA-256", false, counting(KeyCensus.counted(Map.of())), Questions.identities(), SECRET)
            .canSucceed(Peer.inClearText())).isFalse();
        assertThat(ScramSaslMechanism.of("SCRAM-SHA-256", false, counting(KeyCensus.uncounted()), Questions.identities(), SECRET)
            .canSucceed(Peer.inClearText())).isTrue();
    }

    private static String salt(String serverFirst) {
        return serverFirst.split(",")[1].substring(2);
    }

    private static ScramSaslMechanism.Keys counting(KeyCensus census) {
        return new ScramSaslMechanism.Keys() {
            @Override
            public CompletableFuture<KeyResult> lookup(String username, String scheme, Origin origin) {
                return CompletableFuture.completedFuture(KeyResult.unknown());
            }

            @Override
            public KeyCensus census(String scheme) {
                return census;
            }
        };
    }

    @Test
    void somebodyElsesIdentityIsRefusedAfterTheProof() {
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());
        String challenge = say(exchange, "n,a=boss,n=user,r=" + CLIENT_NONCE);

        assertThat(reply(exchange, clientFinal("n,a=boss,", "n=user,r=" + CLIENT_NONCE, challenge, new byte[0])).type())
            .isEqualTo(SaslStep.Type.IDENTITY_REFUSED);
    }

    @Test
    void whoMayActAsAnotherIsLoggedInAsThatOne() {
        SaslExchange exchange = scram("SCRAM-SHA-256", false, "admin").start(Peer.inClearText());
        String challenge = say(exchange, "n,a=bob,n=user,r=" + CLIENT_NONCE);

        assertThat(reply(exchange, clientFinal("n,a=bob,", "n=user,r=" + CLIENT_NONCE, challenge, new byte[0])).type())
            .isEqualTo(SaslStep.Type.CHALLENGE);
        assertThat(reply(exchange, "").username()).isEqualTo("bob");
    }

    @Test
    void ownIdentityIsAccepted() {
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());
        String challenge = say(exchange, "n,a=USER,n=user,r=" + CLIENT_NONCE);

        assertThat(reply(exchange, clientFinal("n,a=USER,", "n=user,r=" + CLIENT_NONCE, challenge, new byte[0])).type())
            .isEqualTo(SaslStep.Type.CHALLENGE);
    }

    @ParameterizedTest
    @CsvSource({"'n=a=2Cb=3Dc,r=', 'a,b=c'", "'n=us\u00e9r,r=', 'us\u00e9r'", "'n=a=3D2Cb,r=', 'a=2Cb'"})
    void aNameIsLookedUpWithoutItsEscapes(String first, String name) {
        ScramSaslMechanism scram = ScramSaslMechanism.of("SCRAM-SHA-256", false, (user, scheme,
            origin) -> CompletableFuture.completedFuture(
            user.equals(name) ? KeyResult.found(name, keys()) : KeyResult.unavailable("asked for " + user)),
            new Identities(Optional::of, (user, other, origin) -> CompletableFuture.completedFuture(false)), SECRET, () -> SERVER_NONCE);
        SaslExchange exchange = scram.start(Peer.inClearText());
        String header = "n,a=" + first.substring(2, first.indexOf(",r=")) + ",";
        String challenge = say(exchange, header + first + CLIENT_NONCE);

        say(exchange, clientFinal(header, first + CLIENT_NONCE, challenge, new byte[0]));
        assertThat(step(exchange.respond(new byte[0]).toCompletableFuture()).username()).isEqualTo(name);
    }

    @Test
    void extensionsThatMayBeIgnoredAreIgnoredHoweverMany() {
        String extensions = ",x=y".repeat(1500);
        SaslExchange exchange = scram("SCRAM-SHA-256", false).start(Peer.inClearText());
        String first = "n=user,r=" + CLIENT_NONCE + extensions;
        String challenge = say(exchange, "n,," + first);

        assertThat(say(exchange, clientFinal("n,,", first, challenge, new byte[0], extensions))).startsWith("v=");
    }

    @Test
    void withChannelBindingTheProofHoldsForThisConnectionAlone() {
        Peer peer = Peer.underTls(Optional.of(END_POINT), Optional.empty());
        String header = "p=tls-server-end-point,,";
        ScramSaslMechanism plus = scram("SCRAM-SHA-256-PLUS", true);
        SaslExchange bound = plus.start(peer);
        SaslExchange elsewhere = plus.start(peer);
        String first = "n=user,r=" + CLIENT_NONCE;

        assertThat(reply(bound, clientFinal(header, first, say(bound, header + first), END_POINT)).type())
            .isEqualTo(SaslStep.Type.CHALLENGE);
        assertThat(reply(elsewhere, clientFinal(header, first, say(elsewhere, header + first), new byte[] {9})).type())
            .isEqualTo(SaslStep.Type.REFUSED);
    }

    @Test
    void channelBindingNeedsTls() {
        assertThat(scram("SCRAM-SHA-256-PLUS", true).canSucceed(Peer.inClearText())).isFalse();
        assertThat(scram("SCRAM-SHA-256-PLUS", true).canSucceed(Peer.underTls(Optional.of(END_POINT), Optional.empty()))).isTrue();
    }

    @Test
    void aClientThatWasToldThereIsNoBindingThoughThereIsHasBeenLiedTo() {
        Peer peer = Peer.underTls(Optional.of(END_POINT), Optional.empty());

        assertThat(reply(scram("SCRAM-SHA-256", true).start(peer), "y,,n=user,r=" + CLIENT_NONCE).type())
            .isEqualTo(SaslStep.Type.MALFORMED);
        assertThat(reply(scram("SCRAM-SHA-256", false).start(peer), "y,,n=user,r=" + CLIENT_NONCE).type())
            .isEqualTo(SaslStep.Type.CHALLENGE);
    }

    @Test
    void whatIsWrongWithTheBindingIsSaid() {
        Peer peer = Peer.underTls(Optional.of(END_POINT), Optional.empty());

        assertThat(reply(scram("SCRAM-SHA-256", true).start(peer), "y,,n=user,r=x").flaw())
            .contains("it offers SCRAM-SHA-256-PLUS").contains("may have been modified in transit");
        assertThat(reply(scram("SCRAM-SHA-256-PLUS", true).start(peer), "p=tls-exporter,,n=user,r=x").flaw())
            .isEqualTo("SCRAM-SHA-256-PLUS requires the channel binding tls-server-end-point");
        assertThat(reply(scram("SCRAM-SHA-256-PLUS", true).start(peer), "n,,n=user,r=x").flaw()).contains("tls-server-end-point");
        assertThat(reply(scram("SCRAM-SHA-256", true).start(peer), "p=tls-server-end-point,,n=user,r=x").flaw())
            .isEqualTo("SCRAM-SHA-256 has no channel binding");
        assertThat(reply(scram("SCRAM-SHA-256", true).start(peer), "x,,n=user,r=x").flaw())
            .isEqualTo("the message begins with neither n, y nor p=");
    }

    @Test
    void aBackendThatCannotAnswerIsNoWrongPassword() {
        ScramSaslMechanism scram = ScramSaslMechanism.of("SCRAM-SHA-256", false, (user, scheme, origin) ->
            CompletableFuture.completedFuture(KeyResult.unavailable("down")),
            Questions.identities(), SECRET);

        SaslStep step = reply(scram.start(Peer.inClearText()), "n,,n=user,r=x");

        assertThat(step.type()).isEqualTo(SaslStep.Type.REFUSED);
        assertThat(step.result().kind()).isEqualTo(CredentialResult.Kind.UNAVAILABLE);
    }

    private static ScramSaslMechanism scram(String name, boolean bindingOffered) {
        return scram(name, bindingOffered, "user");
    }

    /** @param known the name that the backend has for "user" */
    private static ScramSaslMechanism scram(String name, boolean bindingOffered, String known) {
        return ScramSaslMechanism.of(name, bindingOffered, (user, scheme, origin) -> CompletableFuture.completedFuture(
            user.equals("user") && scheme.equals("SCRAM-SHA-256") ? KeyResult.found(known, keys()) : KeyResult.unknown()),
            Questions.identities(), SECRET, () -> SERVER_NONCE);
    }

    private static ScramKeys keys() {
        byte[] salted = salted();
        return new ScramKeys(4096, Base64.getDecoder().decode(SALT),
            ScramFunctions.storedKey(SHA_256, ScramFunctions.clientKey(SHA_256, salted)), ScramFunctions.serverKey(SHA_256, salted));
    }

    private static byte[] salted() {
        return ScramFunctions.saltedPassword(SHA_256, StringPreparation.NO_PREPARATION, "pencil".toCharArray(),
            Base64.getDecoder().decode(SALT), 4096);
    }

    private static String clientFinal(String header, String bare, String serverFirst, byte[] binding) {
        return clientFinal(header, bare, serverFirst, binding, "");
    }

    private static String clientFinal(String header, String bare, String serverFirst, byte[] binding, String extensions) {
        byte[] gs2 = header.getBytes(StandardCharsets.UTF_8);
        byte[] bound = Arrays.copyOf(gs2, gs2.length + binding.length);
        System.arraycopy(binding, 0, bound, gs2.length, binding.length);
        String withoutProof = "c=" + Base64.getEncoder().encodeToString(bound) + ",r=" + NONCE + extensions;
        byte[] clientKey = ScramFunctions.clientKey(SHA_256, salted());
        byte[] signature = ScramFunctions.clientSignature(SHA_256, ScramFunctions.storedKey(SHA_256, clientKey),
            bare + "," + serverFirst + "," + withoutProof);
        return withoutProof + ",p=" + Base64.getEncoder().encodeToString(ScramFunctions.clientProof(clientKey, signature));
    }

    private static String say(SaslExchange exchange, String message) {
        SaslStep step = reply(exchange, message);
        assertThat(step.type()).isEqualTo(SaslStep.Type.CHALLENGE);
        return new String(step.challenge(), StandardCharsets.US_ASCII);
    }

    private static SaslStep reply(SaslExchange exchange, String message) {
        return step(exchange.respond(message.getBytes(StandardCharsets.UTF_8)).toCompletableFuture());
    }

    private static SaslStep step(CompletableFuture<SaslStep> stage) {
        assertThat(stage).isCompleted();
        return stage.getNow(SaslStep.malformed());
    }
}
