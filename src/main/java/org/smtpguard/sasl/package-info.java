/**
 * SASL mechanisms (RFC 4422) as the server plays them: {@code SaslMechanism} → {@code SaslExchange} → {@code SaslStep}, the shape
 * of James' own SPI. Knows neither SMTP nor James; SMTP's profile of it (RFC 4954) is the adapter's business.
 */
package org.smtpguard.sasl;
