/**
 * All code that uses Netty or James' transport: the session's thread, deferred replies, held and overlong lines, and the
 * conversion of replies to James' responses.
 */
package org.smtpguard.james.channel;
