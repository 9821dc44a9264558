/**
 * Users behind an HTTP service, which is sent the credentials and answers in JSON.
 */
package org.smtpguard.backend.http;
