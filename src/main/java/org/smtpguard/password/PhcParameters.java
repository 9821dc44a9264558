package org.smtpguard.password;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters of a PHC string, {@code m=19456,t=2,p=1}: numbers, each of them once, in any order, since not every tool keeps to
 * the order of the specification. Immutable.
 */
final class PhcParameters {
    private final String hash;
    private final List<String> names;
    private final Set<String> optional;

    /**
     * @param hash what has these parameters, with its article, for messages
     * @param names those that have to be there
     */
    PhcParameters(String hash, String... names) {
        this(hash, List.of(names), Set.of());
    }

    private PhcParameters(String hash, List<String> names, Set<String> optional) {
        this.hash = hash;
        this.names = names;
        this.optional = optional;
    }

    /** The same, with one that may be missing. */
    PhcParameters withOptional(String name) {
        return new PhcParameters(hash, names, Set.of(name));
    }

    /** @throws MalformedHashException naming the parameter that is missing, there twice, unknown or no number */
    Map<String, Long> read(String field) {
        Map<String, Long> values = new HashMap<>();
        for (String parameter : field.split(",", -1)) {
            String name = parameter.substring(0, Math.max(0, parameter.indexOf('=')));
            if (!names.contains(name) && !optional.contains(name)) {
                // Of the names that are not taken only those that the specification has are repeated: any other text may be a secret.
                throw new MalformedHashException(known() + ", and this one has " + (Arrays.asList("keyid", "data").contains(name)
                    ? name + ", which is not taken here" : "something else there"));
            }
            if (values.put(name, Decode.number(known() + ", and " + name, parameter.substring(name.length() + 1))) != null) {
                throw new MalformedHashException(known() + ", and this one has " + name + " twice");
            }
        }
        List<String> missing = names.stream().filter(name -> !values.containsKey(name)).collect(Collectors.toList());
        if (!missing.isEmpty()) {
            throw new MalformedHashException(known() + ", and this one is without " + String.join(" and ", missing));
        }
        return values;
    }

    private String known() {
        return "the parameters of " + hash + " are " + names.stream().map(name -> name + "=…").collect(Collectors.joining(","));
    }
}
