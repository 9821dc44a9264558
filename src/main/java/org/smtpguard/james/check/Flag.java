package org.smtpguard.james.check;

import org.apache.commons.configuration2.HierarchicalConfiguration;
import org.apache.commons.configuration2.ex.ConversionException;
import org.apache.commons.configuration2.tree.ImmutableNode;

/** A setting that is true or false. */
final class Flag {
    private Flag() {
    }

    /** The default for a value that James rejects, which {@link JamesSettings} reports. */
    static boolean of(HierarchicalConfiguration<ImmutableNode> port, String key, boolean otherwise) {
        try {
            return port.getBoolean(key, otherwise);
        } catch (ConversionException e) {
            return otherwise;
        }
    }
}
