/**
 * Speaks SMTP and a little IMAP over real sockets, in tests that read like the dialogues they hold.
 */
package org.smtpguard.it.wire;
