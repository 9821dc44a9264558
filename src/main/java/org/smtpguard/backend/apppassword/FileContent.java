package org.smtpguard.backend.apppassword;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.smtpguard.credential.AppPassword;
import org.smtpguard.credential.AppPasswordUse;
import org.smtpguard.credential.InvalidRequestException;
import org.smtpguard.credential.KeyShape;

/**
 * The content of the file of app passwords. Lines that cannot be used are kept as they are, since another version may have written them.
 * Immutable.
 */
final class FileContent {
    static final String HEADER = "# SMTP Guard app passwords, format 1";

    private final Map<String, StoredAppPassword> byId;
    private final Map<String, UserSalt> salts;
    private final List<String> others;
    private final List<String> faults;
    private final Map<String, StoredAppPassword> byHash;
    private final Map<String, List<StoredAppPassword>> byUser;

    private FileContent(Map<String, StoredAppPassword> byId, Map<String, UserSalt> salts, List<String> others, List<String> faults) {
        this.byId = byId;
        this.salts = salts;
        this.others = others;
        this.faults = faults;
        this.byHash = new HashMap<>(byId.size() * 2);
        this.byUser = new HashMap<>();
        byId.values().forEach(stored -> {
            byHash.put(stored.hash(), stored);
            byUser.computeIfAbsent(stored.info().user(), user -> new ArrayList<>(2)).add(stored);
        });
    }

    static FileContent empty() {
        return new FileContent(Map.of(), Map.of(), List.of(), List.of());
    }

    /** @throws IllegalArgumentException if the file is not one of app passwords */
    static FileContent parse(byte[] content) {
        List<String> lines = new String(content, StandardCharsets.UTF_8).lines().collect(Collectors.toList());
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IllegalArgumentException("it does not begin with the line \"" + HEADER + "\"");
        }
        Map<String, StoredAppPassword> byId = new LinkedHashMap<>(lines.size() * 2);
        Map<String, UserSalt> salts = new TreeMap<>();
        List<String> others = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.isBlank() || line.startsWith("#")) {
                others.add(line);
                continue;
            }
            try {
                AppPasswordLine.Line read = AppPasswordLine.read(line);
                read.salt.ifPresent(salt -> salts.put(read.user, salt));
                read.appPassword.ifPresent(stored -> byId.put(stored.info().id(), stored));
            } catch (IllegalArgumentException e) {
                others.add(line);
                faults.add("line " + (i + 1) + ": " + e.getMessage());
            }
        }
        return new FileContent(byId, salts, others, faults);
    }

    byte[] toOctets() {
        StringBuilder text = new StringBuilder(HEADER.length() + 1 + 400 * byId.size());
        text.append(HEADER).append('\n');
        others.forEach(line -> text.append(line).append('\n'));
        salts.forEach((user, salt) -> text.append(AppPasswordLine.of(user, salt)).append('\n'));
        byId.values().forEach(stored -> text.append(AppPasswordLine.of(stored)).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    Optional<StoredAppPassword> find(String hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    List<StoredAppPassword> of(String user) {
        return Collections.unmodifiableList(byUser.getOrDefault(user, List.of()));
    }

    Collection<StoredAppPassword> all() {
        return byId.values();
    }

    Optional<UserSalt> salt(String user) {
        return Optional.ofNullable(salts.get(user));
    }

    /** The lines that cannot be used, and why. */
    List<String> faults() {
        return faults;
    }

    int size() {
        return byId.size();
    }

    Map<KeyShape, Long> shapes() {
        return byUser.entrySet().stream()
            .filter(user -> salts.containsKey(user.getKey()) && user.getValue().stream().anyMatch(one -> one.keys().isPresent()))
            .collect(Collectors.groupingBy(user -> salts.get(user.getKey()).shape(), Collectors.counting()));
    }

    /** With one more; see {@link AppPasswordStore#add}. */
    FileContent and(StoredAppPassword added) {
        Map<String, StoredAppPassword> more = new LinkedHashMap<>(byId);
        UserLimit.toForget(of(added.info().user()), added.info().created()).forEach(more::remove);
        if (more.put(added.info().id(), added) != null) {
            throw new InvalidRequestException("The id is in use; try again.");
        }
        return new FileContent(more, salts, others, faults);
    }

    FileContent with(String user, UserSalt salt) {
        Map<String, UserSalt> more = new TreeMap<>(salts);
        more.put(user, salt);
        return new FileContent(byId, more, others, faults);
    }

    /** With these in place of those with the same ids. */
    FileContent replacing(Collection<AppPassword> changed) {
        Map<String, StoredAppPassword> other = new LinkedHashMap<>(byId);
        changed.forEach(info -> other.computeIfPresent(info.id(), (id, stored) -> stored.with(info)));
        return new FileContent(other, salts, others, faults);
    }

    /** With the last log-ins, by id. */
    FileContent used(Map<String, AppPasswordUse> uses) {
        Set<String> known = byId.keySet();
        return replacing(uses.entrySet().stream().filter(use -> known.contains(use.getKey()))
            .map(use -> byId.get(use.getKey()).info().lastUsed(use.getValue())).collect(Collectors.toList()));
    }
}
