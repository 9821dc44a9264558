package org.smtpguard.page;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * An element of HTML or SVG, and the only way from text to markup: content and attribute values are escaped. Elements and attributes that
 * run or load something are rejected.
 */
final class Element {
    private static final Set<String> WITHOUT_END = Set.of("meta", "link", "input", "br", "hr");
    private static final Set<String> FORBIDDEN = Set.of("script", "style", "iframe", "object", "embed", "base");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9-]*");
    /** Paths on this server, HTTPS links, fragments, and an inline icon. */
    private static final Pattern ADDRESS = Pattern.compile("/(?!/).*|https://.*|#.*|data:image/svg\\+xml,.*", Pattern.DOTALL);

    private final String name;
    private final List<String> attributes = new ArrayList<>();
    private final List<Object> content = new ArrayList<>();

    private Element(String name) {
        this.name = name;
    }

    /** @param content texts, numbers, elements, and collections, streams and optionals of them */
    static Element el(String name, Object... content) {
        if (!NAME.matcher(name).matches() || FORBIDDEN.contains(name)) {
            throw new IllegalArgumentException("No element of ours: " + name);
        }
        return new Element(name).add(content);
    }

    Element add(Object... more) {
        for (Object part : more) {
            if (part instanceof Collection) {
                ((Collection<?>) part).forEach(this::add);
            } else if (part instanceof Stream) {
                ((Stream<?>) part).forEach(this::add);
            } else if (part instanceof Optional) {
                ((Optional<?>) part).ifPresent(this::add);
            } else {
                content.add(part);
            }
        }
        return this;
    }

    Element at(String attribute, Object value) {
        String text = value.toString();
        if (!NAME.matcher(attribute).matches() || attribute.startsWith("on") || attribute.equals("style") || attribute.equals("srcdoc")
            || !isHarmless(attribute, text)) {
            throw new IllegalArgumentException("No attribute of ours: " + attribute + " of " + name);
        }
        attributes.add(attribute + "=\"" + escape(text) + "\"");
        return this;
    }

    /** An attribute without a value. */
    Element at(String attribute) {
        return at(attribute, "");
    }

    Element css(String classes) {
        return at("class", classes);
    }

    private static boolean isHarmless(String attribute, String value) {
        return !Set.of("href", "action", "src").contains(attribute) || ADDRESS.matcher(value).matches();
    }

    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&':
                    escaped.append("&amp;");
                    break;
                case '<':
                    escaped.append("&lt;");
                    break;
                case '>':
                    escaped.append("&gt;");
                    break;
                case '"':
                    escaped.append("&quot;");
                    break;
                case '\'':
                    escaped.append("&#39;");
                    break;
                default:
                    // Control characters are not allowed in HTML.
                    escaped.append((c < ' ' && c != '\n' && c != '\t') || c == 0x7f ? '?' : c);
            }
        }
        return escaped.toString();
    }

    void writeTo(StringBuilder out) {
        out.append('<').append(name);
        attributes.forEach(attribute -> out.append(' ').append(attribute));
        out.append('>');
        if (WITHOUT_END.contains(name)) {
            return;
        }
        for (Object part : content) {
            if (part instanceof Element) {
                ((Element) part).writeTo(out);
            } else {
                out.append(escape(part.toString()));
            }
        }
        out.append("</").append(name).append('>');
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        writeTo(out);
        return out.toString();
    }
}
