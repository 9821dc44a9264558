/**
 * What {@code check} finds in a configuration, without a server.
 */
package org.smtpguard.james.check;
