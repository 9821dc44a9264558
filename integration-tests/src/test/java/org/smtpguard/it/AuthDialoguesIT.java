package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.smtpguard.it.EveryMechanism.ALICE;
import static org.smtpguard.it.EveryMechanism.IN_CLEAR_TEXT;
import static org.smtpguard.it.EveryMechanism.SCRAM;
import static org.smtpguard.it.EveryMechanism.UNDER_TLS;
import static org.smtpguard.it.EveryMechanism.UNREACHABLE;
import static org.smtpguard.it.EveryMechanism.oddUserOf;
import static org.smtpguard.it.EveryMechanism.userOf;
import static org.smtpguard.it.wire.WireScript.base64;
import static org.smtpguard.it.wire.WireScript.plain;
import static org.smtpguard.it.wire.WireScript.tlsWire;
import static org.smtpguard.it.wire.WireScript.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.smtpguard.it.server.JamesServer;
import org.smtpguard.it.wire.Refusal;
import org.smtpguard.it.wire.ScramClient;
import org.smtpguard.it.wire.WireScript;

/**
 * AUTH (RFC 4954), mechanism by mechanism and fault by fault, each in a session of its own. Whatever was refused there, the
 * session is sound behind it: the right password is taken in it, and so is a message.
 */
class AuthDialoguesIT {
    private static final int LEAST_DIALOGUES = 150;
    private static final String EMPTY_CHALLENGE = "^334 $";
    private static final String USERNAME = "^334 VXNlcm5hbWU6$";
    private static final String PASSWORD = "^334 UGFzc3dvcmQ6$";
    /** RFC 4954 §4 has clients expect that much to be taken; James' lines have 8192 octets. */
    private static final int LONGEST_OF_THE_RFC = 12288;
    private static final int LONGEST_OF_JAMES = 8192;

    private static JamesServer server;

    @BeforeAll
    static void start() {
        server = EveryMechanism.shared();
    }

    @TestFactory
    Stream<DynamicTest> whatEhloAnnounces() {
        return announced().stream();
    }

    @TestFactory
    Stream<DynamicTest> theRightCredentials() {
        return successes().stream();
    }

    @TestFactory
    Stream<DynamicTest> aMessageOfPlain() {
        return plainMessages().stream();
    }

    @TestFactory
    Stream<DynamicTest> aMessageOfLogin() {
        return loginMessages().stream();
    }

    @TestFactory
    Stream<DynamicTest> aFirstMessageOfScram() {
        return scramFirstMessages().stream();
    }

    @TestFactory
    Stream<DynamicTest> aLastMessageOfScram() {
        return scramLastMessages().stream();
    }

    @TestFactory
    Stream<DynamicTest> anInitialResponseThatIsNotBase64() {
        return undecodableInitialResponses().stream();
    }

    /** At every point where the server waits for a response. */
    @TestFactory
    Stream<DynamicTest> whateverTheServerWaitsFor() {
        return responses().stream();
    }

    @TestFactory
    Stream<DynamicTest> theMechanism() {
        return mechanisms().stream();
    }

    @TestFactory
    Stream<DynamicTest> theOrderOfCommands() {
        return order().stream();
    }

    @TestFactory
    Stream<DynamicTest> whatIsSentTooEarly() {
        return pipelined().stream();
    }

    @TestFactory
    Stream<DynamicTest> anOutageIsNoWrongPassword() {
        return outages().stream();
    }

    @TestFactory
    Stream<DynamicTest> tooManyFailures() {
        return limits().stream();
    }

    @Test
    void thereAreAsManyDialoguesAsItIsSaidThereAre() {
        int dialogues = Stream.of(announced(), successes(), plainMessages(), loginMessages(), scramFirstMessages(), scramLastMessages(),
            undecodableInitialResponses(), responses(), mechanisms(), order(), pipelined(), outages(), limits()).mapToInt(List::size).sum();
        System.out.println("auth dialogues: " + dialogues);
        assertThat(dialogues).isGreaterThanOrEqualTo(LEAST_DIALOGUES);
    }

    private static List<DynamicTest> announced() {
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(test("in clear text nothing that needs a channel", Over.CLEAR, wire -> ehlo(wire)
            .expectInReply("^250-AUTH " + IN_CLEAR_TEXT + "$")));
        tests.add(test("under TLS what binds to it as well, and no EXTERNAL without a certificate", Over.TLS, wire -> ehlo(wire)
            .expectInReply("^250-AUTH " + UNDER_TLS + "$")));
        tests.add(test("nothing before STARTTLS where passwords wait for it", Over.SUBMISSION, wire -> ehlo(wire).expectNotInReply("AUTH")
            .startTls().send("EHLO client.example").expect("250").expectInReply("^250-AUTH " + UNDER_TLS + "$")));
        return tests;
    }

