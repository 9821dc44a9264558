/**
 * Workarounds for James 3.8.0 and 3.8.1, which frame a connection's lines on another thread than they handle them. No effect
 * from James 3.8.2 on.
 */
package org.smtpguard.james.v381;
