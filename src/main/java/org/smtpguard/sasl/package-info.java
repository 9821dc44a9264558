/**
 * The server side of SASL mechanisms (RFC 4422): {@code SaslMechanism} → {@code SaslExchange} → {@code SaslStep}, modelled on James' SPI.
 * Depends neither on SMTP nor on James; the adapter implements the SMTP profile (RFC 4954).
 */
package org.smtpguard.sasl;
