package org.smtpguard.linkage;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A field or method of a class, as a class file refers to it; without a name, the class itself. */
public final class MemberReference implements Comparable<MemberReference> {
    private static final Pattern TYPE = Pattern.compile("(\\[*)(?:L([^;]+);|([BCDFIJSZV]))");
    private static final String PRIMITIVES = "BCDFIJSZV";
    private static final List<String> PRIMITIVE_NAMES =
        List.of("byte", "char", "double", "float", "int", "long", "short", "boolean", "void");

    private final String owner;
    private final String name;
    private final String descriptor;

    MemberReference(String owner, String name, String descriptor) {
        this.owner = owner;
        this.name = name;
        this.descriptor = descriptor;
    }

    static MemberReference toClass(String owner) {
        return new MemberReference(owner, "", "");
    }

    String owner() {
        return owner;
    }

    boolean isClass() {
        return name.isEmpty();
    }

    /** The name, followed by the descriptor. */
    String signature() {
        return name + descriptor;
    }

    /** The class, without {@code org.apache.james.}. */
    String type() {
        return owner.replace('/', '.').replace('$', '.').replaceFirst("^org[.]apache[.]james[.]", "");
    }

    /** As in source: {@code name(Type, Type): Type}, types without packages. */
    String member() {
        if (isClass()) {
            return "(the type)";
        }
        if (!descriptor.startsWith("(")) {
            return name + ": " + types(descriptor).get(0);
        }
        int end = descriptor.indexOf(')');
        String call = (name.equals("<init>") ? "new" : name) + "(" + String.join(", ", types(descriptor.substring(1, end))) + ")";
        return name.equals("<init>") ? call : call + ": " + types(descriptor.substring(end + 1)).get(0);
    }

    private static List<String> types(String descriptors) {
        List<String> types = new ArrayList<>();
        for (Matcher type = TYPE.matcher(descriptors); type.find(); ) {
            String simple = type.group(2) == null ? PRIMITIVE_NAMES.get(PRIMITIVES.indexOf(type.group(3)))
                : type.group(2).replaceFirst("^.*[/$]", "");
            types.add(simple + "[]".repeat(type.group(1).length()));
        }
        return types;
    }

    @Override
    public int compareTo(MemberReference other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemberReference && toString().equals(other.toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }

    @Override
    public String toString() {
        return owner + " " + name + descriptor;
    }
}
