package org.smtpguard.it;

import java.util.List;

/** Libraries that programs send mail with. The name puts it among the first integration tests: it is one of the longest. */
class ClientLibrariesIT extends RealClients {
    static List<ClientVariant> variants() {
        return ClientVariant.ofLibraries();
    }
}
