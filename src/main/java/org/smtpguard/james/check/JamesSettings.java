package org.smtpguard.james.check;

import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConfigurationException;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.filesystem.api.FileSystem;

/**
 * Finds the settings of a port that James itself rejects. It reads each element of the port alone ({@link TrialServer}), so that one
 * mistake does not hide another.
 */
final class JamesSettings {
    private static final String NUMBER = "it must be a whole number.";
    private static final String FLAG = "it must be true or false.";
    private static final Map<String, String> ALLOWED = Map.ofEntries(
        Map.entry("bind", "write an address of this machine and a port, such as 0.0.0.0:587."),
        Map.entry("helloName", "write the name of the server, or autodetect=\"true\"."),
        Map.entry("connectiontimeout", "it must be a whole number of seconds."),
        Map.entry("connectionBacklog", NUMBER),
        Map.entry("connectionLimit", "it must be a whole number, 0 for no limit."),
        Map.entry("connectionLimitPerIP", "it must be a whole number, 0 for no limit."),
        Map.entry("ioWorkerCount", NUMBER),
        Map.entry("bossWorkerCount", NUMBER),
        Map.entry("maxExecutorCount", "it must be a whole number from 1."),
        Map.entry("maxmessagesize", "it must be a whole number of kilobytes, or have a unit such as 20M; 0 for no limit."),
        Map.entry("announce", "it can be always, never or forUnauthorizedAddresses."),
        Map.entry("oidc", "it needs oidcConfigurationURL, jwksURL, claim and scope; the URLs have to be valid."),
        Map.entry("gracefulShutdown", FLAG), Map.entry("proxyRequired", FLAG), Map.entry("heloEhloEnforcement", FLAG),
        Map.entry("addressBracketsEnforcement", FLAG), Map.entry("requireSSL", FLAG), Map.entry("plainAuthEnabled", FLAG));
    /** Read from the port, not from the element alone. */
    private static final Set<String> ELSEWHERE = Set.of("handlerchain", "jmxName", "auth", "verifyIdentity", "tls");

    private final FileSystem files;
    private final HierarchicalConfiguration<ImmutableNode> port;
    private final BiConsumer<String, String> report;
    private boolean found;

    /** @param report gets the element, as a tag, and what is wrong with it */
    JamesSettings(FileSystem files, HierarchicalConfiguration<ImmutableNode> port, BiConsumer<String, String> report) {
        this.files = files;
        this.port = port;
        this.report = (element, sentence) -> {
            found = true;
            report.accept(element, sentence);
        };
    }

    /** Whether James accepts them all. */
    boolean check() {
        List<ImmutableNode> elements = port.getNodeModel().getNodeHandler().getRootNode().getChildren();
        for (ImmutableNode element : elements) {
            if (!ELSEWHERE.contains(element.getNodeName())) {
                checkAlone(element, element);
            }
        }
        List<ImmutableNode> auth = elements.stream().filter(element -> element.getNodeName().equals("auth")).collect(Collectors.toList());
        auth.forEach(parent -> parent.getChildren().forEach(child ->
            checkAlone(child, new ImmutableNode.Builder().name("auth").addChild(child).create())));
        checkTls(elements);
        if (found) {
            return false;
        }
        List<ImmutableNode> identity = elements.stream()
            .filter(element -> Set.of("auth", "authRequired", "verifyIdentity").contains(element.getNodeName()))
            .collect(Collectors.toList());
        TrialServer.refusal(files, identity).ifPresent(refusal -> report.accept("<verifyIdentity>",
            port.getString("verifyIdentity", "").equalsIgnoreCase("true")
                ? "is true, but AUTH is not announced on this port; write <announce>always</announce> in <auth>, or false here."
                : "has \"" + port.getString("verifyIdentity", "") + "\", which James does not accept" + reason(refusal) + "; " + FLAG));
        if (!found) {
            TrialServer.refusal(files, new ArrayList<>(elements)).ifPresent(refusal -> report.accept("<smtpserver>",
                "is not accepted by James" + reason(refusal) + "."));
        }
        return !found;
    }

