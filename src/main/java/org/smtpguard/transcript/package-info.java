/**
 * What has happened on the ports: the last lines of each session, by its reference, and counts of refusals over time. Kept in memory,
 * within limits. Imports only {@code protocol}.
 */
package org.smtpguard.transcript;
