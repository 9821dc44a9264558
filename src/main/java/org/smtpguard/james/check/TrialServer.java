package org.smtpguard.james.check;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

import org.apache.commons.configuration2.BaseHierarchicalConfiguration;
import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.tree.ImmutableNode;
import org.apache.james.filesystem.api.FileSystem;
import org.apache.james.metrics.api.Metric;
import org.apache.james.smtpserver.netty.SMTPServer;
import org.apache.james.smtpserver.netty.SmtpMetrics;

/**
 * James' own server of a port, which reads its settings and its certificate and is never started: what it rejects here, it rejects at the
 * start.
 */
@SuppressWarnings("unchecked") // Of a raw type in James.
final class TrialServer extends SMTPServer {
    private static final String ENCRYPTION_FACTORY = "org.apache.james.protocols.lib.LegacyJavaEncryptionFactory";

    private static final SmtpMetrics NO_METRICS = new SmtpMetrics() {
        @Override
        public Metric getConnectionMetric() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Metric getCommandsMetric() {
            throw new UnsupportedOperationException();
        }
    };

    private TrialServer(FileSystem files) {
        super(NO_METRICS);
        setFileSystem(files);
    }

    /**
     * Whether James accepts a port that has just these elements, whatever else the file says of it.
     *
     * @return why it does not
     */
    static Optional<Exception> refusal(FileSystem files, List<ImmutableNode> elements) {
        ImmutableNode.Builder port = new ImmutableNode.Builder().name("smtpserver").addChildren(elements);
        if (elements.stream().noneMatch(element -> element.getNodeName().equals("helloName"))) {
            // By default James looks up the name of the host, which may take long.
            port.addChild(new ImmutableNode.Builder().name("helloName").value("localhost").addAttribute("autodetect", "false").create());
        }
        BaseHierarchicalConfiguration configuration = new BaseHierarchicalConfiguration();
        configuration.getNodeModel().setRootNode(port.create());
        return refusal(files, configuration);
    }

    /** James 3.10 makes TLS by a factory that it injects; in versions before there is none. */
    private void giveEncryption(FileSystem files) throws ReflectiveOperationException {
        for (Method method : getClass().getMethods()) {
            if (method.getName().equals("setEncryptionFactory")) {
                method.invoke(this, Class.forName(ENCRYPTION_FACTORY).getConstructor(FileSystem.class).newInstance(files));
            }
        }
    }

    private static Optional<Exception> refusal(FileSystem files, HierarchicalConfiguration<ImmutableNode> port) {
        try {
            TrialServer server = new TrialServer(files);
            server.giveEncryption(files);
            server.configure(port);
            server.buildSSLContext();
            return Optional.empty();
        } catch (LinkageError | ReflectiveOperationException e) {
            // Another version of James: nothing can be said of its settings.
            return Optional.empty();
        } catch (Exception e) {
            return Optional.of(e);
        }
    }
}
