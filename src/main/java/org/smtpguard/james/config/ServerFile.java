package org.smtpguard.james.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;

import org.xml.sax.Attributes;
import org.xml.sax.InputSource;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/** {@code smtpserver.xml} with its lines, which James' own reader does not keep. Immutable. */
public final class ServerFile {
    private static final Pattern TAG = Pattern.compile("<([A-Za-z][\\w.-]*)((?: [\\w.-]+=\"[^\"]*\")*)>");
    private static final Pattern ATTRIBUTE = Pattern.compile(" ([\\w.-]+)=\"([^\"]*)\"");

    private final Path path;
    private final XmlElement root;

    private ServerFile(Path path, XmlElement root) {
        this.path = path;
        this.root = root;
    }

    /**
     * Reads the file. External entities are empty.
     *
     * @throws SAXParseException with the line, if the file is not well-formed
     */
    public static ServerFile read(Path path) throws IOException, SAXException {
        Reader reader = new Reader();
        try (InputStream in = Files.newInputStream(path)) {
            SAXParserFactory.newInstance().newSAXParser().parse(in, reader);
        } catch (ParserConfigurationException e) {
            throw new SAXException(e);
        }
        return new ServerFile(path, reader.root);
    }

    public Path path() {
        return path;
    }

    public XmlElement root() {
        return root;
    }

    /** The {@code <smtpserver>} elements, in the order of the file. */
    public List<XmlElement> ports() {
        return root.children("smtpserver").collect(Collectors.toUnmodifiableList());
    }

    /** The handlers of a port, in the order of the file. */
    public static List<XmlElement> handlers(XmlElement port) {
        return port.children("handlerchain").flatMap(chain -> chain.children("handler")).collect(Collectors.toUnmodifiableList());
    }

    /** The {@code <bind>} of a port, and its name in brackets. */
    public static String label(XmlElement port) {
        return bind(port) + port.find("jmxName").map(name -> " (" + name.text() + ")").orElse("");
    }

    /** The {@code <bind>} of a port; James' default if it has none. */
    public static String bind(XmlElement port) {
        return port.find("bind").map(XmlElement::text).filter(text -> !text.isEmpty()).orElse("0.0.0.0:25");
    }

    /**
     * The element that a message is about: the innermost one in {@code scope} that the message names before its first semicolon, where
     * each next name counts only inside of the one before; of names joined by "in", each counts only inside of the one after.
     */
    public static XmlElement named(XmlElement scope, String message) {
        XmlElement found = scope;
        String about = message.contains("; ") ? message.substring(0, message.indexOf("; ")) : message;
        for (MatchResult tag : fromTheOutside(about)) {
            String name = tag.group(1);
            Map<String, String> attributes = new LinkedHashMap<>();
            ATTRIBUTE.matcher(tag.group(2)).results().forEach(attribute -> attributes.put(attribute.group(1), attribute.group(2)));
            Optional<XmlElement> next = found.descendants().filter(element -> element.name().equals(name) && element.has(attributes))
                .reduce((first, second) -> message.contains("twice") || message.contains(" times") ? second : first);
            found = next.orElse(found);
        }
        return found;
    }

    private static List<MatchResult> fromTheOutside(String about) {
        List<MatchResult> ordered = new ArrayList<>();
        int begin = 0;
        int end = 0;
        for (MatchResult tag : TAG.matcher(about).results().collect(Collectors.toList())) {
            if (!about.substring(end, tag.start()).equals(" in ")) {
                begin = ordered.size();
            }
            ordered.add(begin, tag);
            end = tag.end();
        }
        return ordered;
    }

    private static final class Reader extends DefaultHandler {
        private final Deque<XmlElement> open = new ArrayDeque<>();
        private XmlElement root = new XmlElement("", Map.of(), 1);
        private Locator locator;

        @Override
        public void setDocumentLocator(Locator here) {
            locator = here;
        }

        @Override
        public InputSource resolveEntity(String publicId, String systemId) {
            return new InputSource(new StringReader(""));
        }

        @Override
        public void startElement(String uri, String localName, String name, Attributes given) {
            Map<String, String> attributes = new LinkedHashMap<>();
            for (int i = 0; i < given.getLength(); i++) {
                attributes.put(given.getQName(i), given.getValue(i));
            }
            // The locator is after the tag: a tag of several lines has the line of its end.
            XmlElement element = new XmlElement(name, attributes, locator.getLineNumber());
            if (open.isEmpty()) {
                root = element;
            } else {
                open.peek().add(element);
            }
            open.push(element);
        }

        @Override
        public void characters(char[] characters, int start, int length) {
            open.peek().add(characters, start, length);
        }

        @Override
        public void endElement(String uri, String localName, String name) {
            open.pop();
        }

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
