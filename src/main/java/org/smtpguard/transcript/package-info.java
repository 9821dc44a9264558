/**
 * What has happened on the ports, for people who ask later: the last lines of sessions by their reference, and counts of
 * refusals over time. In memory, both within bounds. Knows nobody but the words of SMTP.
 */
package org.smtpguard.transcript;
