package org.smtpguard.linkage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

/**
 * Holds what the class files of the project refer to in James to the table of {@code docs/development/james-internals.md}.
 * {@code mvn test -Dtest=JamesInternalsTest -Dsmtpguard.update=true} adds and removes rows; what other versions have of them a run of
 * {@code JamesLinkageIT} with such a James adds.
 */
class JamesInternalsTest {
    /** What the project is compiled against. */
    private static final String COMPILED = "3.8";

    private final Set<MemberReference> used = ClassFiles.references(ClassFiles.ofTheProject(), JamesInternalsPage.JAMES);

    @Test
    void theTableHasEveryMemberOfJamesThatIsUsedAndNoOther() throws IOException {
        if (JamesInternalsPage.isToBeWritten()) {
            JamesInternalsPage.read().with(used, COMPILED, used).write();
        }
        assertThat(JamesInternalsPage.read().members())
            .as("docs/development/james-internals.md; write it with -Dtest=JamesInternalsTest -Dsmtpguard.update=true")
            .containsExactlyElementsOf(JamesInternalsPage.keys(used));
    }

    @Test
    void whatSomeVersionLacksIsExplained() throws IOException {
        assertThat(JamesInternalsPage.read().unexplained(List.of(COMPILED, "3.9", "3.10"))).isEmpty();
    }

    /** Otherwise the reader of class files would find nothing and the table could be empty. */
    @Test
    void whatIsUsedLinksWithTheJamesOfTheBuild() {
        ClassFiles james = ClassFiles.ofTheTests();
        assertThat(used).hasSizeGreaterThan(100).allSatisfy(member -> assertThat(james.links(member)).as("%s", member).isTrue());
        assertThat(james.links(new MemberReference("org/apache/james/protocols/smtp/SMTPSession", "supportsOAuth", "()I"))).isFalse();
        assertThat(used).noneSatisfy(member -> assertThat(member.signature()).startsWith("supportsOAuth"));
    }

    @Test
    void everyAbstractMethodIsImplemented() {
        ClassFiles all = ClassFiles.ofTheTests();
        assertThat(ClassFiles.ofTheProject()).filteredOn(type -> !type.isAbstract())
            .flatMap(type -> all.unimplemented(type, all, JamesInternalsPage.JAMES)).isEmpty();
    }
}