    private static List<DynamicTest> successes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Over over : List.of(Over.CLEAR, Over.STARTTLS, Over.TLS)) {
            tests.add(accepted("PLAIN with an initial response", over, wire -> wire.send("AUTH PLAIN " + plain(ALICE, "secret"))));
            tests.add(accepted("PLAIN after a challenge", over, wire -> wire.send("AUTH PLAIN").expectMatch(EMPTY_CHALLENGE)
                .send(plain(ALICE, "secret"))));
            tests.add(accepted("PLAIN with the own authorization identity", over, wire -> wire
                .send("AUTH PLAIN " + base64("Alice@LOCALHOST\0" + ALICE + "\0secret"))));
            tests.add(accepted("LOGIN with an initial response", over, wire -> wire.send("AUTH LOGIN " + base64(ALICE))
                .expectMatch(PASSWORD).send(base64("secret"))));
            tests.add(accepted("LOGIN after challenges", over, wire -> wire.send("AUTH LOGIN").expectMatch(USERNAME)
                .send(base64(ALICE)).expectMatch(PASSWORD).send(base64("secret"))));
        }
        for (String mechanism : SCRAM) {
            Over over = over(mechanism);
            tests.add(accepted(mechanism + " with an initial response", over, wire -> {
                ScramClient client = client(mechanism, wire);
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).send("");
            }));
            tests.add(accepted(mechanism + " after a challenge", over, wire -> {
                ScramClient client = client(mechanism, wire);
                proven(wire.send("AUTH " + mechanism).expectMatch(EMPTY_CHALLENGE).send(base64(client.first())), client).send("");
            }));
            tests.add(accepted(mechanism + " with the own authorization identity", over, wire -> {
                ScramClient plain = client(mechanism, wire);
                ScramClient client = plain.withHeader(plain.first().split(",")[0] + ",a=" + userOf(mechanism) + ",");
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).send("");
            }));
            tests.add(accepted(mechanism + " with a comma and an equals sign in the name", over, wire -> {
                ScramClient client = client(mechanism, wire, oddUserOf(mechanism).replace("=", "=3D").replace(",", "=2C"), "secret");
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).send("");
            }));
            tests.add(accepted(mechanism + " with extensions that may be ignored", over, wire -> {
                ScramClient client = client(mechanism, wire).withBare(bare -> bare + ",x=y");
                wire.send("AUTH " + mechanism + " " + base64(client.first())).expect("334");
                wire.send(base64(client.last(wire.reply(), message -> message + ",y=z"))).expectLine("334 ").send("");
            }));
        }
        for (String mechanism : List.of("SCRAM-SHA-256", "SCRAM-SHA-512")) {
            tests.add(accepted(mechanism + " under TLS by a client that cannot bind", Over.TLS, wire -> {
                ScramClient client = client(mechanism, wire);
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).send("");
            }));
            tests.add(accepted(mechanism + " in clear text by a client that could bind", Over.CLEAR, wire -> {
                ScramClient client = client(mechanism, wire).withHeader("y,,");
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).send("");
            }));
        }
        return tests;
    }

    private static List<DynamicTest> plainMessages() {
        Map<String, Refused> messages = new LinkedHashMap<>();
        messages.put("", Refused.MALFORMED);
        messages.put("no NUL", Refused.MALFORMED);
        messages.put(ALICE + "\0secret", Refused.MALFORMED);
        messages.put("\0" + ALICE + "\0secret\0", Refused.MALFORMED);
        messages.put("\0ali\0ce@localhost\0secret", Refused.MALFORMED);
        messages.put("\0\0\0", Refused.MALFORMED);
        messages.put("\0\0secret", Refused.MALFORMED);
        messages.put("\0ali\u00ffce@localhost\0secret", Refused.MALFORMED);
        messages.put("\u00ff\0" + ALICE + "\0secret", Refused.MALFORMED);
        messages.put("\0" + ALICE + "\0", Refused.CREDENTIALS);
        messages.put("\0" + ALICE + "\0wrong", Refused.CREDENTIALS);
        messages.put("\0" + ALICE + "\0secret ", Refused.CREDENTIALS);
        messages.put("\0" + ALICE + "\0\u00ff\u00fe", Refused.CREDENTIALS);
        messages.put("\0nobody@localhost\0secret", Refused.CREDENTIALS);
        messages.put("\0two words@@\0secret", Refused.CREDENTIALS);
        messages.put("\0 \0secret", Refused.CREDENTIALS);
        messages.put("bob@localhost\0" + ALICE + "\0secret", Refused.IDENTITY);
        messages.put("two words@@\0" + ALICE + "\0secret", Refused.IDENTITY);
        messages.put("bob@localhost\0" + ALICE + "\0wrong", Refused.CREDENTIALS);
        List<DynamicTest> tests = new ArrayList<>();
        messages.forEach((message, refused) -> {
            for (Over over : List.of(Over.CLEAR, Over.TLS)) {
                String name = "PLAIN " + printable(message);
                tests.add(refused(name + " along with AUTH", over, refused, wire -> wire.send("AUTH PLAIN " + initial(message))));
                tests.add(refused(name + " after a challenge", over, refused, wire -> wire.send("AUTH PLAIN").expectMatch(EMPTY_CHALLENGE)
                    .send(octets(message))));
            }
        });
        return tests;
    }

    private static List<DynamicTest> loginMessages() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Over over : List.of(Over.CLEAR, Over.TLS)) {
            for (String name : List.of("", "ali\0ce", "\u00ff")) {
                tests.add(refused("LOGIN name " + printable(name) + " along with AUTH", over, Refused.MALFORMED, wire -> wire
                    .send("AUTH LOGIN " + initial(name))));
                tests.add(refused("LOGIN name " + printable(name) + " after a challenge", over, Refused.MALFORMED, wire -> wire
                    .send("AUTH LOGIN").expectMatch(USERNAME).send(octets(name))));
            }
            for (String password : List.of("", "wrong", "secret\0", "\u00ff")) {
                tests.add(refused("LOGIN password " + printable(password), over, Refused.CREDENTIALS, wire -> wire
                    .send("AUTH LOGIN").expectMatch(USERNAME).send(base64(ALICE)).expectMatch(PASSWORD).send(octets(password))));
            }
            for (String stranger : List.of("nobody@localhost", "two words@@", " ")) {
                tests.add(refused("LOGIN stranger " + printable(stranger), over, Refused.CREDENTIALS, wire -> wire
                    .send("AUTH LOGIN " + base64(stranger)).expectMatch(PASSWORD).send(base64("secret"))));
            }
        }
        return tests;
    }

    private static List<DynamicTest> scramFirstMessages() {
        Map<String, UnaryOperator<String>> edits = new LinkedHashMap<>();
        edits.put("that is empty", first -> "");
        edits.put("without a header", first -> first.substring(first.indexOf("n=")));
        edits.put("without a user", first -> first.replaceFirst(",n=[^,]*", ""));
        edits.put("with an empty user", first -> first.replaceFirst(",n=[^,]*", ",n="));
        edits.put("without a nonce", first -> first.replaceFirst(",r=.*", ""));
        edits.put("with an empty nonce", first -> first.replaceFirst(",r=.*", ",r="));
        edits.put("with a blank in the nonce", first -> first + " ");
        edits.put("with the nonce before the user", first -> first.replaceFirst(",(n=[^,]*),(r=.*)", ",$2,$1"));
        edits.put("with an unknown extension that may not be ignored", first -> first.replaceFirst(",,n=", ",,m=x,n="));
        edits.put("with that extension behind the nonce", first -> first + ",m=x");
        edits.put("with an extension that has no value", first -> first + ",x");
        edits.put("with an escape that needs none", first -> first.replaceFirst(",n=[^@]*", ",n=a=2Db"));
        edits.put("with an escape in small letters", first -> first.replaceFirst(",n=[^@]*", ",n=a=2cb"));
        edits.put("with half an escape", first -> first.replaceFirst(",n=[^,]*", ",n=alice=2"));
        edits.put("with a bare equals sign in the name", first -> first.replaceFirst(",n=[^@]*", ",n=a=b"));
        edits.put("with a NUL in the name", first -> first.replaceFirst(",n=[^@]*", ",n=a\0b"));
        edits.put("that is not UTF-8", first -> first.replaceFirst(",n=[^@]*", ",n=a\u00ff"));
        edits.put("with an unknown flag", first -> first.replaceFirst("^[^,]*", "x"));
        edits.put("with an empty authorization identity", first -> first.replaceFirst(",,", ",a=,"));
        edits.put("with something else for an authorization identity", first -> first.replaceFirst(",,", ",b=alice,"));
        edits.put("bound to another kind of channel", first -> first.replaceFirst("^[^,]*", "p=tls-unique"));
        List<DynamicTest> tests = new ArrayList<>();
        for (String mechanism : SCRAM) {
            Map<String, UnaryOperator<String>> all = new LinkedHashMap<>(edits);
            if (mechanism.endsWith("-PLUS")) {
                all.put("of a client that cannot bind", first -> first.replaceFirst("^[^,]*", "n"));
                all.put("of a client that thinks the server cannot bind", first -> first.replaceFirst("^[^,]*", "y"));
            } else {
                all.put("that binds", first -> first.replaceFirst("^[^,]*", "p=tls-server-end-point"));
                tests.add(test(mechanism + " of a client that was told it cannot bind, and could", Over.TLS, wire -> {
                    ehlo(wire).send("AUTH " + mechanism + " " + base64(client(mechanism, wire).withHeader("y,,").first()));
                    Refused.MALFORMED.in(wire);
                    wire.expectInReply("it offers " + mechanism + "-PLUS");
                    isSound(wire);
                }));
            }
            all.forEach((name, edit) -> {
                tests.add(refused(mechanism + " " + name, over(mechanism), Refused.MALFORMED, wire ->
                    wire.send("AUTH " + mechanism + " " + initial(edit.apply(client(mechanism, wire).first())))));
            });
        }
        return tests;
    }

    private static List<DynamicTest> scramLastMessages() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String mechanism : SCRAM) {
            Last last = new Last(mechanism, tests);
            UnaryOperator<String> asItIs = UnaryOperator.identity();
            last.refused("with another nonce", Refused.CREDENTIALS, message -> message.replaceFirst(",r=.*", "$0x"), asItIs);
            last.refused("with the client's nonce alone", Refused.CREDENTIALS,
                message -> message.replaceFirst("(,r=.{20}).*", "$1"), asItIs);
            last.refused("that binds with another header", Refused.CREDENTIALS,
                message -> message.replaceFirst("c=[^,]*", "c=" + base64("y,,")), asItIs);
            last.refused("that binds to another channel", Refused.CREDENTIALS,
                message -> message.replaceFirst("c=[^,]*", "c=" + base64("p=tls-server-end-point,,another certificate")), asItIs);
            last.refused("that binds for somebody else", Refused.CREDENTIALS,
                message -> message.replaceFirst("c=[^,]*", "c=" + base64("n,a=bob,")), asItIs);
            last.refused("with an unknown extension that may not be ignored", Refused.MALFORMED, message -> message + ",m=x", asItIs);
            last.refused("without a proof", Refused.MALFORMED, asItIs, message -> message.replaceFirst(",p=.*", ""));
            last.refused("with an empty proof", Refused.MALFORMED, asItIs, message -> message.replaceFirst(",p=.*", ",p="));
            last.refused("with a proof of something else", Refused.CREDENTIALS,
                asItIs, message -> message.replaceFirst(",r=[^,]*,", "$0x=y,"));
            last.refused("with a proof that is too short", Refused.CREDENTIALS,
                asItIs, message -> message.replaceFirst(",p=.*", ",p=AAAA"));
            last.refused("with a proof that is too long", Refused.CREDENTIALS, asItIs, message -> message.replaceFirst(",p=", ",p=AAAA"));
            last.refused("with a proof that is not base64", Refused.MALFORMED, asItIs, message -> message.replaceFirst(",p=.", ",p=!"));
            last.refused("with a proof that has lost its padding", Refused.MALFORMED, asItIs, message -> message.replaceFirst("=+$", ""));
            last.refused("with a proof that has lost a letter", Refused.MALFORMED, asItIs, message -> message.replaceFirst(",p=.", ",p="));
            last.refused("with a binding that is not base64", Refused.MALFORMED, asItIs, message -> message.replaceFirst("c=.", "c=!"));
            last.refused("without a nonce", Refused.MALFORMED, asItIs, message -> message.replaceFirst(",r=[^,]*", ""));
            last.refused("with the nonce in front", Refused.MALFORMED,
                asItIs, message -> message.replaceFirst("(c=[^,]*),(r=[^,]*)", "$2,$1"));
            last.refused("with something behind the proof", Refused.MALFORMED, asItIs, message -> message + ",x=y");
            last.refused("that is not UTF-8", Refused.MALFORMED, asItIs, message -> message.replaceFirst(",p=", ",x=\u00ff,p="));
            last.refused("that is empty", Refused.MALFORMED, asItIs, message -> "");
            last.refused("that is the first once more", Refused.MALFORMED, asItIs, message -> "n,,n=alice,r=x");
            tests.add(refused(mechanism + " with a wrong password", over(mechanism), Refused.CREDENTIALS, wire ->
                answered(wire, mechanism, client(mechanism, wire, userOf(mechanism), "wrong"))));
            tests.add(refused(mechanism + " by a stranger", over(mechanism), Refused.CREDENTIALS, wire ->
                answered(wire, mechanism, client(mechanism, wire, "nobody@localhost", "secret"))));
            tests.add(refused(mechanism + " by a name that can be nobody's", over(mechanism), Refused.CREDENTIALS, wire ->
                answered(wire, mechanism, client(mechanism, wire, "two words@@", "secret"))));
            tests.add(refused(mechanism + " by a user of whom there are other keys", over(mechanism), Refused.CREDENTIALS, wire ->
                answered(wire, mechanism, client(mechanism, wire, ALICE, "secret"))));
            for (String identity : List.of("bob@localhost", "two words@@", "o=2Cd")) {
                tests.add(refused(mechanism + " for " + identity, over(mechanism), Refused.IDENTITY, wire -> {
                    ScramClient client = client(mechanism, wire);
                    answered(wire, mechanism, client.withHeader(client.first().split(",")[0] + ",a=" + identity + ","));
                }));
            }
            for (String behind : List.of("x", "\0", "v=")) {
                tests.add(refused(mechanism + " with " + printable(behind) + " behind the server's proof", over(mechanism),
                    Refused.MALFORMED, wire -> {
                        ScramClient client = client(mechanism, wire);
                        proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).send(octets(behind));
                    }));
            }
        }
        return tests;
    }

    private static Map<String, String> undecodable() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("of another alphabet", "!!!!");
        texts.put("of the alphabet for URLs", "Zm9_");
        texts.put("with a blank in it", "Zm 9v");
        texts.put("of one letter", "Z");
        texts.put("of half a group", "Zm9vZg");
        texts.put("with half its padding", "Zm9vZg=");
        texts.put("with too much padding", "Zm9vZg====");
        texts.put("with padding in the middle", "Zg==Zg==");
        texts.put("with octets beyond ASCII", "Zm9\u00e4");
        return texts;
    }

    private static List<DynamicTest> undecodableInitialResponses() {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> all = new ArrayList<>(SCRAM);
        all.addAll(List.of("PLAIN", "LOGIN"));
        Map<String, String> texts = undecodable();
        texts.put("that is the star of a cancellation", "*");
        for (String mechanism : all) {
            texts.forEach((name, text) -> tests.add(refused(mechanism + " " + name, over(mechanism), Refused.UNDECODABLE, wire ->
                wire.send("AUTH " + mechanism + " " + text))));
        }
        return tests;
    }

    private static List<DynamicTest> responses() {
        Map<String, Consumer<WireScript>> points = new LinkedHashMap<>();
        points.put("PLAIN, the message", wire -> wire.send("AUTH PLAIN").expectMatch(EMPTY_CHALLENGE));
        points.put("LOGIN, the name", wire -> wire.send("AUTH LOGIN").expectMatch(USERNAME));
        points.put("LOGIN, the password", wire -> wire.send("AUTH LOGIN " + base64(ALICE)).expectMatch(PASSWORD));
        for (String mechanism : SCRAM) {
            points.put(mechanism + ", the first message", wire -> wire.send("AUTH " + mechanism).expectMatch(EMPTY_CHALLENGE));
            points.put(mechanism + ", the last message", wire -> wire
                .send("AUTH " + mechanism + " " + base64(client(mechanism, wire).first())).expectLine("334 "));
            points.put(mechanism + ", nothing behind the server's proof", wire -> {
                ScramClient client = client(mechanism, wire);
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client);
            });
        }
        Map<String, String> texts = undecodable();
        texts.put("that is the = of an initial response", "=");
        texts.put("with a NUL behind it", "Zm9v\0");
        texts.put("of a star and a NUL", "*\0");
        List<DynamicTest> tests = new ArrayList<>();
        points.forEach((point, lead) -> {
            Over over = over(point);
            texts.forEach((name, text) -> tests.add(refused(point + ": a response " + name, over, Refused.UNDECODABLE, wire -> {
                lead.accept(wire);
                wire.send(text);
            })));
            tests.add(refused(point + ": a star", over, Refused.CANCELLED, wire -> {
                lead.accept(wire);
                wire.send("*");
            }));
            tests.add(refused(point + ": a response that ends in LF alone", over, Refused.BARE_LF, wire -> {
                lead.accept(wire);
                wire.sendRaw("Zm9v\n");
            }));
            tests.add(refused(point + ": a response with something behind it", over, Refused.PIPELINED, wire -> {
                lead.accept(wire);
                wire.pipeline("*", "NOOP");
                Refused.CANCELLED.in(wire);
            }));
            tests.add(refused(point + ": a response longer than James' lines", over, Refused.TOO_LONG, wire -> {
                lead.accept(wire);
                wire.send("A".repeat(LONGEST_OF_THE_RFC));
            }));
        });
        return tests;
    }

    private static List<DynamicTest> mechanisms() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Over over : List.of(Over.CLEAR, Over.STARTTLS, Over.TLS)) {
            for (String unknown : List.of("NOSUCH", "CRAM-MD5", "DIGEST-MD5", "XOAUTH2", "SCRAM-SHA-1",
                "ANONYMOUS", "PLAIN-PLUS", "PLAIN,LOGIN",
                "=", "*", "EXTERNAL", "EXTERNAL =", "EXTERNAL " + base64(ALICE), "x".repeat(500))) {
                tests.add(refused("AUTH " + (unknown.length() > 50 ? "with 500 letters" : unknown), over, Refused.MECHANISM, wire ->
                    wire.send("AUTH " + unknown)));
            }
            for (String nothing : List.of("AUTH", "AUTH ", "AUTH   ", "auth")) {
                tests.add(refused("\"" + nothing + "\" without a mechanism", over, Refused.ARGUMENT, wire -> wire.send(nothing)));
            }
            for (String written : List.of("auth plain ", "Auth Plain ", "AUTH  PLAIN ", "AUTH PLAIN  ")) {
                tests.add(accepted("\"" + written + "\"", over, wire -> wire.send(written + plain(ALICE, "secret"))));
            }
        }
        for (String plus : List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS")) {
            tests.add(refused(plus + " without a channel", Over.CLEAR, Refused.MECHANISM, wire -> wire.send("AUTH " + plus)));
        }
        for (String mechanism : SCRAM) {
            tests.add(accepted(mechanism + " in small letters", over(mechanism), wire -> {
                ScramClient client = client(mechanism, wire);
                proven(wire.send("auth " + mechanism.toLowerCase(Locale.ROOT) + " " + base64(client.first())), client).send("");
            }));
        }
        return tests;
    }

    private static List<DynamicTest> order() {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> all = new ArrayList<>(List.of("PLAIN", "LOGIN", "EXTERNAL", "NOSUCH"));
        all.addAll(SCRAM);
        for (String mechanism : all) {
            Over over = over(mechanism);
            tests.add(test(mechanism + " before EHLO", over, wire -> {
                Refused.NEVER_GREETED.in(wire.send("AUTH " + mechanism));
                isSound(ehlo(wire));
            }));
            tests.add(test(mechanism + " after HELO", over, wire -> {
                wire.send("HELO client.example").expect("250");
                Refused.GREETED_BY_HELO.in(wire.send("AUTH " + mechanism));
                isSound(ehlo(wire));
            }));
            tests.add(test(mechanism + " in a transaction, which lives on", over, wire -> {
                ehlo(wire).send("MAIL FROM:<alice@localhost>").expect("250").send("RCPT TO:<bob@localhost>").expect("250");
                Refused.IN_TRANSACTION.in(wire.send("AUTH " + mechanism));
                wire.send("DATA").expect("354").message("Subject: sent all the same", "", "body").expect("250 2.6.0");
                isSound(wire);
            }));
            tests.add(test(mechanism + " once more, over RSET and EHLO", over, wire -> {
                ehlo(wire).send("AUTH PLAIN " + plain(ALICE, "secret")).expectLine("235 2.7.0 ");
                Refused.REPEATED.in(wire.send("AUTH " + mechanism));
                Refused.REPEATED.in(wire.send("RSET").expect("250").send("AUTH " + mechanism));
                Refused.REPEATED.in(ehlo(wire).send("AUTH " + mechanism));
                deliver(wire);
            }));
            tests.add(test(mechanism + " before STARTTLS where passwords wait for it", Over.SUBMISSION, wire -> {
                Refused.TLS_REQUIRED.in(ehlo(wire).send("AUTH " + mechanism));
                isSound(ehlo(wire.startTls()));
            }));
            tests.add(test(mechanism + " after STARTTLS and before EHLO", Over.SUBMISSION, wire -> {
                Refused.GREETING_VOIDED.in(ehlo(wire).startTls().send("AUTH " + mechanism));
                isSound(ehlo(wire));
            }));
        }
        for (Over over : List.of(Over.CLEAR, Over.TLS)) {
            tests.add(refused("a password in an AUTH that is as long as James' lines", over, Refused.CREDENTIALS, wire -> {
                String command = "AUTH PLAIN " + plain(ALICE, "x".repeat(6000));
                assertThat(command).hasSizeBetween(LONGEST_OF_JAMES - 256, LONGEST_OF_JAMES - 2);
                wire.send(command);
            }));
            tests.add(refused("an AUTH that is longer than James' lines", over, Refused.CREDENTIALS, wire -> {
                String response = "A".repeat(LONGEST_OF_THE_RFC - "AUTH PLAIN ".length() - 2);
                wire.send("AUTH PLAIN " + response).expect("500").expectReply(Refusal::keepsToTheProtocol)
                    .send("AUTH PLAIN " + plain(ALICE, "wrong"));
            }));
        }
        return tests;
    }

    private static List<DynamicTest> pipelined() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Over over : List.of(Over.CLEAR, Over.TLS)) {
            tests.add(test("MAIL behind an AUTH that succeeds", over, wire -> {
                ehlo(wire).pipeline("AUTH PLAIN " + plain(ALICE, "secret"), "MAIL FROM:<alice@localhost>").expectLine("235 2.7.0 ");
                Refused.MAIL_PIPELINED.in(wire);
                deliver(wire);
            }));
            tests.add(refused("NOOP behind an AUTH that fails", over, Refused.PIPELINED, wire -> {
                wire.pipeline("AUTH PLAIN " + plain(ALICE, "wrong"), "NOOP");
                Refused.CREDENTIALS.in(wire);
            }));
            tests.add(refused("NOOP behind an AUTH that is no AUTH", over, Refused.PIPELINED, wire -> {
                wire.pipeline("AUTH NOSUCH", "NOOP");
                Refused.MECHANISM.in(wire);
            }));
            tests.add(test("MAIL behind a response that succeeds", over, wire -> {
                ehlo(wire).send("AUTH PLAIN").expectMatch(EMPTY_CHALLENGE)
                    .pipeline(plain(ALICE, "secret"), "MAIL FROM:<alice@localhost>").expectLine("235 2.7.0 ");
                Refused.MAIL_PIPELINED.in(wire);
                deliver(wire);
            }));
            tests.add(refused("NOOP behind a response that fails", over, Refused.PIPELINED, wire -> {
                wire.send("AUTH LOGIN " + base64(ALICE)).expectMatch(PASSWORD).pipeline(base64("wrong"), "NOOP");
                Refused.CREDENTIALS.in(wire);
            }));
            tests.add(refused("a response before its challenge", over, Refused.NO_COMMAND_PIPELINED, wire -> wire
                .pipeline("AUTH PLAIN", plain(ALICE, "secret")).expectMatch(EMPTY_CHALLENGE)));
            tests.add(refused("a password before its challenge", over, Refused.NO_COMMAND_PIPELINED, wire -> wire
                .send("AUTH LOGIN").expectMatch(USERNAME).pipeline(base64(ALICE), base64("secret")).expectMatch(PASSWORD)));
        }
        for (String mechanism : SCRAM) {
            tests.add(refused(mechanism + ": a last message before its challenge", over(mechanism), Refused.NO_COMMAND_PIPELINED, wire ->
                wire.pipeline("AUTH " + mechanism + " " + base64(client(mechanism, wire).first()), base64("c=biws,r=x,p=AAAA"))
                    .expectLine("334 ")));
            tests.add(test(mechanism + ": MAIL behind the empty line that ends it", over(mechanism), wire -> {
                ScramClient client = client(mechanism, ehlo(wire));
                proven(wire.send("AUTH " + mechanism + " " + base64(client.first())), client).pipeline("", "MAIL FROM:<alice@localhost>")
                    .expectLine("235 2.7.0 ");
                Refused.MAIL_PIPELINED.in(wire);
                deliver(wire);
            }));
        }
        return tests;
    }

    /** More often than a wrong password may be tried. */
    private static List<DynamicTest> outages() {
        Map<String, Consumer<WireScript>> tries = new LinkedHashMap<>();
        tries.put("PLAIN", wire -> wire.send("AUTH PLAIN " + plain(UNREACHABLE, "secret")));
        tries.put("PLAIN with a foreign identity", wire -> wire.send("AUTH PLAIN " + base64("bob\0" + UNREACHABLE + "\0secret")));
        tries.put("LOGIN", wire -> wire.send("AUTH LOGIN " + base64(UNREACHABLE)).expectMatch(PASSWORD).send(base64("secret")));
        for (String mechanism : SCRAM) {
            tries.put(mechanism, wire -> wire
                .send("AUTH " + mechanism + " " + base64(client(mechanism, wire, UNREACHABLE, "secret").first())));
        }
        List<DynamicTest> tests = new ArrayList<>();
        tries.forEach((name, attempt) -> tests.add(test(name, over(name), wire -> {
            ehlo(wire);
            for (int i = 0; i < 6; i++) {
                attempt.accept(wire);
                Refused.UNAVAILABLE.in(wire);
            }
            isSound(wire);
        })));
        return tests;
    }

    private static List<DynamicTest> limits() {
        List<DynamicTest> tests = new ArrayList<>();
        Map<String, Consumer<WireScript>> failures = new LinkedHashMap<>();
        failures.put("PLAIN", wire -> wire.send("AUTH PLAIN " + plain(ALICE, "wrong")));
        failures.put("LOGIN", wire -> wire.send("AUTH LOGIN " + base64(ALICE)).expectMatch(PASSWORD).send(base64("wrong")));
        for (String mechanism : SCRAM) {
            failures.put(mechanism, wire -> answered(wire, mechanism, client(mechanism, wire, userOf(mechanism), "wrong")));
        }
        failures.forEach((name, failure) -> {
            tests.add(test(name + ": the fifth failure is the last", over(name), wire -> {
                ehlo(wire);
                for (int i = 0; i < 4; i++) {
                    failure.accept(wire);
                    Refused.CREDENTIALS.in(wire);
                }
                failure.accept(wire);
                Refused.TOO_MANY.in(wire);
                wire.expectClosed();
            }));
            tests.add(test(name + ": what was no failure of credentials does not count", over(name), wire -> {
                ehlo(wire);
                for (int i = 0; i < 4; i++) {
                    Refused.UNDECODABLE.in(wire.send("AUTH " + name + " !!!!"));
                    Refused.CANCELLED.in(wire.send("AUTH " + name).expect("334").send("*"));
                    failure.accept(wire);
                    Refused.CREDENTIALS.in(wire);
                }
                isSound(wire);
            }));
        });
        return tests;
    }

    private static DynamicTest accepted(String name, Over over, Consumer<WireScript> dialogue) {
        return test(name, over, wire -> {
            dialogue.accept(ehlo(wire));
            deliver(wire.expectLine("235 2.7.0 "));
        });
    }

    /** What the dialogue ends with is refused, and the session is sound. */
    private static DynamicTest refused(String name, Over over, Refused refused, Consumer<WireScript> dialogue) {
        return test(name, over, wire -> {
            dialogue.accept(ehlo(wire));
            refused.in(wire);
            isSound(wire);
        });
    }

    private static DynamicTest test(String name, Over over, Consumer<WireScript> dialogue) {
        return DynamicTest.dynamicTest(name + " (" + over.words + ")", () -> {
            try (WireScript wire = over.connect()) {
                dialogue.accept(wire);
            }
        });
    }

    private static WireScript ehlo(WireScript wire) {
        return wire.send("EHLO client.example").expect("250");
    }

    /** Nobody is logged in, and nothing is left of what was refused. */
    private static void isSound(WireScript wire) {
        deliver(wire.send("AUTH PLAIN " + plain(ALICE, "secret")).expectLine("235 2.7.0 "));
    }

    private static void deliver(WireScript wire) {
        wire.send("MAIL FROM:<alice@localhost>").expect("250")
            .send("RCPT TO:<bob@localhost>").expect("250")
            .send("DATA").expect("354")
            .message("Subject: all is well", "", "body").expect("250 2.6.0");
    }

    private static ScramClient client(String mechanism, WireScript wire) {
        return client(mechanism, wire, userOf(mechanism), "secret");
    }

    private static ScramClient client(String mechanism, WireScript wire, String user, String password) {
        ScramClient client = ScramClient.of(mechanism, user, password);
        return mechanism.endsWith("-PLUS") ? client.boundTo(wire.tlsServerEndPoint()) : client;
    }

    private static void answered(WireScript wire, String mechanism, ScramClient client) {
        wire.send("AUTH " + mechanism + " " + base64(client.first())).expectLine("334 ");
        wire.send(base64(client.last(wire.reply())));
    }

    /** From the challenge to the server's proof. */
    private static WireScript proven(WireScript wire, ScramClient client) {
        wire.expectLine("334 ");
        return wire.send(base64(client.last(wire.reply()))).expectLine("334 " + base64(client.serverProof()));
    }

    private static Over over(String mechanism) {
        return mechanism.contains("-PLUS") ? Over.TLS : Over.CLEAR;
    }

    /** Each character is an octet, so that there can be some that are no text. */
    private static String octets(String message) {
        return Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String initial(String message) {
        return message.isEmpty() ? "=" : octets(message);
    }

    private static String printable(String message) {
        return "\"" + message.replace("\0", "<NUL>").replaceAll("[\u0080-\u00ff]", "<no UTF-8>") + "\"";
    }

    /** How the session begins. */
    private enum Over {
        CLEAR("in clear text"), SUBMISSION("before STARTTLS"), STARTTLS("after STARTTLS"), TLS("over TLS");

        private final String words;

        Over(String words) {
            this.words = words;
        }

        private WireScript connect() {
            switch (this) {
                case TLS:
                    return tlsWire(server.smtps()).expect("220");
                case SUBMISSION:
                    return wire(server.submission()).expect("220");
                case STARTTLS:
                    return ehlo(wire(server.submission()).expect("220")).startTls();
                default:
                    return wire(server.smtp()).expect("220");
            }
        }
    }

    /** What can be wrong, in the words of the reply. */
    private enum Refused {
        UNDECODABLE("501 5.5.2", "AUTH refused: the response is not base64", "AUTH-ENCODING"),
        MALFORMED("501 5.5.2", "AUTH refused: the response is not valid for the mechanism", "AUTH-ENCODING"),
        TOO_LONG("500 5.5.6", "AUTH refused: the response is too long", "AUTH-TOO-LONG"),
        CANCELLED("501 5.7.0", "AUTH refused: you cancelled it", "AUTH-CANCELLED"),
        CREDENTIALS("535 5.7.8", "AUTH refused: the user name or the password is wrong", "AUTH-CREDENTIALS"),
        IDENTITY("535 5.7.8", "AUTH refused: the user may not act as the requested authorization identity", "AUTH-IDENTITY"),
        MECHANISM("504 5.5.4", "AUTH refused: this port does not offer that mechanism", "AUTH-MECHANISM"),
        ARGUMENT("501 5.5.4", "AUTH refused: it requires a mechanism as its argument", "SYN-ARGUMENT"),
        UNAVAILABLE("454 4.7.0", "AUTH refused: the credentials could not be checked at the moment; they may be correct",
            "AUTH-UNAVAILABLE"),
        TLS_REQUIRED("538 5.7.11", "AUTH refused: this port accepts passwords only under TLS", "AUTH-TLS-REQUIRED"),
        NEVER_GREETED("503 5.5.1", "AUTH refused: EHLO has to come first", "SEQ-EHLO-MISSING"),
        GREETED_BY_HELO("503 5.5.1", "AUTH refused: it is an extension; the session was greeted with HELO, not EHLO", "SEQ-EHLO-NOT-HELO"),
        GREETING_VOIDED("503 5.5.1", "AUTH refused: STARTTLS voided the greeting; send EHLO again", "SEQ-EHLO-AFTER-TLS"),
        IN_TRANSACTION("503 5.5.1", "AUTH refused: a mail transaction is open", "SEQ-AUTH-IN-TRANSACTION"),
        REPEATED("503 5.5.1", "AUTH refused: the session is already authenticated", "SEQ-AUTH-REPEATED"),
        BARE_LF("500 5.5.2", "AUTH refused: the line ends in LF alone; every line has to end in CRLF", "SEQ-BARE-LF"),
        PIPELINED("503 5.5.1", "NOOP refused: it was sent before the previous command was answered", "SEQ-PIPELINING"),
        MAIL_PIPELINED("503 5.5.1", "MAIL refused: it was sent before the previous command was answered", "SEQ-PIPELINING"),
        NO_COMMAND_PIPELINED("503 5.5.1", "Command refused: it was sent before the previous command was answered",
            "SEQ-PIPELINING"),
        TOO_MANY("421 4.7.0", "AUTH refused: too many failed AUTHs in this session; the connection is closed", "LIMIT-AUTH");

        private final String status;
        private final String cause;
        private final String id;

        Refused(String status, String cause, String id) {
            this.status = status;
            this.cause = cause;
            this.id = id;
        }

        /** The next reply says so, on each line with both codes, and knows of a login where there is one and nowhere else. */
        private void in(WireScript wire) {
            String continued = status.replace(' ', '-') + " ";
            boolean loggedIn = this == REPEATED || this == MAIL_PIPELINED;
            wire.expect(status).expectReply(Refusal::keepsToTheProtocol).expectReply(reply -> {
                List<String> lines = reply.lines();
                assertThat(lines.get(0)).isEqualTo(continued + cause + " [" + id + "]");
                assertThat(lines.subList(0, lines.size() - 1)).allMatch(line -> line.startsWith(continued));
                assertThat(lines.get(lines.size() - 1)).startsWith(status + " Help: HELP " + id + " (session ");
                assertThat(lines).filteredOn(line -> line.startsWith(continued + "State: ")).singleElement()
                    .matches(line -> line.contains("authenticated") == loggedIn);
            });
        }
    }

    /** The last message of one mechanism. */
    private static final class Last {
        private final String mechanism;
        private final List<DynamicTest> tests;

        private Last(String mechanism, List<DynamicTest> tests) {
            this.mechanism = mechanism;
            this.tests = tests;
        }

        /** @param proven is made of the message before the proof of it, {@code sent} behind that. */
        private void refused(String name, Refused refused, UnaryOperator<String> proven, UnaryOperator<String> sent) {
            tests.add(AuthDialoguesIT.refused(mechanism + " " + name, over(mechanism), refused, wire -> {
                ScramClient client = client(mechanism, wire);
                wire.send("AUTH " + mechanism + " " + base64(client.first())).expectLine("334 ");
                wire.send(octets(sent.apply(client.last(wire.reply(), proven))));
            }));
        }
    }
}
