/**
 * Users of an IMAP server: an account is good where IMAP lets it log in.
 */
package org.smtpguard.backend.imap;
