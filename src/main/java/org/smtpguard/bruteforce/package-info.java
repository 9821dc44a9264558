/**
 * Protection against password guessing across sessions and ports: counts failed log-ins by network and by user, and says who is blocked.
 * Knows neither SMTP nor James.
 */
package org.smtpguard.bruteforce;
