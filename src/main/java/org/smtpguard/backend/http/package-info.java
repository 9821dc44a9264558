/** Users of an HTTP service, which receives the credentials and responds with JSON. */
package org.smtpguard.backend.http;
