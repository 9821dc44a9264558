package org.smtpguard.james.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.smtpguard.james.check.Finding.Place;
import org.smtpguard.james.check.Finding.Severity;

/** Collects findings: the same fact at several places is one finding. Not thread-safe. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();

    /** About a file that has no ports. */
    void add(Severity severity, String file, Optional<Integer> line, String element, String sentence) {
        add(new Finding(severity, file, List.of(new Place(Optional.empty(), line)), element, sentence));
    }

    void add(Finding finding) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).isSameAs(finding)) {
                all.set(i, all.get(i).alsoAt(finding.places()));
                return;
            }
        }
        all.add(finding);
    }

    List<Finding> list() {
        return List.copyOf(all);
    }
}
