package org.smtpguard.it;

import java.util.List;

/** Programs that people and servers send mail with. */
class MailProgramsIT extends RealClients {
    static List<ClientVariant> variants() {
        return ClientVariant.ofPrograms();
    }
}
