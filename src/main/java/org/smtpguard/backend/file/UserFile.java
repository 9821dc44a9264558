package org.smtpguard.backend.file;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.smtpguard.backend.support.Decoys;
import org.smtpguard.backend.support.ScramShapes;
import org.smtpguard.backend.support.StoredPassword;
import org.smtpguard.backend.support.UserNames;
import org.smtpguard.credential.KeyCensus;
import org.smtpguard.password.MalformedHashException;
import org.smtpguard.password.PasswordHash;
import org.smtpguard.password.PasswordSchemes;

/**
 * One version of a file of {@code user:{SCHEME}hash} lines, read whole. Immutable. It also says which hash a stranger's
 * password is checked against ({@link Decoys}).
 *
 * <p>A line that cannot be used is skipped. Its user, as far as the line tells who that is, is neither known nor unknown then: the
 * operator meant somebody, and nobody can say what their password is.
 */
final class UserFile {
    private static final String MARK = "\uFEFF";

    /** With the hash that the password is checked against; that of a disabled user may be missing. */
    private final Map<String, PasswordHash> users;
    private final Set<String> disabled;
    private final Set<String> withoutPassword;
    private final Map<String, LineNote> unusable;
    private final List<LineNote> faults;
    private final List<LineNote> notices;
    private final Decoys decoys;
    private final ScramShapes shapes;

    private UserFile(UserFileReader reader, PasswordSchemes schemes, byte[] key) {
        this.users = Map.copyOf(reader.users);
        this.disabled = Set.copyOf(reader.disabled);
        this.withoutPassword = Set.copyOf(reader.withoutPassword);
        this.unusable = Map.copyOf(reader.unusable);
        this.faults = List.copyOf(reader.faults);
        this.notices = List.copyOf(reader.notices);
        this.decoys = Decoys.of(users.values(), schemes, key);
        this.shapes = ScramShapes.of(users.values());
    }

    /**
     * Reads a file.
     *
     * @param content UTF-8, with or without a mark at the beginning; lines end with LF or CR LF
     * @param key random; decides what strangers cost, and therefore stays the same from one version to the next
     * @throws NoUserFileException if it has lines and none begins with a name and a colon: it is something else
     */
    static UserFile parse(byte[] content, PasswordSchemes schemes, byte[] key) throws NoUserFileException {
        UserFileReader reader = new UserFileReader(content, schemes);
        reader.read();
        if (!reader.faults.isEmpty() && reader.seenAt.isEmpty()) {
            throw new NoUserFileException(reader.faults.get(0));
        }
        return new UserFile(reader, schemes, key);
    }

    private static int endOfLine(byte[] content, int start) {
        return find((byte) '\n', content, start, content.length);
    }

    private static int find(byte octet, byte[] content, int start, int end) {
        int place = start;
        while (place < end && content[place] != octet) {
            place++;
        }
        return place;
    }

    /** Without the byte order mark that some editors put at the beginning, which joining files brings into their midst. */
    private static String unmarked(String text) {
        return (text.startsWith(MARK) ? text.substring(1) : text).strip();
    }

    /** Goes through the lines of one file, once. */
    private static final class UserFileReader {
        private final byte[] content;
        private final PasswordSchemes schemes;
        private final Map<String, PasswordHash> users = new HashMap<>();
        private final Set<String> disabled = new HashSet<>();
        private final Set<String> withoutPassword = new HashSet<>();
        private final Map<String, LineNote> unusable = new HashMap<>();
        private final List<LineNote> faults = new ArrayList<>();
        private final List<LineNote> notices = new ArrayList<>();
        private final Map<String, Integer> seenAt = new HashMap<>();

        UserFileReader(byte[] content, PasswordSchemes schemes) {
            this.content = content;
            this.schemes = schemes;
        }

        void read() {
            int number = 0;
            for (int start = 0, end; start < content.length; start = end + 1) {
                end = endOfLine(content, start);
                readLine(++number, start, end);
            }
            users.keySet().removeAll(unusable.keySet());
            disabled.removeAll(unusable.keySet());
            withoutPassword.removeAll(unusable.keySet());
        }

        /** Name and hash alone have to be UTF-8: comments, and what stands behind the hash, are nobody's business here. */
        private void readLine(int number, int start, int end) {
            int colon = find((byte) ':', content, start, end);
            String beginning = unmarked(lenient(start, colon));
            if (beginning.startsWith("#") || beginning.isEmpty() && colon == end) {
                return;
            }
            Optional<String> name = colon < end ? text(start, colon).map(UserFile::unmarked).map(UserNames::normalise)
                : Optional.of("");
            // What stands behind a further colon is Dovecot's, or shadow(5)'s: uid, gid, home, dates and more.
            Optional<String> stored = text(Math.min(colon + 1, end), find((byte) ':', content, Math.min(colon + 1, end), end));
            if (name.isEmpty() || stored.isEmpty()) {
                skip(number, beginning, "it is not UTF-8; save the file as UTF-8");
            } else if (name.get().isEmpty() || isUnprintable(name.get())) {
                // Neither name nor hash is repeated: with a colon missing, or one too many, one is taken for the other.
                skip(number, colon < end ? "" : beginning.split("\\s", 2)[0],
                    "it is not of the form user:{SCHEME}hash; write it so, or put a # before it");
            } else {
                Optional<Integer> before = Optional.ofNullable(seenAt.putIfAbsent(name.get(), number));
                if (before.isPresent()) {
                    skip(number, beginning, "its user stands in line " + before.get() + " already; remove one of the two");
                } else {
                    notice(number, start, name.get());
                    take(number, name.get(), StoredPassword.of(stored.get()));
                }
            }
        }

