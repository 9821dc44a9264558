/** Users of an IMAP server: credentials are accepted if the IMAP server accepts them. */
package org.smtpguard.backend.imap;
