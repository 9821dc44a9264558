package org.smtpguard.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Contenders that are put under the same loads, in turn, and what they must show. */
final class Scenario {
    private final String id;
    private final String title;
    private final String text;
    private final List<Contender> contenders = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private Optional<Load> warmUp = Optional.empty();

    /** @param text what is done to whom, for the page */
    Scenario(String id, String title, String text) {
        this.id = id;
        this.title = title;
        this.text = text;
    }

    /** The first is what the others are compared with. */
    Scenario among(Contender... some) {
        Collections.addAll(contenders, some);
        return this;
    }

    Scenario under(Load... some) {
        Collections.addAll(loads, some);
        return this;
    }

    /** In place of the first load: what makes a server warm where the loads cannot. */
    Scenario warmedBy(Load load) {
        warmUp = Optional.of(load);
        return this;
    }

    Scenario mustShow(Target... some) {
        Collections.addAll(targets, some);
        return this;
    }

    /** The same without contenders with {@link Contender#ANOTHER_BUILD}: what they gave is printed, but is not for the page. */
    Scenario published() {
        Scenario published = new Scenario(id, title, text);
        contenders.stream().filter(contender -> !contender.name().endsWith(Contender.ANOTHER_BUILD)).forEach(published.contenders::add);
        published.loads.addAll(loads);
        published.targets.addAll(targets);
        return published;
    }

    String id() {
        return id;
    }

    String title() {
        return title;
    }

    String text() {
        return text;
    }

    List<Contender> contenders() {
        return Collections.unmodifiableList(contenders);
    }

    List<Server> servers() {
        return contenders.stream().map(Contender::server).distinct().collect(Collectors.toList());
    }

    List<Load> loads() {
        return Collections.unmodifiableList(loads);
    }

    Load warmUp() {
        return warmUp.orElseGet(() -> loads.get(0));
    }

    List<Target> targets() {
        return Collections.unmodifiableList(targets);
    }
}
