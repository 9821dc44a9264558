package org.smtpguard;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.Arrays;
import java.util.stream.Stream;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.james.protocols.api.ProtocolTransport;

/** Who may know whom; the picture to it is in the architecture's document. */
@AnalyzeClasses(packages = "org.smtpguard", importOptions = ArchitectureTest.NotWhereTestsAre.class)
class ArchitectureTest {
    @ArchTest
    final ArchRule protocol = knowsOnly("protocol");
    @ArchTest
    final ArchRule sequence = knowsOnly("sequence", "protocol");
    @ArchTest
    final ArchRule diagnosis = knowsOnly("diagnosis", "sequence", "protocol");
    @ArchTest
    final ArchRule transcript = knowsOnly("transcript", "protocol");
    @ArchTest
    final ArchRule credential = knowsOnly("credential");
    @ArchTest
    final ArchRule bruteForce = knowsOnly("bruteforce", "credential");
    @ArchTest
    final ArchRule password = knowsOnly("password");
    @ArchTest
    final ArchRule sasl = knowsOnly("sasl", "credential");
    @ArchTest
    final ArchRule resilience = knowsOnly("resilience", "credential");
    @ArchTest
    final ArchRule backend = knowsOnly("backend", "credential", "password", "bruteforce");
    /** A backend knows what backends share, and no other backend. */
    @ArchTest
    final ArchRule backendSupport = knowsOnly("backend.support", "credential", "password");
    @ArchTest
    final ArchRule fileBackend = isBackend("file");
    @ArchTest
    final ArchRule jdbcBackend = isBackend("jdbc");
    @ArchTest
    final ArchRule ldapBackend = isBackend("ldap");
    @ArchTest
    final ArchRule httpBackend = isBackend("http");
    @ArchTest
    final ArchRule dovecotBackend = isBackend("dovecot");
    @ArchTest
    final ArchRule imapBackend = isBackend("imap");
    @ArchTest
    final ArchRule jamesBackend = isBackend("james");
    /** It knows networks, too, and reaches a database as that backend does. */
    @ArchTest
    final ArchRule appPasswordBackend = knowsOnly("backend.apppassword",
        "backend.jdbc", "backend.support", "credential", "password", "bruteforce");
    @ArchTest
    final ArchRule page = knowsOnly("page", "diagnosis", "sequence", "protocol", "transcript", "resilience", "bruteforce", "credential");
    @ArchTest
    final ArchRule cli = knowsOnly("cli", "james", "backend", "credential", "password");

    @ArchTest
    final ArchRule jamesConfig = isJamesRoom("config");
    @ArchTest
    final ArchRule jamesChannel = isJamesRoom("channel");
    @ArchTest
    final ArchRule james381 = isJamesRoom("v381", "channel");
    @ArchTest
    final ArchRule jamesEvent = isJamesRoom("event", "channel");
    @ArchTest
    final ArchRule jamesStart = isJamesRoom("start", "config", "event");
    @ArchTest
    final ArchRule jamesBackends = isJamesRoom("backends", "config", "event");
    @ArchTest
    final ArchRule jamesGuard = isJamesRoom("guard", "config", "channel", "event");
    @ArchTest
    final ArchRule jamesAuth = isJamesRoom("auth", "config", "channel", "event", "guard", "backends");
    @ArchTest
    final ArchRule jamesWebAdmin = isJamesRoom("webadmin", "event", "guard", "auth", "backends");
    @ArchTest
    final ArchRule jamesCheck = isJamesRoom("check", "config", "event", "auth", "backends");

    @ArchTest
    final ArchRule onlyTheAdaptersSeeTheServer = noClasses().that().resideOutsideOfPackage("org.smtpguard.james..")
        .should().dependOnClassesThat().resideInAnyPackage("org.apache.james..", "com.google.inject..");

    /** Backends for sockets that need no blocking thread; the JDK has none for Unix sockets before version 16. */
    @ArchTest
    final ArchRule onlyTheChannelAndTheBackendsSeeNetty = noClasses()
        .that().resideOutsideOfPackages("org.smtpguard.james.channel..", "org.smtpguard.james.v381..", "org.smtpguard.backend..")
        .should().dependOnClassesThat().resideInAnyPackage("io.netty..", "org.apache.james.protocols.netty..");

    @ArchTest
    final ArchRule onlyTheSharedLogSeesLettuce = noClasses().that().resideOutsideOfPackage("org.smtpguard.bruteforce.redis..")
        .should().dependOnClassesThat().resideInAPackage("io.lettuce..");

    @ArchTest
    final ArchRule onlyTheChannelWritesToTheTransport = noClasses()
        .that().resideOutsideOfPackages("org.smtpguard.james.channel..", "org.smtpguard.james.v381..")
        .should().dependOnClassesThat(type(ProtocolTransport.class));

    @ArchTest
    final ArchRule nobodySeesWhatNewerServersRename = noClasses()
        .should().dependOnClassesThat().resideInAnyPackage("javax.inject..", "jakarta.inject..", "javax.mail..", "jakarta.mail..");

    @ArchTest
    final ArchRule noCycles = slices().matching("org.smtpguard.(*)..").should().beFreeOfCycles();
    @ArchTest
    final ArchRule noCyclesOfRooms = slices().matching("org.smtpguard.*.(*)..").should().beFreeOfCycles();

    /** What is shared is an object that Guice or a constructor hands over. */
    @ArchTest
    final ArchRule noStaticState = fields().that().areStatic().and().areNotFinal().should().notBeStatic().allowEmptyShould(true);

    private static ArchRule knowsOnly(String name, String... others) {
        String[] known = Stream.concat(Stream.of(name), Arrays.stream(others))
            .map(ArchitectureTest::in)
            .toArray(String[]::new);
        return noClasses().that().resideInAPackage(in(name))
            .should().dependOnClassesThat(resideInAPackage("org.smtpguard..").and(resideOutsideOfPackages(known)));
    }

    /** A room of the adapters knows the named rooms and not what operators name, which stands above all of them. */
    private static ArchRule isJamesRoom(String room, String... others) {
        String[] known = Stream.concat(Stream.of(room), Arrays.stream(others))
            .map(name -> in("james." + name))
            .toArray(String[]::new);
        return noClasses().that().resideInAPackage(in("james." + room))
            .should().dependOnClassesThat(resideInAPackage("org.smtpguard.james..").and(resideOutsideOfPackages(known)));
    }

    private static ArchRule isBackend(String kind) {
        return knowsOnly("backend." + kind, "backend.support", "credential", "password");
    }

    private static String in(String name) {
        return "org.smtpguard." + name + "..";
    }

    /** Wherever the build puts them: ArchUnit's own option knows the directories of Maven and Gradle alone. */
    static final class NotWhereTestsAre implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains(ArchitectureTest.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        }
    }
}
