/**
 * Real servers that backends ask, started by tests on loopback. Knows nothing of backends.
 */
package org.smtpguard.it.peer;
