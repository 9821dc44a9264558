/**
 * James' own users, queried off the I/O threads.
 */
package org.smtpguard.backend.james;