        private void take(int number, String user, StoredPassword stored) {
            if (stored.isDisabled()) {
                disabled.add(user);
                try {
                    users.put(user, schemes.read(stored.hash()));
                } catch (MalformedHashException e) {
                    // Locked for good: no password is to be checked, and nothing to be corrected.
                    return;
                }
            } else if (stored.hash().isEmpty()) {
                withoutPassword.add(user);
                notices.add(new LineNote(number, "its password field is empty: an account without a password, to which nobody can log in"));
            } else if (stored.hash().equals("x")) {
                skip(number, user, "its password field is x, which says that the hash is in /etc/shadow; write the hash here");
            } else {
                try {
                    PasswordHash hash = schemes.read(stored.hash());
                    users.put(user, hash);
                    hash.doubt().ifPresent(doubt -> notices.add(new LineNote(number, doubt)));
                } catch (MalformedHashException e) {
                    skip(number, user, e.getMessage());
                }
            }
        }

        private void notice(int number, int start, String name) {
            if (start > 0 && text(start, Math.min(start + 3, content.length)).filter(MARK::equals).isPresent()) {
                notices.add(new LineNote(number, "a byte order mark stands before it, as where files are joined; remove it"));
            }
            if (!LocalNames.isPossible(name)) {
                notices.add(new LineNote(number, "James can have no user of its name, so that nobody logs in with it; correct the name"));
            }
        }

        private void skip(int number, String name, String clause) {
            LineNote fault = new LineNote(number, clause);
            faults.add(fault);
            if (!name.isEmpty() && !isUnprintable(name) && !name.startsWith("{") && !name.startsWith("$")) {
                unusable.putIfAbsent(UserNames.normalise(name), fault);
            }
        }

        private static boolean isUnprintable(String text) {
            return text.chars().anyMatch(Character::isISOControl);
        }

        private Optional<String> text(int start, int end) {
            try {
                return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content, start, end - start)).toString());
            } catch (CharacterCodingException e) {
                return Optional.empty();
            }
        }

        /** What is not UTF-8 is Latin-1 most often. */
        private String lenient(int start, int end) {
            return text(start, end).orElseGet(() -> new String(content, start, end - start, StandardCharsets.ISO_8859_1));
        }
    }

    /** Where in a file's octets the hash of a user stands, with its scheme. */
    static final class HashSpan {
        private final byte[] content;
        private final int start;
        private final int end;

        private HashSpan(byte[] content, int start, int end) {
            this.content = content;
            this.start = start;
            this.end = end;
        }

        /** The place of a user's hash; empty if the user has none. */
        static Optional<HashSpan> of(byte[] content, String user) {
            for (int start = 0, end; start < content.length; start = end + 1) {
                end = endOfLine(content, start);
                Optional<HashSpan> place = inLine(content, start, end, user);
                if (place.isPresent()) {
                    return place;
                }
            }
            return Optional.empty();
        }

        private static Optional<HashSpan> inLine(byte[] content, int start, int end, String user) {
            int colon = find((byte) ':', content, start, end);
            String name = new String(content, start, colon - start, StandardCharsets.UTF_8);
            String bare = unmarked(name);
            if (colon == end || bare.startsWith("#") || !UserNames.normalise(bare).equals(user)) {
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
            return Optional.of(new HashSpan(content, first, last));
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

    /** How many users it has, disabled ones too, without those of lines that are skipped. */
    int size() {
        Set<String> names = new HashSet<>(users.keySet());
        names.addAll(disabled);
        names.addAll(withoutPassword);
        return names.size();
    }

    /** Lines that are skipped, first line first. */
    List<LineNote> faults() {
        return faults;
    }

    /** Lines that count, and that somebody should look at, first line first. */
    List<LineNote> notices() {
        return notices;
    }

    /**
     * Why the user's line is skipped, if it is.
     *
     * @param user a normalised name
     */
    Optional<LineNote> unusable(String user) {
        return Optional.ofNullable(unusable.get(user));
    }

    /** @param user a normalised name */
    boolean knows(String user) {
        return users.containsKey(user) || disabled.contains(user) || withoutPassword.contains(user);
    }

    /**
     * Whether the user's password field is empty.
     *
     * @param user a normalised name
     */
    boolean isWithoutPassword(String user) {
        return withoutPassword.contains(user);
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

    /** The file is something else than a file of users. The message goes on after the file's name. */
    static final class NoUserFileException extends Exception {
        private static final long serialVersionUID = 1L;

        NoUserFileException(LineNote first) {
            super(first.toString());
        }
    }
}
