package org.smtpguard.linkage;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a class file refers to and declares (JVMS §4). Names have slashes, as in the file. */
public final class ClassFile {
    private static final int MAGIC_AND_VERSION = 8;
    private static final int STATIC = 0x0008;
    private static final int ABSTRACT = 0x0400;
    private static final int INTERFACE = 0x0200;

    private final Object[] constants;
    private final int access;
    private final String name;
    private final Optional<String> superclass;
    private final List<String> interfaces = new ArrayList<>();
    private final Set<Declared> declared = new TreeSet<>();
    private final Set<MemberReference> references = new TreeSet<>();
    private final Set<String> classes = new TreeSet<>();

    private ClassFile(DataInputStream in) throws IOException {
        in.skipBytes(MAGIC_AND_VERSION);
        constants = new Object[in.readUnsignedShort()];
        for (int i = 1; i < constants.length; i++) {
            i += readConstant(in, i);
        }
        access = in.readUnsignedShort();
        name = className(in.readUnsignedShort());
        int parent = in.readUnsignedShort();
        superclass = parent == 0 ? Optional.empty() : Optional.of(className(parent));
        for (int count = in.readUnsignedShort(); count > 0; count--) {
            interfaces.add(className(in.readUnsignedShort()));
        }
        readMembers(in);
        readMembers(in);
        for (Object constant : constants) {
            if (constant instanceof int[] && ((int[]) constant).length == 2) {
                int[] reference = (int[]) constant;
                int[] nameAndType = (int[]) constants[reference[1]];
                references.add(new MemberReference(className(reference[0]), text(nameAndType[1]), text(nameAndType[2])));
            } else if (constant instanceof int[] && ((int[]) constant).length == 1) {
                String type = text(((int[]) constant)[0]).replaceFirst("^\\[+L?", "").replace(";", "");
                classes.add(type);
            }
        }
    }

    static ClassFile parse(byte[] octets) {
        try {
            return new ClassFile(new DataInputStream(new ByteArrayInputStream(octets)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Keeps a class as its index, a member's reference as two, and a name with its type as three numbers of which the first means
     * nothing.
     *
     * @return how many further places the constant takes
     */
    private int readConstant(DataInputStream in, int index) throws IOException {
        int tag = in.readUnsignedByte();
        switch (tag) {
            case 1:
                constants[index] = in.readUTF();
                return 0;
            case 5:
            case 6:
                in.skipBytes(8);
                return 1;
            case 7:
                constants[index] = new int[] {in.readUnsignedShort()};
                return 0;
            case 9:
            case 10:
            case 11:
                constants[index] = new int[] {in.readUnsignedShort(), in.readUnsignedShort()};
                return 0;
            case 12:
                constants[index] = new int[] {0, in.readUnsignedShort(), in.readUnsignedShort()};
                return 0;
            case 15:
                in.skipBytes(3);
                return 0;
            case 8:
            case 16:
            case 19:
            case 20:
                in.skipBytes(2);
                return 0;
            default:
                in.skipBytes(4);
                return 0;
        }
    }

    private void readMembers(DataInputStream in) throws IOException {
        for (int count = in.readUnsignedShort(); count > 0; count--) {
            int flags = in.readUnsignedShort();
            declared.add(new Declared(text(in.readUnsignedShort()), text(in.readUnsignedShort()), (flags & ABSTRACT) != 0,
                (flags & STATIC) != 0));
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                in.skipBytes(2);
                in.skipBytes(in.readInt());
            }
        }
    }

    private String text(int index) {
        return (String) constants[index];
    }

    private String className(int index) {
        return text(((int[]) constants[index])[0]);
    }

    String name() {
        return name;
    }

    boolean isAbstract() {
        return (access & (ABSTRACT | INTERFACE)) != 0;
    }

    boolean isInterface() {
        return (access & INTERFACE) != 0;
    }

    /** The superclass, then the interfaces. */
    List<String> supertypes() {
        List<String> supertypes = new ArrayList<>();
        superclass.ifPresent(supertypes::add);
        supertypes.addAll(interfaces);
        return supertypes;
    }

    /** Fields and methods. */
    Set<Declared> declared() {
        return declared;
    }

    /** The members that it calls or reads, of any class. */
    Set<MemberReference> references() {
        return references;
    }

    /** The classes that it names. */
    Set<String> classes() {
        return classes;
    }

    /** A field or method of this class. */
    static final class Declared implements Comparable<Declared> {
        private final String signature;
        private final boolean isAbstract;
        private final boolean isStatic;

        private Declared(String name, String descriptor, boolean isAbstract, boolean isStatic) {
            this.signature = name + descriptor;
            this.isAbstract = isAbstract;
            this.isStatic = isStatic;
        }

        /** The name, followed by the descriptor. */
        String signature() {
            return signature;
        }

        boolean isAbstract() {
            return isAbstract;
        }

        boolean isStatic() {
            return isStatic;
        }

        @Override
        public int compareTo(Declared other) {
            return signature.compareTo(other.signature);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Declared && signature.equals(((Declared) other).signature);
        }

        @Override
        public int hashCode() {
            return signature.hashCode();
        }
    }
}
