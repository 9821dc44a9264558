/**
 * Starts real James servers for tests and for the demo. Needs nothing but a JDK, unless a container is asked for.
 */
package org.smtpguard.it.server;
