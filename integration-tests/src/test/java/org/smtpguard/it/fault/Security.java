package org.smtpguard.it.fault;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;

/** How the way between a backend and a {@link FaultProxy} is secured. Behind the proxy nothing is. */
public interface Security {
    /** Not at all. */
    Security NONE = (accepted, ailment) -> accepted;

    /** PostgreSQL's question whether TLS is spoken: eight octets, before any other. */
    static byte[] sslRequest() {
        return new byte[] {0, 0, 0, 8, 4, (byte) 210, 22, 47};
    }

    /** The socket to go on with. The proxy closes what it has accepted, whatever comes of this. */
    Socket secure(Socket accepted, Ailment ailment) throws IOException;

    /** The same after a question and a yes, as PostgreSQL has it. */
    default Security askedForAsPostgres() {
        return (accepted, ailment) -> {
            byte[] expected = sslRequest();
            if (!Arrays.equals(accepted.getInputStream().readNBytes(expected.length), expected)) {
                throw new EOFException("not asked for TLS");
            }
            accepted.getOutputStream().write('S');
            return secure(accepted, ailment);
        };
    }
}
