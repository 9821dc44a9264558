package org.smtpguard.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

class ApartnessTest {
    /** They see what a client and an administrator see: the wire, the configuration, the log. */
    @Test
    void integrationTestsKnowNothingOfTheInside() {
        noClasses().that(resideInAPackage("org.smtpguard.it.."))
            .should().dependOnClassesThat(resideInAPackage("org.smtpguard..").and(resideOutsideOfPackage("org.smtpguard.it..")))
            .check(new ClassFileImporter().importPackages("org.smtpguard.it"));
    }
}
