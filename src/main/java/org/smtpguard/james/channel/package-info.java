/**
 * Everything that touches Netty or James' transport: the session's thread, replies that are written later, lines that are held or too
 * long, and our replies as James' responses.
 */
package org.smtpguard.james.channel;
