package org.smtpguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** {@code docs/clients.md} names the clients and variants that are tested, and no others. */
class ClientsPageTest {
    @Test
    void hasEachClientAndVariant() throws IOException {
        String page = page();

        assertThat(ClientVariant.all()).allSatisfy(variant -> assertThat(page.lines())
            .anyMatch(line -> line.startsWith("| " + variant.client() + " |") && line.contains("`" + variant.name() + "`")));
    }

    /** A cell of that table has just those variants that log in so, or says no. */
    @Test
    void hasEachClientAndMechanism() throws IOException {
        List<List<String>> table = page().lines()
            .dropWhile(line -> !line.startsWith("| client | PLAIN |"))
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> Arrays.asList(line.substring(2, line.length() - 2).split(" \\| ")))
            .collect(Collectors.toList());
        List<String> head = table.get(0);
        List<List<String>> rows = table.subList(2, table.size());

        assertThat(rows).extracting(row -> row.get(0)).containsExactlyElementsOf(
            ClientVariant.all().stream().map(variant -> variant.client()).distinct().collect(Collectors.toList()));
        assertThat(head).containsAll(ClientVariant.all().stream()
            .flatMap(variant -> variant.mechanism().stream()).collect(Collectors.toSet()));
        assertThat(rows).allSatisfy(row -> {
            assertThat(row).hasSameSizeAs(head);
            for (int i = 1; i < head.size(); i++) {
                String seen = seen(row.get(0), head.get(i));
                assertThat(row.get(i)).as("%s with %s", row.get(0), head.get(i))
                    .matches(seen.isEmpty() ? "no(, \\[[a-z]])?" : Pattern.quote(seen));
            }
        });
    }

    private static String seen(String client, String mechanism) {
        List<ClientVariant> variants = ClientVariant.all().stream()
            .filter(variant -> variant.client().equals(client) && variant.mechanism().equals(Optional.of(mechanism)))
            .collect(Collectors.toList());
        String prescribed = names(variants, variant -> !variant.isOwnChoice());
        String chosen = names(variants, ClientVariant::isOwnChoice);
        return Stream.of(prescribed, chosen.isEmpty() ? "" : "by itself: " + chosen)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("; "));
    }

    private static String names(List<ClientVariant> variants, Predicate<ClientVariant> which) {
        return variants.stream().filter(which).map(variant -> "`" + variant.name() + "`").collect(Collectors.joining(", "));
    }

    private static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("smtpguard.it.project", "."), "docs/clients.md"), StandardCharsets.UTF_8);
    }

    @Test
    void librariesAndProgramsAreAllClients() {
        assertThat(Stream.concat(ClientVariant.ofLibraries().stream(), ClientVariant.ofPrograms().stream()))
            .containsExactlyInAnyOrderElementsOf(ClientVariant.all());
        assertThat(ClientVariant.ofLibraries()).extracting(ClientVariant::client).doesNotContainAnyElementsOf(
            ClientVariant.ofPrograms().stream().map(ClientVariant::client).collect(Collectors.toSet()));
    }
}
