/** AUTH: dialogue, mechanisms of a port, delegation, TLS properties of a client, and James' OAuth. */
package org.smtpguard.james.auth;
