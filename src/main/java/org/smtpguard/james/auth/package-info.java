/**
 * AUTH: the dialogue, the mechanisms of a port, delegation, the client's TLS, and James' own OAuth.
 */
package org.smtpguard.james.auth;
