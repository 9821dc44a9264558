/**
 * What befalls networks and servers, done on purpose: between a backend and the real server that it asks. Knows neither.
 */
package org.smtpguard.it.fault;
