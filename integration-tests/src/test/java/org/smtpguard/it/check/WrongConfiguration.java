package org.smtpguard.it.check;

import java.util.function.UnaryOperator;

import org.smtpguard.it.server.Endpoint;
import org.smtpguard.it.server.JamesServer;

/** Configurations with one mistake each, with which James does not start: the mistake, the element and the words of {@code check}. */
enum WrongConfiguration {
    MODE(smtp("<mode>enforce</mode>", "<mode>strict</mode>"), "SequenceGuard", "has \"strict\"; it can be enforce, observe or off"),
    MODE_TWICE(smtp("<mode>enforce</mode>", "<mode>enforce</mode><mode>off</mode>"), "SequenceGuard", "has <mode> 2 times; keep one"),
    UNKNOWN_ELEMENT(smtp("<mode>enforce</mode>", "<modus>enforce</modus>"), "SequenceGuard", "has an unknown element <modus>"),
    UNKNOWN_ATTRIBUTE(smtp("<limits errors", "<limits error"), "SequenceGuard", "has an unknown attribute error"),
    UNKNOWN_RULE(smtp("<mode>enforce</mode>", "<rule id=\"SEQ-NO\" mode=\"off\"/>"), "SequenceGuard", "which is not a rule"),
    LIMIT(smtp("errors=\"20\"", "errors=\"-1\""), "SequenceGuard", "it must be a whole number from 0 to 1000000"),
    STYLE(smtp("style=\"full\"", "style=\"long\""), "SequenceGuard", "it can be full or brief"),
    GREETING_OF_JAMES(smtp(" coreHandlersPackage=\"org.smtpguard.james.GuardHandlers\"", ""), "SequenceGuard",
        "needs <handlerchain coreHandlersPackage="),
    TRANSCRIPTS_DIFFER(smtp("<mode>enforce</mode>", "<transcripts bytes=\"2097152\"/>"), "SequenceGuard", "all ports share one store"),
    GUARD_NOT_FIRST(smtp("<handler class=\"org.smtpguard.james.SequenceGuard\">",
        "<handler class=\"org.apache.james.protocols.api.handler.CommandDispatcher\"/>"
            + "<handler class=\"org.smtpguard.james.SequenceGuard\">"),
        "SequenceGuard", "comes after another line handler"),
    GUARD_TWICE(smtp("<handler class=\"org.smtpguard.james.Authentication\">",
        "<handler class=\"org.smtpguard.james.SequenceGuard\"/><handler class=\"org.smtpguard.james.Authentication\">"),
        "SequenceGuard", "is configured twice; remove one"),
    AUTHENTICATION_TWICE(smtp("</handlerchain>", "<handler class=\"org.smtpguard.james.Authentication\"><backend class=\"FileBackend\""
        + " name=\"apps\"><file>file://conf/smtp-users</file></backend></handler></handlerchain>"), "Authentication",
        "is configured twice; remove one"),
    NO_BACKEND(smtp("(?s)<backend .*?</backend>", ""), "Authentication", "needs at least one <backend"),
    MECHANISM(smtp("<mechanisms>", "<mechanisms>CRAM-MD5 "), "Authentication", "names CRAM-MD5, which is unknown"),
    SCRAM_WITHOUT_KEYS(smtp("(?s)<mechanisms>(.*?)</mechanisms>.*?</backend>", "<mechanisms>SCRAM-SHA-256 $1</mechanisms>"
        + "<backend class=\"org.smtpguard.fixture.OpinionatedBackend\" name=\"opinions\"/>"), "Authentication", "has no keys"),
    BACKEND_CLASS(everywhere("FileBackend", "FilesBackend"), "backend apps", "names a class that is not on the class path"),
    BACKEND_NAME(smtp(" name=\"apps\"", ""), "backend without a name", "needs an attribute name"),
    BACKEND_NAMED_TWICE(smtp("file://conf/smtp-users", "file://conf/keystore"), "backend apps",
        "has the same name as another backend with other settings"),
    BACKEND_ELEMENT(everywhere("</file>", "</file><fiel/>"), "backend apps", "has an unknown element <fiel>"),
    BACKEND_TIME(everywhere("</file>", "</file><timeout>soon</timeout>"), "backend apps", "which is not a duration"),
    SECRET_PLACEHOLDER(everywhere("</file>", "</file><preferredScheme>${env:NO_SUCH_VARIABLE}</preferredScheme>"), "backend apps",
        "a variable that is not set"),
    USERS_FILE(builder -> builder.withoutConf("smtp-users"), "backend apps", "which does not exist"),
    USERS_FILE_WITHOUT_USERS(builder -> builder.withConf("smtp-users", "no user\n"), "backend apps", "line 1"),
    DELEGATE(smtp("</mechanisms>", "</mechanisms><delegate user=\"*\" as=\"bob@localhost\"/>"), "Authentication", "has user=\"*\""),
    DELEGATION(smtp("</mechanisms>", "</mechanisms><delegation>all</delegation>"), "Authentication", "it can be james or none"),
    GUESSING_MODE(smtp("</mechanisms>", "</mechanisms><bruteForce mode=\"on\"/>"), "Authentication",
        "it can be enforce, observe or off"),
    GUESSING_EXEMPT(smtp("</mechanisms>", "</mechanisms><bruteForce><exempt>10.0.0.0/99</exempt></bruteForce>"), "Authentication",
        "10.0.0.0/99"),
    GUESSING_DIFFERS(builder -> port(Endpoint.SMTPS, "</mechanisms>", guesses(5)).apply(port(Endpoint.SMTP, "</mechanisms>", guesses(6))
        .apply(builder)), "Authentication", "<bruteForce> differs from that of another port"),
    REDIS(smtp("</mechanisms>", "</mechanisms><bruteForce><store>redis</store></bruteForce>").andThen(builder ->
        builder.withoutConf("redis.properties"))::apply, "<store>", "redis.properties"),
    INSTALLATION_SECRET(builder -> builder.withConf("smtp-guard.secret", "short\n"), "the file", "smtp-guard.secret"),
    KEYSTORE(smtps("file://conf/keystore", "file://conf/keystroke"), "<keystore>", "which does not exist"),
    KEYSTORE_SECRET(smtps("<secret>.*?</secret>", "<secret>wrong-Kx94</secret>"), "<secret>", "does not open the keystore"),
    KEYSTORE_TYPE(smtps("PKCS12", "PKCS13"), "<keystore>", "cannot be read as a keystore of the type PKCS13"),
    TRUSTSTORE(smtps("</secret>", "</secret><clientAuth><truststore>file://conf/none</truststore>"
        + "<truststoreSecret>x</truststoreSecret></clientAuth>"), "<truststore>", "which does not exist"),
    TLS_TWICE(smtps("startTLS=\"false\"", "startTLS=\"true\""), "<tls>", "startTLS is only supported when using plain sockets"),
    TLS_WITHOUT_KEYS(smtps("<keystore>.*?</keystore>", ""), "<tls>", "keystore or (privateKey and certificates) needs to get configured"),
    HANDLER(smtp("fastfail.ValidRcptHandler", "fastfail.ValidRcptHandlr"), "<handler>", "which is not on the class path"),
    HANDLER_THAT_IS_NONE(smtp("org.apache.james.smtpserver.fastfail.ValidRcptHandler", "java.lang.String"), "<handler>",
        "which is not a org.apache.james.protocols.api.handler.ProtocolHandler"),
    HANDLER_WITHOUT_CLASS(smtp("<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>", "<handler/>"), "<handler>",
        "has no attribute class"),
    HANDLER_ELEMENTS(smtp("<handler class=\"org.apache.james.smtpserver.fastfail.ValidRcptHandler\"/>",
        "<handler class=\"org.apache.james.smtpserver.fastfail.DNSRBLHandler\"/>"), "<handler>", "is not accepted by James"),
    CORE_HANDLERS(port(Endpoint.SUBMISSION, "james.GuardHandlers", "james.GuardHandler"), "<handlerchain coreHandlersPackage>",
        "which is not on the class path"),
    CORE_HANDLERS_THAT_ARE_NONE(port(Endpoint.SUBMISSION, "org.smtpguard.james.GuardHandlers",
        "org.apache.james.smtpserver.fastfail.ValidRcptHandler"), "<handlerchain coreHandlersPackage>", "which is not a "),
    NO_CHAIN(smtp("(?s)<handlerchain.*</handlerchain>", ""), "<handlerchain>", "is missing"),
    BIND_WITHOUT_PORT(smtp("<bind>.*?</bind>", "<bind>127.0.0.1</bind>"), "<bind>", "has \"127.0.0.1\", which James does not accept"),
    BIND_WITH_A_NAME_FOR_THE_PORT(smtp("<bind>.*?</bind>", "<bind>127.0.0.1:smtp</bind>"), "<bind>", "which James does not accept"),
    BIND_TO_ANOTHER_MACHINE(smtp("<bind>.*?</bind>", "<bind>192.0.2.1:2525</bind>"), "<bind>", "which cannot be opened"),
    BIND_TAKEN(builder -> TakenPort.on(builder), "<bind>", "which is in use by the process "),
    BIND_TWICE(builder -> builder.editConf("smtpserver.xml", xml -> xml.replace("127.0.0.1:2525", "127.0.0.1:2587")), "<bind>",
        "which another <smtpserver> of this file has"),
    NAME_TWICE(smtp("smtpserver-plain", "smtpserver-tls"), "<jmxName>", "as that of the port 127.0.0.1:"),
    ENABLED(smtp("enabled=\"true\"", "enabled=\"maybe\""), "<smtpserver>", "it must be true or false"),
    TIMEOUT(smtp("<connectiontimeout>360", "<connectiontimeout>6m"), "<connectiontimeout>", "it must be a whole number of seconds"),
    CONNECTION_LIMIT(smtp("<connectionLimit>0", "<connectionLimit>-1"), "<connectionLimit>", "0 for no limit"),
    ANNOUNCE(smtp("<announce>always", "<announce>sometimes"), "<announce>", "it can be always, never or forUnauthorizedAddresses"),
    REQUIRE_SSL(smtp("<requireSSL>false", "<requireSSL>perhaps"), "<requireSSL>", "it must be true or false"),
    MESSAGE_SIZE(smtp("<maxmessagesize>0", "<maxmessagesize>big"), "<maxmessagesize>", "kilobytes"),
    HELLO_NAME(smtp("<helloName autodetect=\"false\">localhost</helloName>", "<helloName autodetect=\"false\"/>"), "<helloName>",
        "autodetect"),
    IDENTITY(smtp("(?s)<announce>always</announce>(.*)<verifyIdentity>false", "<announce>never</announce>$1<verifyIdentity>true"),
        "<verifyIdentity>", "AUTH is not announced on this port"),
    XML(builder -> builder.editConf("smtpserver.xml", xml -> xml.replaceFirst("</handlerchain>", "</handlerchian>")), "the file",
        "cannot be read as XML"),
    MODULE_MISSING(builder -> builder.withConf("extensions.properties", ""), "guice.extension.module",
        "does not name org.smtpguard.james.GuardModule"),
    MODULE(builder -> builder.editConf("extensions.properties", text -> text.replace("GuardModule", "GuardModule,org.example.Modul")),
        "guice.extension.module", "names org.example.Modul, which is not on the class path"),
    ROUTES(builder -> builder.editConf("webadmin.properties", text -> text.replace("GuardRoutes", "GuardRoute")), "extensions.routes",
        "names org.smtpguard.james.GuardRoute, which is not on the class path"),
    HEALTH_CHECK(builder -> builder.editConf("healthcheck.properties", text -> text.replace("GuardHealthCheck", "GuardHealth")),
        "additional.healthchecks", "names org.smtpguard.james.GuardHealth, which is not on the class path");

