/**
 * Building and sharing backends, their threads, the installation secret, and James' own users.
 */
package org.smtpguard.james.backends;
