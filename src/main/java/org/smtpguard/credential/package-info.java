/**
 * Who may log in: the question ({@link org.smtpguard.credential.Credentials}), those who can answer it
 * ({@link org.smtpguard.credential.CredentialBackend}) and what they say
 * ({@link org.smtpguard.credential.CredentialResult}). Knows neither SMTP nor James.
 */
package org.smtpguard.credential;
