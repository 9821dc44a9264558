/**
 * Measurements, which are no tests: {@code mvn -Pbench verify}.
 */
package org.smtpguard.bench;
