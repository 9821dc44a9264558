/**
 * Stored passwords: what a hash may look like, how it is checked and how a new one is made. Knows neither SMTP nor
 * James nor where a hash is kept.
 *
 * <p>Nothing here ever puts a hash or a password into a text: not into {@code toString()}, not into an exception.
 */
package org.smtpguard.password;
