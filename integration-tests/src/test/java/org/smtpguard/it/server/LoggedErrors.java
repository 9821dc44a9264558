package org.smtpguard.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a server under test has logged at ERROR, each kind once: the message, the exception, and ours in the stack.
 */
public final class LoggedErrors {
    private static final Pattern RECORD = Pattern.compile("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[([A-Z]+) *] (.*)");

    /**
     * What James says with us or without: of a client that is reset; of one that speaks no TLS where it should; of a
     * STARTTLS with something behind it while there is no session, before the greeting or behind the end; of a bad SIZE=; from 3.9 on
     * of an EHLO whose argument is no domain name.
     */
    private static final List<Pattern> OF_STOCK_JAMES = Stream.of(
            "BasicChannelInboundHandler - Unable to process request .*(Connection reset|Broken pipe)",
            "BasicChannelInboundHandler - Unable to process request .*(javax\\.net\\.ssl\\.SSL|NotSslRecordException)",
            "BasicChannelInboundHandler - Unable to process request .*CommandInjectionDetectedException",
            "MailSizeEsmtpExtension - Rejected syntactically incorrect value",
            "(Helo|Ehlo)CmdHandler - Invalid EHLO argument received")
        .map(Pattern::compile)
        .collect(Collectors.toList());

    private final Map<String, Integer> counts = new TreeMap<>();

    private LoggedErrors() {
    }

    /** Those in the log so far. It is read line by line: it may be long. */
    public static LoggedErrors of(JamesServer server) {
        LoggedErrors errors = new LoggedErrors();
        List<String> record = new ArrayList<>();
        try (Stream<String> lines = Files.lines(logFile(server), StandardCharsets.UTF_8)) {
            lines.forEach(line -> {
                if (RECORD.matcher(line).matches()) {
                    errors.count(record);
                    record.clear();
                }
                record.add(line);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        errors.count(record);
        return errors;
    }

    /** Where the log of a server lies that is a process of this machine. */
    public static Path logFile(JamesServer server) {
        return server.home().resolve("logs/james.log");
    }

    /** How often there was what. */
    public Map<String, Integer> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /** Those that a James without us does not log, whatever its clients do. */
    public List<String> ofOurs() {
        return counts.keySet().stream().filter(error -> !isOfStockJames(error)).collect(Collectors.toList());
    }

    private void count(List<String> record) {
        if (!record.isEmpty() && RECORD.matcher(record.get(0)).replaceFirst("$1").equals("ERROR")) {
            String message = RECORD.matcher(record.get(0)).replaceFirst("$2");
            String causes = record.stream().skip(1).filter(line -> !line.startsWith("\t")).limit(2).collect(Collectors.joining(" "))
                .replaceAll("(not an SSL/TLS record:).*?($| Caused)", "$1 ...$2");
            String ours = record.stream().filter(line -> line.startsWith("\tat org.smtpguard")).findFirst().orElse("");
            counts.merge((message + " " + causes + " " + ours).strip(), 1, Integer::sum);
        }
    }

    private static boolean isOfStockJames(String error) {
        return !error.contains("org.smtpguard") && OF_STOCK_JAMES.stream().anyMatch(known -> known.matcher(error).find());
    }
}
