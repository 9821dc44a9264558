package org.smtpguard.linkage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.smtpguard.it.server.JamesHome;

/**
 * Whether the project links with the James under test, which may be another than it is compiled against
 * ({@code -Dsmtpguard.james.home}). With {@code -Dsmtpguard.update=true} the table of {@code james-internals.md} is made to say so.
 */
class JamesLinkageIT {
    /** Of what James ships and the jar does not. */
    private static final List<String> SHIPPED = List.of("org/apache/commons/", "com/google/", "com/fasterxml/jackson/", "io/netty/",
        "spark/", "org/slf4j/", "com/unboundid/", "org/bouncycastle/", "reactor/", "org/reactivestreams/", "com/codahale/",
        "ch/qos/logback/");

    private final JamesHome home = JamesHome.current();
    private final List<ClassFile> ours = ClassFiles.ofTheProject();

    @Test
    void eachMemberOfJamesLinksWhereTheTableSaysSo() throws IOException {
        Set<MemberReference> used = ClassFiles.references(ours, JamesInternalsPage.JAMES);
        ClassFiles james = ClassFiles.of(home.jars());
        Set<MemberReference> present = used.stream().filter(james::links).collect(Collectors.toSet());
        if (JamesInternalsPage.isToBeWritten()) {
            JamesInternalsPage.read().with(used, home.release(), present).write();
        }
        JamesInternalsPage page = JamesInternalsPage.read();

        assertThat(used).allSatisfy(member ->
            assertThat(page.says(member, home.release())).as("%s is in %s", member, home.release()).isEqualTo(present.contains(member)));
    }

    /** Of optional classes a library may be without. */
    @Test
    void eachMemberOfALibraryThatJamesShipsLinks() throws IOException {
        ClassFiles james = ClassFiles.of(home.jars());

        assertThat(ClassFiles.references(ours, SHIPPED).stream().filter(member -> !james.links(member)).map(MemberReference::toString)
            .collect(Collectors.toList())).isEmpty();
    }

    @Test
    void noInterfaceOfJamesHasAMethodThatIsNotImplemented() throws IOException {
        ClassFiles james = ClassFiles.of(home.jars());
        ClassFiles own = ClassFiles.ofTheTests();

        assertThat(ours).filteredOn(type -> !type.isAbstract())
            .flatMap(type -> james.unimplemented(type, own, JamesInternalsPage.JAMES)).isEmpty();
    }
}
