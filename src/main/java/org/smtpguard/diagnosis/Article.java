package org.smtpguard.diagnosis;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What people want to know of a diagnosis: in short for HELP, and the rest for the documentation. */
public final class Article {
    private final String meaning;
    private final String when;
    private final String fix;
    private final String reference;
    private final Optional<Requirement> requirement;
    private final List<Offender> offenders;

    Article(String meaning, String when, String fix, String reference) {
        this(meaning, when, fix, reference, Optional.empty(), List.of());
    }

    private Article(String meaning, String when, String fix, String reference, Optional<Requirement> requirement,
                    List<Offender> offenders) {
        this.meaning = meaning;
        this.when = when;
        this.fix = fix;
        this.reference = reference;
        this.requirement = requirement;
        this.offenders = offenders;
    }

    /** The same article with the sentence that the rule stands on. */
    Article per(String section, Requirement.Level level, String sentence) {
        return new Article(meaning, when, fix, reference, Optional.of(new Requirement(section, level, sentence)), offenders);
    }

    /** The same article with one more client that is publicly known to get this wrong, or to have got it wrong. */
    Article brokenBy(String client, String url) {
        return new Article(meaning, when, fix, reference, requirement,
            Stream.concat(offenders.stream(), Stream.of(new Offender(client, url))).collect(Collectors.toUnmodifiableList()));
    }

    /** What it means. */
    public String meaning() {
        return meaning;
    }

    /** When one sees it. */
    public String when() {
        return when;
    }

    /** How to mend it. */
    public String fix() {
        return fix;
    }

    /** The RFC and section behind it. */
    public String reference() {
        return reference;
    }

    /** The sentence that the rule stands on, if there is one. */
    public Optional<Requirement> requirement() {
        return requirement;
    }

    /** Clients that are publicly known to get this wrong, or to have got it wrong. */
    public List<Offender> offenders() {
        return offenders;
    }

    /** A client that gets something wrong, and where one can read it. */
    public static final class Offender {
        private final String client;
        private final String url;

        private Offender(String client, String url) {
            this.client = client;
            this.url = url;
        }

        public String client() {
            return client;
        }

        public String url() {
            return url;
        }
    }
}
