package org.smtpguard.linkage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of {@code docs/development/james-internals.md} with what the project uses of James. What it says of a version comes from a
 * run with that version, and what is done instead from its author.
 */
public final class JamesInternalsPage {
    /** Of James' own classes. */
    public static final List<String> JAMES = List.of("org/apache/james/", "org/apache/mailet/");
    private static final Path PAGE = Path.of("docs", "development", "james-internals.md");
    private static final String HEAD = "| class | member | in James | instead |";
    private static final String NOTHING = "–";
    private static final int CELLS = 4;

    private final List<String> before = new ArrayList<>();
    private final Map<String, Row> rows = new LinkedHashMap<>();
    private final List<String> after = new ArrayList<>();

    private JamesInternalsPage(List<String> lines) {
        List<String> part = before;
        boolean isTable = false;
        for (String line : lines) {
            isTable = line.equals(HEAD) || (isTable && line.startsWith("|"));
            if (!isTable) {
                part.add(line);
            } else {
                part = after;
                if (!line.equals(HEAD) && !line.startsWith("|---")) {
                    Row row = Row.parse(line);
                    rows.put(row.key(), row);
                }
            }
        }
    }

    public static JamesInternalsPage read() throws IOException {
        return new JamesInternalsPage(Files.readAllLines(PAGE, StandardCharsets.UTF_8));
    }

    public static boolean isToBeWritten() {
        return Boolean.getBoolean("smtpguard.update");
    }

    List<String> members() {
        return new ArrayList<>(rows.keySet());
    }

    /** Rows of what is missing in a version, without an explanation. */
    List<String> unexplained(Collection<String> versions) {
        return rows.values().stream().filter(row -> !row.versions.containsAll(versions) && row.instead.equals(NOTHING)).map(Row::key)
            .collect(Collectors.toList());
    }

    /** Whether a member is said to be in that version. */
    public boolean says(MemberReference member, String version) {
        Row row = rows.get(Row.key(member));
        return row != null && row.versions.contains(version);
    }

    /** The same page with a row for each of these members and no other, and with those that are in the version marked so. */
    public JamesInternalsPage with(Collection<MemberReference> members, String version, Collection<MemberReference> present) {
        JamesInternalsPage page = new JamesInternalsPage(before);
        page.after.addAll(after);
        for (MemberReference member : members) {
            Row old = rows.getOrDefault(Row.key(member), new Row(member.type(), member.member(), List.of(), NOTHING));
            page.rows.put(old.key(), old.in(version, present.contains(member)));
        }
        return page;
    }

    public void write() throws IOException {
        List<String> lines = new ArrayList<>(before);
        lines.add(HEAD);
        lines.add("|---|---|---|---|");
        rows.values().forEach(row -> lines.add(row.toString()));
        lines.addAll(after);
        Files.write(PAGE, lines, StandardCharsets.UTF_8);
    }

    static List<String> keys(Collection<MemberReference> members) {
        return members.stream().map(Row::key).collect(Collectors.toList());
    }

    private static final class Row {
        private final String type;
        private final String member;
        private final List<String> versions;
        private final String instead;

        private Row(String type, String member, List<String> versions, String instead) {
            this.type = type;
            this.member = member;
            this.versions = versions;
            this.instead = instead;
        }

        private static Row parse(String line) {
            String[] cells = line.substring(1).split("\\|", CELLS + 1);
            return new Row(code(cells[0]), code(cells[1]), List.of(cells[2].trim().split(", ")), cells[3].trim());
        }

        private static String code(String cell) {
            return cell.replace("`", "").trim();
        }

        private static String key(MemberReference member) {
            return member.type() + " " + member.member();
        }

        private String key() {
            return type + " " + member;
        }

        private Row in(String version, boolean isPresent) {
            Set<String> now = new HashSet<>(versions);
            now.remove("");
            now.remove(version);
            if (isPresent) {
                now.add(version);
            }
            return new Row(type, member, now.stream().sorted(Comparator.comparing(Runtime.Version::parse)).collect(Collectors.toList()),
                instead);
        }

        @Override
        public String toString() {
            return "| `" + type + "` | `" + member + "` | " + String.join(", ", versions) + " | " + instead + " |";
        }
    }
}
