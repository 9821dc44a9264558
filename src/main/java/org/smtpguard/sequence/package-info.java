/**
 * The order of SMTP commands: the state of a session ({@link org.smtpguard.sequence.SessionState}), the rules that judge a command in
 * that state ({@link org.smtpguard.sequence.SequenceTable}), and the legal next commands. Pure functions: nothing here changes a
 * session. Authentication is one boolean.
 */
package org.smtpguard.sequence;
