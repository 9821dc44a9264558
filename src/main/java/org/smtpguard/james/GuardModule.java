package org.smtpguard.james;

import java.time.Clock;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import org.smtpguard.credential.LocalUsers;
import org.smtpguard.diagnosis.DiagnosisCatalogue;
import org.smtpguard.james.auth.EventLogs;
import org.smtpguard.james.auth.LoginProtection;
import org.smtpguard.james.backends.Backends;
import org.smtpguard.james.backends.GuardPools;
import org.smtpguard.james.backends.GuardSecret;
import org.smtpguard.james.backends.JamesUsers;
import org.smtpguard.james.config.PortSettings;
import org.smtpguard.james.event.GuardMetrics;
import org.smtpguard.james.event.Logbook;
import org.smtpguard.james.guard.GuardedPorts;
import org.smtpguard.james.start.PortLines;
import org.smtpguard.james.webadmin.GuardSite;
import org.smtpguard.sequence.SequenceTable;
import org.smtpguard.transcript.Transcripts;
import org.smtpguard.transcript.Violations;

/**
 * Binds the objects that all ports of a server share; configured in {@code extensions.properties} as
 * {@code guice.extension.module}.
 */
public final class GuardModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(GuardParts.class);
        bind(PortLines.class);
        bind(GuardPools.class);
        bind(GuardMetrics.class);
        bind(Logbook.class);
        bind(GuardSecret.class);
        bind(Backends.class);
        bind(GuardedPorts.class);
        bind(EventLogs.class);
        bind(LoginProtection.class);
        bind(GuardSite.class);
        bind(PortSettings.class);
        bind(LocalUsers.class).to(JamesUsers.class);
    }

    @Provides
    @Singleton
    SequenceTable sequenceTable() {
        return new SequenceTable();
    }

    @Provides
    @Singleton
    Transcripts transcripts() {
        return new Transcripts(Clock.systemUTC());
    }

    @Provides
    @Singleton
    Violations violations() {
        return new Violations(Clock.systemUTC());
    }

    @Provides
    @Singleton
    DiagnosisCatalogue diagnosisCatalogue() {
        return new DiagnosisCatalogue();
    }
}
