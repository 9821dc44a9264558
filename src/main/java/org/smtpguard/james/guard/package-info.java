/** Enforces the order of commands on a port: judges, refuses, and derives the state from James' session. */
package org.smtpguard.james.guard;
