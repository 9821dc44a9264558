/**
 * What is needed only because James 3.8.0 and 3.8.1 cut a connection's lines on another thread than they handle them. Nothing here has an
 * effect from James 3.8.2 on.
 */
package org.smtpguard.james.v381;
