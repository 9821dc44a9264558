/**
 * The adapters to Apache James, thin: they turn James' session and requests into our values and our replies into James'
 * responses, read the configuration, and keep verdicts off the I/O threads. The only package that sees James or Guice.
 */
package org.smtpguard.james;
