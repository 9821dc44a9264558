/** Users of a Dovecot server, authenticated over its authentication protocol on a Unix or TCP socket. */
package org.smtpguard.backend.dovecot;
