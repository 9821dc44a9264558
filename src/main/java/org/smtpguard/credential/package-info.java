/**
 * The verification of credentials: the request ({@link org.smtpguard.credential.Credentials}), the SPI of backends
 * ({@link org.smtpguard.credential.CredentialBackend}) and their results ({@link org.smtpguard.credential.CredentialResult}).
 * Depends neither on SMTP nor on James.
 */
package org.smtpguard.credential;
