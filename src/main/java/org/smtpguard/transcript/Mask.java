package org.smtpguard.transcript;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Hides the people of one session: mailboxes, and the names that it has learnt of, wherever they are repeated. Threads: any.
 */
final class Mask {
    /** A client that greets again and again must not make this grow. */
    private static final int NAMES = 16;
    /** A shorter name is part of many words, and identifies no one. */
    private static final int MIN_LENGTH = 4;

    private final Pseudonyms pseudonyms;
    private final List<String> names = new ArrayList<>();

    Mask(Pseudonyms pseudonyms) {
        this.pseudonyms = pseudonyms;
    }

    /** Learns a name. @return its pseudonym */
    synchronized String learn(String name) {
        if (name.length() >= MIN_LENGTH && names.size() < NAMES && !names.contains(name)) {
            names.add(name);
        }
        return pseudonyms.of(name);
    }

    synchronized List<String> hide(List<? extends CharSequence> texts) {
        return texts.stream().map(text -> hide(text.toString())).collect(Collectors.toList());
    }

    /** Mailboxes first: the name of a client may be part of one. */
    private String hide(String text) {
        String hidden = pseudonyms.inPlaceOfMailboxes(text);
        for (String name : names) {
            hidden = hidden.replace(name, pseudonyms.of(name));
        }
        return hidden;
    }
}
