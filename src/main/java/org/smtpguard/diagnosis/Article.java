package org.smtpguard.diagnosis;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The explanation of a diagnosis, reply code or command, for HELP, WebAdmin and the documentation. Immutable. */
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

    /** The same article with the sentence of the RFC that the rule is based on. */
    Article per(String section, Requirement.Level level, String sentence) {
        return new Article(meaning, when, fix, reference, Optional.of(new Requirement(section, level, sentence)), offenders);
    }

    /** The same article with another client that is publicly known to break the rule, or to have broken it. */
    Article brokenBy(String client, String url) {
        return new Article(meaning, when, fix, reference, requirement,
            Stream.concat(offenders.stream(), Stream.of(new Offender(client, url))).collect(Collectors.toUnmodifiableList()));
    }

    /** The meaning. */
    public String meaning() {
        return meaning;
    }

    /** When it occurs. */
    public String when() {
        return when;
    }

    /** How to fix it. */
    public String fix() {
        return fix;
    }

    /** The RFC and section. */
    public String reference() {
        return reference;
    }

    /** The sentence of the RFC that the rule is based on, if there is one. */
    public Optional<Requirement> requirement() {
        return requirement;
    }

    /** Clients that are publicly known to break the rule, or to have broken it. */
    public List<Offender> offenders() {
        return offenders;
    }

    /** A client that breaks a rule, and the public report. */
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
