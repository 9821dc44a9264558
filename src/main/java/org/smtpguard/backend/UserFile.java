package org.smtpguard.backend;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.credential.KeyCensus;
import org.smtpguard.credential.Saslprep;
import org.smtpguard.password.MalformedHash;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * One version of a file of {@code user:{SCHEME}hash} lines, read whole. Immutable. It also says which hash a stranger's
 * password is checked against ({@link Decoys}).
 */
final class UserFile {
    /** With the hash that the password is checked against; that of a disabled user may be missing. */
    private final Map<String, PasswordHash> users;
    private final Set<String> disabled;
    private final Decoys decoys;
    private final ScramShapes shapes;

    private UserFile(Map<String, PasswordHash> users, Set<String> disabled, Decoys decoys) {
        this.users = users;
        this.disabled = disabled;
        this.decoys = decoys;
        this.shapes = ScramShapes.of(users.values());
    }

    /**
     * Reads a file.
     *
     * @param content UTF-8, with or without a mark at the beginning; lines end with LF or CR LF
     * @param key random; decides what strangers cost, and therefore stays the same from one version to the next
     * @throws MalformedLine naming the line and what is wrong there, with nothing that stands in it
     */
    static UserFile parse(byte[] content, PasswordSchemes schemes, byte[] key) throws MalformedLine {
        Map<String, PasswordHash> users = new HashMap<>();
        Set<String> disabled = new HashSet<>();
        Map<String, Integer> seenAt = new HashMap<>();
        int number = 0;
        for (int start = 0, end; start < content.length; start = end + 1) {
            end = endOfLine(content, start);
            number++;
            String line = decode(content, start, end, number);
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            // Neither name nor hash is repeated in a fault: with a colon missing, or one too many, one is taken for the other.
            int colon = line.indexOf(':');
            String user = colon < 0 ? "" : normalise(line.substring(0, colon).strip());
            if (user.isEmpty()) {
                throw new MalformedLine(number, "it is not of the form user:{SCHEME}hash; write it so, or put a # before it");
            }
            Integer before = seenAt.putIfAbsent(user, number);
            if (before != null) {
                throw new MalformedLine(number, "its user stands in line " + before + " already; remove one of the two");
            }
            StoredPassword stored = stored(line.substring(colon + 1));
            if (stored.isDisabled()) {
                disabled.add(user);
            }
            if (!stored.hash().isEmpty() || !stored.isDisabled()) {
                users.put(user, hash(stored.hash(), number, schemes));
            }
        }
        return new UserFile(Map.copyOf(users), Set.copyOf(disabled), Decoys.of(users.values(), schemes, key));
    }

    private static int endOfLine(byte[] content, int start) {
        int end = start;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        return end;
    }

    private static String decode(byte[] content, int start, int end, int number) throws MalformedLine {
        try {
            String line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, start, end - start)).toString();
            boolean marked = number == 1 && line.startsWith("\uFEFF");
            return (marked ? line.substring(1) : line).strip();
        } catch (CharacterCodingException e) {
            throw new MalformedLine(number, "it is not UTF-8; save the file as UTF-8");
        }
    }

    /** What is stored of the password. What stands behind a further colon is Dovecot's: uid, gid, home and more. */
    private static StoredPassword stored(String rest) {
        int colon = rest.indexOf(':');
        return StoredPassword.of(colon < 0 ? rest : rest.substring(0, colon));
    }

    private static PasswordHash hash(String stored, int number, PasswordSchemes schemes) throws MalformedLine {
        try {
            return schemes.read(stored);
        } catch (MalformedHash e) {
            throw new MalformedLine(number, e.getMessage());
        }
    }

    /** Where in a file's octets the hash of a user stands, with its scheme. */
    static final class Place {
        private final byte[] content;
        private final int start;
        private final int end;

        private Place(byte[] content, int start, int end) {
            this.content = content;
            this.start = start;
            this.end = end;
        }

        /** The place of a user's hash; empty if the user has none. */
        static Optional<Place> of(byte[] content, String user) {
            for (int start = 0, end; start < content.length; start = end + 1) {
                end = endOfLine(content, start);
                Optional<Place> place = inLine(content, start, end, user);
                if (place.isPresent()) {
                    return place;
                }
            }
            return Optional.empty();
        }

        private static Optional<Place> inLine(byte[] content, int start, int end, String user) {
            int colon = find((byte) ':', content, start, end);
            String name = new String(content, start, colon - start, StandardCharsets.UTF_8);
            String bare = (start == 0 && name.startsWith("\uFEFF") ? name.substring(1) : name).strip();
            if (colon == end || bare.startsWith("#") || !normalise(bare).equals(user)) {
                return Optional.empty();
            }
            int first = colon + 1;
            int last = find((byte) ':', content, first, end);
            while (first < last && content[first] <= ' ' && content[first] > 0) {
                first++;
            }
            while (first < last && content[last - 1] <= ' ' && content[last - 1] > 0) {
                last--;
            }
            return Optional.of(new Place(content, first, last));
        }

        private static int find(byte octet, byte[] content, int start, int end) {
            int place = start;
            while (place < end && content[place] != octet) {
                place++;
            }
            return place;
        }

        /** The hash, with its scheme. */
        String text() {
            return new String(content, start, end - start, StandardCharsets.UTF_8);
        }

        /** The whole file with another hash there, and every other octet as it was. */
        byte[] filledWith(String hash) {
            byte[] octets = hash.getBytes(StandardCharsets.UTF_8);
            byte[] changed = new byte[content.length - (end - start) + octets.length];
            System.arraycopy(content, 0, changed, 0, start);
            System.arraycopy(octets, 0, changed, start, octets.length);
            System.arraycopy(content, end, changed, start + octets.length, content.length - end);
            return changed;
        }
    }

    /** User names are compared as James compares them, in lower case, and as SASLprep prepares them where it can. */
    static String normalise(String user) {
        return Saslprep.name(user).orElse(user).toLowerCase(Locale.ROOT);
    }

    int size() {
        Set<String> names = new HashSet<>(users.keySet());
        names.addAll(disabled);
        return names.size();
    }

    /** @param user a normalised name */
    boolean knows(String user) {
        return users.containsKey(user) || disabled.contains(user);
    }

    /**
     * Whether the user may not log in, whatever the password.
     *
     * @param user a normalised name
     */
    boolean isDisabled(String user) {
        return disabled.contains(user);
    }

    /**
     * The hash to check a password of that user against; for a stranger one that takes no password.
     *
     * @param user a normalised name
     */
    PasswordHash hashFor(String user) {
        PasswordHash decoy = decoys.of(user);
        return users.getOrDefault(user, decoy);
    }

    /**
     * The user's own hash, if the file holds one.
     *
     * @param user a normalised name
     */
    Optional<PasswordHash> storedFor(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /** How the keys of a SCRAM scheme look that the file holds. */
    KeyCensus census(String scheme) {
        return KeyCensus.counted(shapes.of(scheme));
    }

    /** A line that cannot be taken. The message goes on after the file's name. */
    static final class MalformedLine extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedLine(int number, String fault) {
            super("line " + number + ": " + fault);
        }
    }
}