    private final UnaryOperator<JamesServer.Builder> mistake;
    private final String element;
    private final String words;

    WrongConfiguration(UnaryOperator<JamesServer.Builder> mistake, String element, String words) {
        this.mistake = mistake;
        this.element = element;
        this.words = words;
    }

    JamesServer.Builder builder() {
        return mistake.apply(JamesServer.guarded());
    }

    /** As {@code check} names it. */
    String element() {
        return element;
    }

    /** Part of what {@code check} says. */
    String words() {
        return words;
    }

    private static UnaryOperator<JamesServer.Builder> smtp(String before, String after) {
        return port(Endpoint.SMTP, before, after);
    }

    private static UnaryOperator<JamesServer.Builder> smtps(String before, String after) {
        return port(Endpoint.SMTPS, before, after);
    }

    private static UnaryOperator<JamesServer.Builder> port(Endpoint endpoint, String before, String after) {
        return builder -> builder.editPort(endpoint, port -> replace(port, before, after));
    }

    /** On every port, so that the ports still share the backend. */
    private static UnaryOperator<JamesServer.Builder> everywhere(String before, String after) {
        return builder -> builder.editConf("smtpserver.xml", xml -> xml.replace(before, after));
    }

    /** A text, or an expression if it has a group or a dot for anything. */
    private static String replace(String port, String before, String after) {
        String replaced = before.contains(".*") ? port.replaceFirst(before, after) : port.replace(before, after);
        if (replaced.equals(port)) {
            throw new IllegalArgumentException("There is no " + before + " in " + port);
        }
        return replaced;
    }

    private static String guesses(int failures) {
        return "</mechanisms><bruteForce><perUser failures=\"" + failures + "\"/></bruteForce>";
    }
}
