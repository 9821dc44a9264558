package org.smtpguard.james.guard;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.james.channel.DeferredReplies;
import org.smtpguard.james.config.GuardSettings;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.sequence.SequenceTable;

/** Builds the objects of each port from those that all ports share. */
@Singleton
public final class GuardedPorts {
    private final SequenceTable table;
    private final DiagnosisCatalogue catalogue;
    private final Logbook logbook;

    @Inject
    public GuardedPorts(SequenceTable table, DiagnosisCatalogue catalogue, Logbook logbook) {
        this.table = table;
        this.catalogue = catalogue;
        this.logbook = logbook;
    }

    /**
     * @param auth the AUTH that the port offers
     * @param ownsAuth whether the guard handles AUTH, not James
     */
    public GuardedPort port(GuardSettings settings, OfferedAuth auth, boolean ownsAuth) {
        PortGuard guard = new PortGuard(settings, new Sessions(auth), ownsAuth, table, catalogue, logbook);
        return new GuardedPort(guard, new DeferredReplies(new EarlyLines(guard, logbook), logbook::reply));
    }
}
