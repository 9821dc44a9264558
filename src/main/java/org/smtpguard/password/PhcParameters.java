package org.smtpguard.password;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters of a PHC string, such as {@code m=19456,t=2,p=1}: numbers, each exactly once, in any order, since not every tool follows
 * the order in the specification. Immutable.
 */
final class PhcParameters {
    private final String hash;
    private final List<String> names;
    private final Set<String> optional;

    /**
     * @param hash the kind of hash with its article, for messages
     * @param names the required parameters
     */
    PhcParameters(String hash, String... names) {
        this(hash, List.of(names), Set.of());
    }

    private PhcParameters(String hash, List<String> names, Set<String> optional) {
        this.hash = hash;
        this.names = names;
        this.optional = optional;
    }

    /** The same with an optional parameter. */
    PhcParameters withOptional(String name) {
        return new PhcParameters(hash, names, Set.of(name));
    }

    /** @throws MalformedHashException if a parameter is missing, duplicate, unknown or not a number; the message names it */
    Map<String, Long> read(String field) {
        Map<String, Long> values = new HashMap<>();
        for (String parameter : field.split(",", -1)) {
            String name = parameter.substring(0, Math.max(0, parameter.indexOf('=')));
            if (!names.contains(name) && !optional.contains(name)) {
                // Only names from the specification are repeated: any other text may be a secret.
                throw new MalformedHashException(known() + ", but this one has " + (Arrays.asList("keyid", "data").contains(name)
                    ? name + ", which is not supported" : "something else"));
            }
            if (values.put(name, Decode.number(known() + ", and " + name, parameter.substring(name.length() + 1))) != null) {
                throw new MalformedHashException(known() + ", but this one has " + name + " twice");
            }
        }
        List<String> missing = names.stream().filter(name -> !values.containsKey(name)).collect(Collectors.toList());
        if (!missing.isEmpty()) {
            throw new MalformedHashException(known() + ", but this one lacks " + String.join(" and ", missing));
        }
        return values;
    }

    private String known() {
        return "the parameters of " + hash + " are " + names.stream().map(name -> name + "=…").collect(Collectors.joining(","));
    }
}
