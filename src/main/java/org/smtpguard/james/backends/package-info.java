/** Creates and shares backends, their threads, the installation secret, and access to James' own users. */
package org.smtpguard.james.backends;
