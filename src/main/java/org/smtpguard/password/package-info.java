/**
 * Password hashes: reading, checking and making them. Depends neither on SMTP nor on James nor on where hashes are stored.
 *
 * <p>No hash and no password ever appears in a {@code toString()} or in the message of an exception.
 */
package org.smtpguard.password;
