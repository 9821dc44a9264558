/**
 * The order of commands at a port: judging, refusing, and what James' session tells of its state.
 */
package org.smtpguard.james.guard;
