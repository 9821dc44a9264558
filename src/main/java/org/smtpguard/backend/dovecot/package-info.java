/**
 * Users of a Dovecot, queried by its authentication protocol over a Unix or TCP socket.
 */
package org.smtpguard.backend.dovecot;
