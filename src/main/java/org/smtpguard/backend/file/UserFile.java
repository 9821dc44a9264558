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
 * One version of a file of {@code user:{SCHEME}hash} lines, with the hashes used for unknown users ({@link Decoys}). Immutable.
 *
 * <p>An unusable line is skipped. If its user name can be read, that user is neither known nor unknown: the operator meant to
 * list the user, but the password cannot be checked.
 */
final class UserFile {
    private static final String MARK = "\uFEFF";

    /** The hash of each user; a disabled user may have none. */
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
     * @param content UTF-8, with or without a byte order mark; lines end with LF or CRLF
     * @param key random; selects the decoy of each unknown user, so it must be the same for all versions of the file
     * @throws NoUserFileException if it has lines and none begins with a name and a colon
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

    /** Removes a byte order mark: some editors write one, and joining files leaves it before any line. */
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

        /** Only name and hash have to be UTF-8: comments and the fields after the hash are not read. */
        private void readLine(int number, int start, int end) {
            int colon = find((byte) ':', content, start, end);
            String beginning = unmarked(lenient(start, colon));
            if (beginning.startsWith("#") || (beginning.isEmpty() && colon == end)) {
                return;
            }
            Optional<String> name = colon < end ? text(start, colon).map(UserFile::unmarked).map(UserNames::normalise)
                : Optional.of("");
            // Further fields are those of Dovecot or shadow(5): uid, gid, home, dates and more.
            Optional<String> stored = text(Math.min(colon + 1, end), find((byte) ':', content, Math.min(colon + 1, end), end));
            if (name.isEmpty() || stored.isEmpty()) {
                skip(number, beginning, "it is not UTF-8; save the file as UTF-8");
            } else if (name.get().isEmpty() || isUnprintable(name.get())) {
                // Neither name nor hash is logged: with a colon missing or added, one may be the other.
                skip(number, colon < end ? "" : beginning.split("\\s", 2)[0],
                    "it is not of the form user:{SCHEME}hash; correct it, or put a # before it");
            } else {
                Optional<Integer> before = Optional.ofNullable(seenAt.putIfAbsent(name.get(), number));
                if (before.isPresent()) {
                    skip(number, beginning, "its user is already in line " + before.get() + "; remove one of the two");
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
                    // A disabled user needs no usable hash: no password is checked, nothing has to be corrected.
                    return;
                }
            } else if (stored.hash().isEmpty()) {
                withoutPassword.add(user);
                notices.add(new LineNote(number,
                    "its password field is empty: this account has no password, and no client can log in to it"));
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
                notices.add(new LineNote(number, "it begins with a byte order mark, as happens when files are joined; remove the mark"));
            }
            if (!LocalNames.isPossible(name)) {
                notices.add(new LineNote(number, "James accepts no user of this name, so no client can log in with it; correct the name"));
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

        /** Text that is not UTF-8 is usually Latin-1. */
        private String lenient(int start, int end) {
            return text(start, end).orElseGet(() -> new String(content, start, end - start, StandardCharsets.ISO_8859_1));
        }
    }

    /** The position of a user's hash, with its scheme, in the octets of a file. */
    static final class HashSpan {
        private final byte[] content;
        private final int start;
        private final int end;

        private HashSpan(byte[] content, int start, int end) {
            this.content = content;
            this.start = start;
            this.end = end;
        }

        /** The position of a user's hash; empty if the user has none. */
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

        /** The file's content with this hash replaced and every other octet unchanged. */
        byte[] withHash(String hash) {
            byte[] octets = hash.getBytes(StandardCharsets.UTF_8);
            byte[] changed = new byte[content.length - (end - start) + octets.length];
            System.arraycopy(content, 0, changed, 0, start);
            System.arraycopy(octets, 0, changed, start, octets.length);
            System.arraycopy(content, end, changed, start + octets.length, content.length - end);
            return changed;
        }
    }

    /** The number of users, including disabled ones, excluding those of skipped lines. */
    int size() {
        Set<String> names = new HashSet<>(users.keySet());
        names.addAll(disabled);
        names.addAll(withoutPassword);
        return names.size();
    }

    /** Skipped lines, in file order. */
    List<LineNote> faults() {
        return faults;
    }

    /** Lines that are used but need attention, in file order. */
    List<LineNote> notices() {
        return notices;
    }

    /**
     * The reason why the user's line is skipped; empty if it is not.
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
     * Whether the user is disabled, so no password is accepted.
     *
     * @param user a normalised name
     */
    boolean isDisabled(String user) {
        return disabled.contains(user);
    }

    /**
     * The hash to check that user's password against; for an unknown user a decoy that matches no password.
     *
     * @param user a normalised name
     */
    PasswordHash hashFor(String user) {
        PasswordHash decoy = decoys.of(user);
        return users.getOrDefault(user, decoy);
    }

    /**
     * The user's stored hash, if the file has one.
     *
     * @param user a normalised name
     */
    Optional<PasswordHash> storedFor(String user) {
        return Optional.ofNullable(users.get(user));
    }

    /** The shapes of the file's keys for a SCRAM scheme. */
    KeyCensus census(String scheme) {
        return KeyCensus.counted(shapes.of(scheme));
    }

    /** The file is not a user file. The message continues a sentence after the file's name. */
    static final class NoUserFileException extends Exception {
        private static final long serialVersionUID = 1L;

        NoUserFileException(LineNote first) {
            super(first.toString());
        }
    }
}
