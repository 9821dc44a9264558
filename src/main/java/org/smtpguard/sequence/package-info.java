/**
 * The order of SMTP commands: where a session stands ({@link org.smtpguard.sequence.SessionState}), which rules judge a
 * command there ({@link org.smtpguard.sequence.SequenceTable}) and what is legal next. Pure: nothing here changes a
 * session, and authentication is one boolean.
 */
package org.smtpguard.sequence;
