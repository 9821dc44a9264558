package org.smtpguard.james.start;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.commons.configuration2.Configuration;
import org.apache.james.filesystem.api.FileSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.smtpguard.credential.InvalidConfigurationException;
import org.smtpguard.james.config.ConfigurationElement;
import org.smtpguard.james.config.NamedClass;
import org.smtpguard.james.config.ServerFile;
import org.smtpguard.james.config.XmlElement;
import org.smtpguard.james.event.ServerLog;
import org.xml.sax.SAXException;

/**
 * Reports why the guard does not let James start, after James' own report: James logs the exception with a stack trace of 150 lines and
 * then calls {@link System#exit}, which runs shutdown hooks. The last lines on the console and in the log are then those of the guard,
 * whatever {@code logback.xml} says: if it has no console, standard error gets them.
 *
 * <p>Threads: thread-safe, since James 3.9 initialises ports concurrently.
 */
@Singleton
public final class StartErrors {
    private static final Logger LOGGER = LoggerFactory.getLogger("org.smtpguard.START");
    private static final String SERVER_FILE = "file://conf/smtpserver.xml";
    private static final String EXTENSIONS_FILE = "file://conf/extensions.properties";
    /** With {@code false}, James does not exit, and there is nothing to wait for. */
    private static final String EXITS = "james.exit.on.startup.error";

    private final Optional<FileSystem> files;
    private final Consumer<Runnable> atExit;
    private final Runnable end;
    private final PrintStream console;
    private final Set<StartError> errors = new LinkedHashSet<>();

    @Inject
    public StartErrors(FileSystem files) {
        this(Optional.of(files), StartErrors::atExit, ServerLog::close, System.err);
    }

    /**
     * @param atExit executes its argument after James' own report
     * @param end writes everything that has been logged, and ends logging
     */
    StartErrors(Optional<FileSystem> files, Consumer<Runnable> atExit, Runnable end, PrintStream console) {
        this.files = files;
        this.end = end;
        this.atExit = atExit;
        this.console = console;
    }

    /** Reports nothing, for use without a server. */
    public static StartErrors unreported() {
        return new StartErrors(Optional.empty(), report -> { }, () -> { }, System.err);
    }

    private static void atExit(Runnable report) {
        if (!Boolean.parseBoolean(System.getProperty(EXITS, "true"))) {
            report.run();
            return;
        }
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(report, "smtp-guard-start-error"));
        } catch (IllegalStateException e) {
            // The server is ending already, because of the error of another port.
            report.run();
        }
    }

    /** A handler with that configuration does not let James start. */
    public void handler(NamedClass type, Configuration configuration, String sentence) {
        Path path = path(SERVER_FILE);
        try {
            ServerFile file = ServerFile.read(path);
            ConfigurationElement handler = ConfigurationElement.handler(configuration, type);
            for (XmlElement port : file.ports()) {
                for (XmlElement element : ServerFile.handlers(port)) {
                    if (handler.isReadFrom(element)) {
                        XmlElement wrong = ServerFile.named(element, sentence);
                        add(new StartError(path.toString(), Optional.of(wrong.line()), Optional.of(ServerFile.label(port)),
                            name(wrong), sentence));
                        return;
                    }
                }
            }
        } catch (IOException | SAXException | InvalidConfigurationException e) {
            LOGGER.debug("The line of a mistake in {} is unknown", path, e);
        }
        add(new StartError(path.toString(), Optional.empty(), Optional.empty(), "<handler class=\"" + type.className() + "\">", sentence));
    }

    /** {@code extensions.properties} does not name the module. */
    public void missingModule(String sentence) {
        add(new StartError(path(EXTENSIONS_FILE).toString(), Optional.empty(), Optional.empty(), "guice.extension.module", sentence));
    }

    private static String name(XmlElement element) {
        return "<" + element.name() + List.of("class", "name", "id").stream()
            .flatMap(attribute -> element.attribute(attribute).stream().map(value -> " " + attribute + "=\"" + value + "\""))
            .collect(Collectors.joining()) + ">";
    }

    private Path path(String url) {
        try {
            return files.isPresent() ? files.get().getFile(url).toPath() : Path.of(url.replace("file://", ""));
        } catch (FileNotFoundException e) {
            return Path.of(url.replace("file://", ""));
        }
    }

    private synchronized void add(StartError error) {
        boolean isFirst = errors.isEmpty();
        if (errors.add(error) && isFirst) {
            atExit.accept(this::report);
        }
    }

    private synchronized void report() {
        String text = errors.stream().map(StartError::block).collect(Collectors.joining(System.lineSeparator()));
        boolean isOnConsole = ServerLog.isOnConsole(LOGGER);
        LOGGER.error("{}{}", System.lineSeparator(), text);
        end.run();
        if (!isOnConsole) {
            console.println(text);
            console.flush();
        }
    }
}