    private void checkAlone(ImmutableNode element, ImmutableNode asChild) {
        TrialServer.refusal(files, List.of(asChild)).ifPresent(refusal -> {
            String name = element.getNodeName();
            String value = Optional.ofNullable(element.getValue()).map(text -> "has \"" + text + "\"")
                .orElse(element.getChildren().isEmpty() ? "is empty" : "is not complete") + ", which";
            report.accept("<" + name + ">", value + " James does not accept" + reason(refusal) + "; "
                + ALLOWED.getOrDefault(name, "see James' documentation of this element."));
        });
    }

    /** In brackets; empty if the exception says nothing that an operator understands. */
    private static String reason(Exception refusal) {
        String message = Optional.ofNullable(root(refusal).getMessage()).orElse("");
        return message.isBlank() || root(refusal) instanceof IndexOutOfBoundsException ? "" : " (" + message.trim() + ")";
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    private void checkTls(List<ImmutableNode> elements) {
        List<ImmutableNode> tls = elements.stream().filter(element -> element.getNodeName().equals("tls")).collect(Collectors.toList());
        Optional<Exception> refusal = TrialServer.refusal(files, tls);
        if (refusal.isEmpty()) {
            return;
        }
        if (isMissing("tls.keystore")) {
            report.accept("<keystore>", missing("tls.keystore") + "; correct the path, or make one with keytool -genkeypair.");
        } else if (port.containsKey("tls.keystore")) {
            checkKeystore(refusal.get());
        } else if (isMissing("tls.privateKey") || isMissing("tls.certificates")) {
            String element = isMissing("tls.privateKey") ? "privateKey" : "certificates";
            report.accept("<" + element + ">", missing("tls." + element) + "; correct the path.");
        } else if (refusal.get() instanceof ConfigurationException) {
            report.accept("<tls>", "is not accepted by James (" + refusal.get().getMessage() + "); write a <keystore>, or <privateKey> and"
                + " <certificates>, and one of startTLS and socketTLS.");
        } else {
            report.accept("<tls>", "is not accepted by James" + reason(refusal.get())
                + "; correct the files of <privateKey> and <certificates>, and their <secret>.");
        }
    }

    private void checkKeystore(Exception refusal) {
        if (refusal instanceof ConfigurationException) {
            report.accept("<tls>", "is not accepted by James (" + refusal.getMessage()
                + "); set only one of startTLS and socketTLS to true.");
            return;
        }
        boolean withoutClients = TrialServer.refusal(files, List.of(withoutClientAuth())).isEmpty();
        if (withoutClients && isMissing("tls.clientAuth.truststore")) {
            report.accept("<truststore>", missing("tls.clientAuth.truststore") + "; correct the path.");
        } else if (withoutClients) {
            report.accept("<truststore>", "names a file that cannot be opened" + reason(refusal)
                + "; correct <truststoreSecret>. Its type has to be that of <keystoreType>.");
        } else if (isAboutPassword(refusal)) {
            report.accept("<secret>", "does not open the keystore" + reason(refusal) + "; write the password of the keystore.");
        } else {
            report.accept("<keystore>", "names a file that cannot be read as a keystore of the type "
                + port.getString("tls.keystoreType", "JKS") + reason(refusal) + "; correct <keystoreType>, or make it with keytool.");
        }
    }

    private ImmutableNode withoutClientAuth() {
        ImmutableNode tls = port.getNodeModel().getNodeHandler().getRootNode().getChildren().stream()
            .filter(element -> element.getNodeName().equals("tls")).findFirst().orElseThrow();
        return new ImmutableNode.Builder().name("tls").addAttributes(tls.getAttributes())
            .addChildren(tls.getChildren().stream().filter(child -> !child.getNodeName().equals("clientAuth"))
                .collect(Collectors.toList())).create();
    }

    private static boolean isAboutPassword(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = String.valueOf(each.getMessage()).toLowerCase(Locale.ROOT);
            if (message.contains("password was incorrect") || message.contains("keystore password") || message.contains("recover key")) {
                return true;
            }
        }
        return false;
    }

    private boolean isMissing(String key) {
        String url = port.getString(key, "");
        try {
            return !url.isEmpty() && !Files.exists(files.getFile(url).toPath());
        } catch (FileNotFoundException e) {
            return true;
        }
    }

    private String missing(String key) {
        return "names the file " + port.getString(key) + ", which does not exist";
    }
}
